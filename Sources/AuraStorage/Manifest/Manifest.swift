import AuraCore

/// The append-only log of edits that says what belongs to the store.
///
/// `Formats/manifest.md`.
///
/// The same framing as the log's; edits are durable before they are acted upon.
struct Manifest: Sendable {
    private(set) var state: ManifestState
    let incarnation: UInt64
    private var writer: GroupWriter
    /// The last group that was read, to be written again before the next: it may have been in the
    /// page cache alone.
    private var doubtful: CommitGroup?
    /// The error after which nothing more is written here.
    private(set) var failure: FileSystemError?

    /// Whether edits may still be tried.
    var isWritable: Bool { failure == nil }

    private init(state: ManifestState, writer: GroupWriter, doubtful: CommitGroup? = nil) {
        self.state = state
        incarnation = writer.incarnation
        self.writer = writer
        self.doubtful = doubtful
    }

    /// Makes edits durable, one sync for all of them.
    ///
    /// Want of space changes nothing and may pass. After any other error the manifest takes no more
    /// edits, and the last ones may or may not be there when it is opened again.
    mutating func write(_ edits: [ManifestEdit], now: Int64) throws(FileSystemError) {
        try settle(now: now)
        var group = CommitGroup()
        for edit in edits { group.append(edit) }
        do throws(FileSystemError) {
            try writer.append(&group, now: now, sync: !Canary.skipManifestSync.isActive)
        } catch { throw noted(error) }
        for edit in edits {
            do throws(FormatError) {
                try state.apply(edit)
            } catch {
                preconditionFailure("an edit that does not follow: \(error)")
            }
        }
    }

    /// Makes what was read durable, unless that is done; throws as `write` does.
    mutating func settle(now: Int64) throws(FileSystemError) {
        if let failure { throw failure }
        guard var group = doubtful else { return }
        let chain = writer.chain
        writer.chain.stepBack()
        do throws(FileSystemError) {
            try writer.append(&group, now: now)
        } catch {
            writer.chain = chain
            throw noted(error)
        }
        doubtful = nil
    }

    /// Keeps an error after which nothing more may be written.
    private mutating func noted(_ error: FileSystemError) -> FileSystemError {
        let isHarmless = error.operation == .write && error.reason == .noSpace
        if !isHarmless { failure = error }
        return error
    }

    /// Writes the first manifest of a new store and points `CURRENT` at it.
    static func create(
        _ place: StorePlace, incarnation: UInt64, segmentSize: Int64, now: Int64
    ) throws(FileSystemError) -> Manifest {
        let manifest = try begin(
            place, incarnation: incarnation, segmentSize: segmentSize, now: now)
        try place.fileSystem.syncDirectory(place.directory)
        try CurrentFile.write(FileName.manifest(1), in: place)
        return manifest
    }

    /// Writes a first manifest, which nothing names yet.
    static func begin(
        _ place: StorePlace, incarnation: UInt64, segmentSize: Int64, now: Int64
    ) throws(FileSystemError) -> Manifest {
        let number: UInt64 = 1
        let name = FileName.manifest(number)
        let path = place.path(name)
        if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
        let file = try place.fileSystem.open(path, .create)
        let header = SegmentHeader(
            .manifest, incarnation: incarnation, number: number, fileSize: 0)
        try file.write(header.encoded().rawSpan, at: 0)
        var manifest = Manifest(
            state: ManifestState(),
            writer: GroupWriter(
                file: file, incarnation: incarnation, fileNumber: number,
                offset: GroupFile.start, chain: GroupChain()))
        try manifest.write([.created(segmentSize: segmentSize, time: now)], now: now)
        return manifest
    }

    /// Reads the manifest that `CURRENT` names, and cleans its end.
    static func open(
        _ place: StorePlace, named name: String, report: inout RecoveryReport
    ) throws(StorageError) -> Manifest {
        let scan = try ManifestScan(place, named: name, mode: .update)
        try scan.tail.clear(report: &report)
        let header = scan.groups.header
        return Manifest(
            state: scan.state,
            writer: GroupWriter(
                file: scan.groups.file, incarnation: header.incarnation, fileNumber: header.number,
                offset: scan.end, chain: scan.chain),
            doubtful: Canary.trustLastEdit.isActive ? nil : scan.last)
    }
}

extension CommitGroup {
    /// Adds an edit of the manifest.
    fileprivate mutating func append(_ edit: ManifestEdit) {
        var record = RecordHeader(.edit)
        let payload = edit.encoded()
        record.payloadHash = Checksum.hash64(payload.rawSpan)
        record.clientHash = record.payloadHash
        append(record, payload: payload.rawSpan)
    }
}
