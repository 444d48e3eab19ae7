import AuraCore

/// The end of a chain of groups: told from damage, and made clean.
///
/// What cannot be read below a promise is damage, and nothing is changed; what lies above every
/// promise, or in a hole of the chain, is what a crash or a failed write tore: it was never durable,
/// is set aside and erased. `Formats/log.md`, "Recovery".
struct TornTail {
    let place: StorePlace
    /// The greatest group that a header behind the chain calls durable.
    private var promise: UInt64 = 0
    /// What to clear: files with the ranges that are not blank and hold no group of the chain.
    private(set) var tails: [(file: GroupFile, range: Range<Int64>)] = []
    private var hasForeignGroup = false
    /// Whether the files are there only once they hold a group.
    private let isFirstNeeded: Bool

    init(_ place: StorePlace, isFirstNeeded: Bool = false) {
        self.place = place
        self.isFirstNeeded = isFirstNeeded
    }

    /// Adds a hole, behind which the chain goes on: there lies what became of earlier attempts at
    /// the next group, and nothing else.
    ///
    /// Throws `.corrupt` where a group of another chain lies there.
    mutating func add(
        hole rest: GroupFile.Rest, of file: GroupFile, in chain: GroupChain
    ) throws(StorageError) {
        if Canary.skipHoles.isActive { return }
        for (place, header) in rest.headers where chain.fit(of: header) == nil {
            throw .corrupt(
                file: file.name,
                FormatError(
                    file.header.kind.format, 5, at: Int(place),
                    "group \(header.number) where only group \(chain.nextNumber) can be"))
        }
        clear(file, rest)
    }

    /// Adds what lies behind the end of the chain in one file.
    mutating func add(
        _ rest: GroupFile.Rest, of file: GroupFile, after chain: GroupChain
    ) {
        promise = max(promise, rest.promise)
        if rest.headers.contains(where: { chain.fit(of: $0.header) == nil }) {
            hasForeignGroup = true
        }
        clear(file, rest)
    }

    private mutating func clear(_ file: GroupFile, _ rest: GroupFile.Rest) {
        if rest.end > rest.start { tails.append((file, rest.start..<rest.end)) }
    }

    /// Throws `.corrupt` if the group behind the end of the chain was durable once: `promise` is
    /// what else calls a group durable.
    func check(
        _ file: GroupFile, _ end: GroupReader.End, after chain: GroupChain, promise other: UInt64
    ) throws(StorageError) {
        let promise = max(promise, other, chain.promised)
        let isPromised = promise >= chain.nextNumber && !Canary.ignorePromise.isActive
        guard hasForeignGroup || isPromised || chain.lastNumber == 0 && isFirstNeeded else {
            return
        }
        let reason = end.damage?.reason ?? "it is blank"
        throw .corrupt(
            file: file.name,
            FormatError(
                file.header.kind.format, end.damage?.condition ?? 13, at: Int(end.offset),
                "group \(chain.nextNumber) was durable and cannot be read: \(reason)"))
    }

    /// Copies the tails to the quarantine and erases them.
    func clear(report: inout RecoveryReport) throws(StorageError) {
        for (file, range) in tails {
            let copy = try setAside(file, range)
            try file.erase(range)
            report.tornTails.append(
                .init(
                    file: file.name, offset: range.lowerBound,
                    size: range.upperBound - range.lowerBound, copy: copy))
        }
    }

    /// Copies a range to the quarantine; nil where the disk has no room for the copy.
    private func setAside(
        _ file: GroupFile, _ range: Range<Int64>
    ) throws(StorageError) -> String? {
        let base = file.name.split(separator: "/").last.map(String.init) ?? file.name
        let name =
            FileName.quarantine + "/" + base + "-"
            + FileName.hexadecimal(UInt64(range.lowerBound)) + ".torn"
        let path = place.path(name)
        do {
            try place.fileSystem.createDirectory(place.path(FileName.quarantine))
            try place.fileSystem.syncDirectory(place.directory)
            if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
            try copy(file, range, to: place.fileSystem.open(path, .create))
            try place.fileSystem.syncDirectory(place.path(FileName.quarantine))
            return name
        } catch {
            // The bytes were never acknowledged: a full disk must not keep the store closed.
            guard error.reason == .noSpace else { throw .io(error) }
            do throws(FileSystemError) { try place.fileSystem.remove(path) } catch {}
            return nil
        }
    }

    private func copy(
        _ file: GroupFile, _ range: Range<Int64>, to copy: any File
    ) throws(FileSystemError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = try file.file.read(
                at: offset, count: Int(min(1 << 20, range.upperBound - offset)))
            if bytes.isEmpty { break }
            try copy.write(bytes.rawSpan, at: offset - range.lowerBound)
            offset += Int64(bytes.count)
        }
        try copy.sync()
    }
}

/// What opening a store found and did, for the operator.
public struct RecoveryReport: Hashable, Sendable {
    /// Bytes above every promise that were set aside.
    public struct TornTail: Hashable, Sendable {
        /// The file, below the data directory.
        public let file: String
        /// Where the tail began.
        public let offset: Int64
        /// Its bytes.
        public let size: Int64
        /// The copy, below the data directory; nil where the disk had no room for it.
        public let copy: String?
    }

    /// Whether the store was closed in order, or is new.
    public var wasClosed = true
    /// Groups read from the log.
    public var groups: UInt64 = 0
    /// Events read from the log.
    public var events: UInt64 = 0
    /// What was set aside.
    public var tornTails: [TornTail] = []
    /// Why the index was counted anew from the chunks; nil where it was read back.
    public var indexLoss: String?

    /// A report of nothing.
    public init() {}
}
