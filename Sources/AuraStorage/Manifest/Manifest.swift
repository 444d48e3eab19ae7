import AuraCore

/// The append-only log of edits that says what belongs to the store.
///
/// `Formats/manifest.md`.
///
/// The same framing as the log's; edits are durable before they are acted upon. A file that has
/// grown large is left for a new one, which restates in one group what it had come to.
struct Manifest: Sendable {
    private let place: StorePlace
    private(set) var state: ManifestState
    let incarnation: UInt64
    private var writer: GroupWriter
    /// The last group that was read, to be written again before the next: it may have been in the
    /// page cache alone.
    private var doubtful: CommitGroup?
    /// Whether the name in `CURRENT` is known to be more than in the page cache.
    private var isNameDurable = true
    /// The error after which nothing more is written here.
    private(set) var failure: FileSystemError?

    /// Whether edits may still be tried.
    var isWritable: Bool { failure == nil }

    /// The number of its file.
    var number: UInt64 { writer.fileNumber }

    private init(
        _ place: StorePlace, state: ManifestState, writer: GroupWriter,
        doubtful: CommitGroup? = nil
    ) {
        self.place = place
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
        var group = CommitGroup(edits)
        let isCareless =
            Canary.skipManifestSync.isActive
            || Canary.skipRestatementSync.isActive && number > 1 && state.segmentSize == 0
        do throws(FileSystemError) {
            try writer.append(&group, now: now, sync: !isCareless)
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
        if !isNameDurable, !Canary.trustCurrent.isActive {
            do throws(FileSystemError) {
                try place.fileSystem.syncDirectory(place.directory)
            } catch { throw noted(error) }
            isNameDurable = true
        }
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
        let isHarmless =
            error.reason == .noSpace
            && (error.operation == .write || error.operation == .syncDirectory)
        if !isHarmless { failure = error }
        return error
    }

    /// Goes on in a new file if this one is longer than that, and four times as long as it need be.
    ///
    /// An error before `CURRENT` is renamed changes nothing; after one that leaves open which of the
    /// two it names, the manifest takes no more edits.
    mutating func restate(beyond limit: Int64, now: Int64) {
        guard writer.offset > limit, isWritable else { return }
        let edits = state.restatement(now: now)
        let size = CommitGroup(edits).paddedSize
        // What holds together or not at all is one group.
        guard Int64(size) * 4 < writer.offset, size <= Limits.groupBytes else { return }
        let old = FileName.manifest(number)
        let new = FileName.manifest(number + 1)
        var next: Manifest
        do throws(FileSystemError) {
            next = try Manifest.begin(
                place, number: number + 1, incarnation: incarnation, edits, now: now)
            precondition(next.state == state, "a manifest that says something else")
            try place.fileSystem.syncDirectory(place.directory)
        } catch { return place.discard(new) }
        do throws(FileSystemError) {
            try CurrentFile.write(new, in: place)
            self = next
            place.discard(old)
        } catch {
            switch (error.operation, error.reason) {
            case (.syncDirectory, .noSpace):
                // It has the new name, perhaps not for good.
                next.isNameDurable = false
                self = next
            case (.syncDirectory, _), (.rename, .other): failure = error
            default: place.discard(new)
            }
        }
    }

    /// Writes the first manifest of a new store and points `CURRENT` at it.
    static func create(
        _ place: StorePlace, incarnation: UInt64, segmentSize: Int64, now: Int64
    ) throws(FileSystemError) -> Manifest {
        let manifest = try begin(
            place, incarnation: incarnation, [.created(segmentSize: segmentSize, time: now)],
            now: now)
        try place.fileSystem.syncDirectory(place.directory)
        try CurrentFile.write(FileName.manifest(1), in: place)
        return manifest
    }

    /// Writes a manifest with these edits, which nothing names yet.
    static func begin(
        _ place: StorePlace, number: UInt64 = 1, incarnation: UInt64, _ edits: [ManifestEdit],
        now: Int64
    ) throws(FileSystemError) -> Manifest {
        let file = try place.create(FileName.manifest(number))
        let header = SegmentHeader(
            .manifest, incarnation: incarnation, number: number, fileSize: 0)
        try file.write(header.encoded().rawSpan, at: 0)
        var manifest = Manifest(
            place, state: ManifestState(),
            writer: GroupWriter(
                file: file, incarnation: incarnation, fileNumber: number,
                offset: GroupFile.start, chain: GroupChain()))
        try manifest.write(edits, now: now)
        return manifest
    }

    /// Reads the manifest that `CURRENT` names, and cleans its end.
    static func open(
        _ place: StorePlace, named name: String, report: inout RecoveryReport
    ) throws(StorageError) -> Manifest {
        let scan = try ManifestScan(place, named: name, mode: .update)
        try scan.tail.clear(report: &report)
        let header = scan.groups.header
        var manifest = Manifest(
            place, state: scan.state,
            writer: GroupWriter(
                file: scan.groups.file, incarnation: header.incarnation, fileNumber: header.number,
                offset: scan.end, chain: scan.chain),
            doubtful: Canary.trustLastEdit.isActive ? nil : scan.last)
        manifest.isNameDurable = false
        return manifest
    }
}

extension CommitGroup {
    /// A group of edits of the manifest.
    fileprivate init(_ edits: [ManifestEdit]) {
        self.init()
        for edit in edits {
            var record = RecordHeader(.edit)
            let payload = edit.encoded()
            record.payloadHash = Checksum.hash64(payload.rawSpan)
            record.clientHash = record.payloadHash
            append(record, payload: payload.rawSpan)
        }
    }
}
