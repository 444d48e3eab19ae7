import AuraCore

/// A copy of a store in another directory: a backup, or what is made of one again.
///
/// A copy is a store like any other, and becomes one by the last step: `CURRENT` gets its name when
/// everything else is durable and was read back. A store may be copied while its server writes:
/// chunks never change, nor does what is durable of the log; where a flush takes a file away before
/// it was copied, the copy begins again.
public struct StoreCopy: Sendable {
    private let source: StoreDirectory
    private let target: CopyTarget
    private let now: Int64

    /// How often a copy is begun again: for another manifest, and for the same.
    private static let attempts = (all: 100, alike: 5)

    private init(_ source: StoreDirectory, to target: StorePlace, now: Int64) {
        self.source = source
        self.target = CopyTarget(place: target)
        self.now = now
    }

    /// Copies a store to a directory that is empty or not there yet; its server may go on writing.
    ///
    /// - Parameter beside: Called before the copy becomes a store, for what belongs beside it.
    /// - Returns: What reading the copy has come to.
    /// - Throws: `.notEmpty`; what is wrong with the source, or cannot be written. The target is no
    ///   store then.
    public static func backup(
        of directory: String, to target: String, in fileSystem: any FileSystem, now: Int64,
        beside: () throws(StorageError) -> Void = {}
    ) throws(StorageError) -> StoreVerification {
        let source = try StoreDirectory(live: directory, in: fileSystem)
        let place = StorePlace(fileSystem: fileSystem, directory: target)
        return try StoreCopy(source, to: place, now: now).run(.copied(time: now), beside)
    }

    /// Makes a store of a backup again, in a directory that is empty or not there yet.
    ///
    /// It has an identity of its own, so that clients do not take it for the one that they knew.
    /// - Throws: As `backup`, and `.inUse` for a backup or a target that a server has.
    public static func restore(
        _ backup: String, to directory: String, identity: UInt64, in fileSystem: any FileSystem,
        now: Int64, beside: () throws(StorageError) -> Void = {}
    ) throws(StorageError) -> StoreVerification {
        let source = try StoreDirectory(backup, in: fileSystem)
        let place = StorePlace(fileSystem: fileSystem, directory: directory)
        return try StoreCopy(source, to: place, now: now)
            .run(.renewed(identity: identity, time: now), beside)
    }

    private func run(
        _ edit: ManifestEdit, _ beside: () throws(StorageError) -> Void
    ) throws(StorageError) -> StoreVerification {
        try target.prepare()
        var manifest = try self.manifest()
        var attempts = (all: 0, alike: 0)
        while true {
            do throws(StorageError) {
                let result = try fill(manifest, edit)
                try beside()
                try target.finish(manifest.name)
                return result
            } catch {
                guard source.isLive, error.mayBeOfFlush, attempts.all < StoreCopy.attempts.all
                else { throw error }
                let present = try self.manifest()
                attempts.all += 1
                let isAlike = present.name == manifest.name && present.state == manifest.state
                attempts.alike = isAlike ? attempts.alike + 1 : 0
                guard attempts.alike < StoreCopy.attempts.alike else { throw error }
                if present.name != manifest.name { target.place.discard(manifest.name) }
                manifest = present
            }
        }
    }

    /// The manifest as it is now.
    ///
    /// Of a live store that may take several looks: the log can be ahead of what was read.
    private func manifest() throws(StorageError) -> ManifestScan {
        var attempt = 1
        while true {
            do throws(StorageError) { return try source.manifest() } catch {
                guard source.isLive, error.mayBeOfFlush, attempt < StoreCopy.attempts.all else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    /// Copies everything but `CURRENT`, and reads it back.
    private func fill(
        _ manifest: ManifestScan, _ edit: ManifestEdit
    ) throws(StorageError) -> StoreVerification {
        // First what a flush takes away.
        try copyLog(manifest)
        if source.isLive, try self.manifest().state.firstSegment != manifest.state.firstSegment {
            // A segment may have become another while it was read.
            throw .missing(file: FileName.log, reason: "a flush took a segment away")
        }
        if let mark = manifest.state.flushed {
            let name = FileName.checkpoint(mark.checkpoint)
            try target.copy(name, from: source.place, size: Int64(mark.checkpointSize))
        }
        for entry in manifest.state.chunks.values.sorted(by: { $0.number < $1.number })
        where try !target.has(entry.name, of: entry.fileSize) {
            try target.copy(entry.name, from: source.place, size: entry.fileSize)
        }
        try target.copy(manifest.name, from: source.place, size: manifest.end)
        try target.append(edit, to: manifest.name, now: now)
        try target.syncNames()
        let result = try StoreDirectory(target.place, nil).verify(manifestNamed: manifest.name)
        if let finding = result.findings.first { throw .unsound(finding) }
        return result
    }

    /// Copies the segments behind the chunks, up to the last group that can be read.
    private func copyLog(_ manifest: ManifestScan) throws(StorageError) {
        let log = try source.log(manifest) { _ in }
        let size = manifest.state.segmentSize
        for segment in log.segments {
            let number = segment.header.number
            let end =
                number < log.endSegment
                ? size : number == log.endSegment ? log.endOffset : GroupFile.start
            try target.copy(segment.name, from: source.place, size: end, filledTo: size)
        }
    }
}

extension StorageError {
    /// Whether it may come of a file that a flush took away while it was read.
    fileprivate var mayBeOfFlush: Bool {
        switch self {
        case .missing, .corrupt, .unsound: true
        case .io(let error): error.reason == .notFound
        default: false
        }
    }
}
