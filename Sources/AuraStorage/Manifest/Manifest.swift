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
        try place.fileSystem.syncDirectory(place.directory)
        try CurrentFile.write(name, in: place)
        return manifest
    }

    /// Reads the manifest that `CURRENT` names.
    static func open(
        _ place: StorePlace, named name: String, report: inout RecoveryReport
    ) throws(StorageError) -> Manifest {
        let groups = try file(place, named: name)
        var state = ManifestState()
        var reader = GroupReader(incarnation: groups.header.incarnation) {
            place throws(StorageError) in
            do throws(FormatError) {
                try state.apply(place.group)
            } catch {
                throw .corrupt(file: place.file, error.moved(by: place.offset))
            }
        }
        var tail = TornTail(place, isFirstNeeded: true)
        var end = try reader.read(groups, from: GroupFile.start)
        var rest = try groups.survey(from: end.offset)
        while let next = try reader.continuation(in: groups, rest) {
            let hole = try groups.survey(from: end.offset, to: next)
            try tail.add(hole: hole, of: groups, in: reader.chain)
            end = try reader.read(groups, from: next)
            rest = try groups.survey(from: end.offset)
        }
        try reader.finish()
        let chain = reader.chain
        let isLogAhead = try hasUnknownSegment(place, state, groups.header.incarnation)
        tail.add(rest, of: groups, after: chain)
        try tail.check(
            groups, end, after: chain, promise: isLogAhead ? chain.nextNumber : 0)
        try tail.clear(report: &report)
        return Manifest(
            state: state,
            writer: GroupWriter(
                file: groups.file, incarnation: groups.header.incarnation,
                fileNumber: groups.header.number, offset: end.offset, chain: chain),
            doubtful: Canary.trustLastEdit.isActive ? nil : reader.last?.group)
    }

    private static func file(
        _ place: StorePlace, named name: String
    ) throws(StorageError) -> GroupFile {
        guard let number = FileName.manifestNumber(name) else {
            throw .corrupt(
                file: FileName.current,
                FormatError(.manifest, 20, at: 0, "it names '\(name)', which is no manifest"))
        }
        let file: any File
        do {
            file = try place.fileSystem.open(place.path(name), .update)
        } catch {
            if error.reason == .notFound {
                throw .missing(file: name, reason: "CURRENT names it")
            }
            throw .io(error)
        }
        return try GroupFile(file, .manifest, number: number, name: name)
    }

    /// Whether a segment that no edit names holds a group: then an edit that was durable is lost.
    private static func hasUnknownSegment(
        _ place: StorePlace, _ state: ManifestState, _ incarnation: UInt64
    ) throws(StorageError) -> Bool {
        if Canary.skipUnknownSegmentCheck.isActive { return false }
        do throws(FileSystemError) {
            guard try place.fileSystem.exists(place.logDirectory) else { return false }
            for name in try place.fileSystem.list(place.logDirectory) {
                guard let number = FileName.segmentNumber(name), number > state.lastSegment else {
                    continue
                }
                let file = try place.fileSystem.open(place.logDirectory + "/" + name, .read)
                let page = try file.read(at: GroupFile.start, count: Limits.groupAlignment)
                if GroupHeader(page.rawSpan, incarnation: incarnation) != nil { return true }
            }
            return false
        } catch { throw .io(error) }
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

extension ManifestState {
    /// Takes the edits of a group; offsets of errors count from its start.
    fileprivate mutating func apply(_ group: CommitGroup) throws(FormatError) {
        for record in group.records {
            let payload = group.bytes.rawSpan.slice(
                record.payloadOffset, record.header.payloadSize)
            do {
                try apply(try ManifestEdit(payload))
            } catch {
                throw error.moved(by: Int64(record.payloadOffset))
            }
        }
    }
}
