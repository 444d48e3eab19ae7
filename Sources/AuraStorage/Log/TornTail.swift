import AuraCore

/// The end of a chain of groups: told from damage, and made clean.
///
/// Rules R2–R4 of `Formats/log.md`: bytes below a promise that cannot be read are damage, and
/// nothing is changed; bytes above every promise are what a crash tore, were never acknowledged for
/// good, and are set aside.
enum TornTail {
    /// Checks that no readable promise reaches the next group of the chain, and clears what lies
    /// from `offset` on.
    ///
    /// - Parameters:
    ///   - promise: A promise from elsewhere: later files, the manifest.
    ///   - damage: What was wrong at `offset`; nil if it was blank.
    static func settle(
        _ groups: GroupFile, from offset: Int64, chain: GroupChain, promise: UInt64 = 0,
        damage: FormatError?, place: StorePlace, report: inout RecoveryReport
    ) throws(StorageError) {
        let rest = try groups.survey(from: offset)
        let promised = max(promise, rest.promise, chain.promised)
        if promised >= chain.nextNumber, !Canary.ignorePromise.isActive {
            let reason = damage?.reason ?? "it is blank"
            throw .corrupt(
                file: groups.name,
                FormatError(
                    groups.header.kind.format, damage?.condition ?? 7, at: Int(offset),
                    "group \(chain.nextNumber) was durable and cannot be read: \(reason); groups "
                        + "up to \(promised) are promised"))
        }
        guard rest.end > offset else { return }
        let copied = try setAside(groups, offset..<rest.end, place)
        try groups.erase(offset..<rest.end)
        report.tornTails.append(
            .init(file: groups.name, offset: offset, size: rest.end - offset, copy: copied))
    }

    /// Copies a range to the quarantine; nil where the disk has no room for the copy.
    private static func setAside(
        _ groups: GroupFile, _ range: Range<Int64>, _ place: StorePlace
    ) throws(StorageError) -> String? {
        let base = groups.name.split(separator: "/").last.map(String.init) ?? groups.name
        let name = base + "-" + FileName.hexadecimal(UInt64(range.lowerBound)) + ".torn"
        let path = place.path(FileName.quarantine) + "/" + name
        do {
            try place.fileSystem.createDirectory(place.path(FileName.quarantine))
            if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
            let copy = try place.fileSystem.open(path, .create)
            var at = range.lowerBound
            while at < range.upperBound {
                let count = Int(min(1 << 20, range.upperBound - at))
                let bytes = try groups.file.read(at: at, count: count)
                try copy.write(bytes.rawSpan, at: at - range.lowerBound)
                at += Int64(count)
            }
            try copy.sync()
            try place.fileSystem.syncDirectory(place.path(FileName.quarantine))
            return FileName.quarantine + "/" + name
        } catch {
            // The bytes were never acknowledged: a full disk must not keep the store closed.
            if error.reason == .noSpace { return nil }
            throw .io(error)
        }
    }
}

/// What opening a store found and did, for the operator.
public struct RecoveryReport: Hashable, Sendable {
    /// Bytes above every promise that were set aside.
    public struct TornTail: Hashable, Sendable {
        /// The file, below the data directory.
        public let file: String
        public let offset: Int64
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
    public var tornTails: [TornTail] = []

    /// A report of nothing.
    public init() {}
}
