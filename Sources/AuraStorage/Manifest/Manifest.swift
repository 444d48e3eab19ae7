import AuraCore

/// The append-only log of edits that says what belongs to the store. `Formats/manifest.md`.
///
/// The same framing as the log's, one edit a group, each made durable before it is acted upon.
struct Manifest: Sendable {
    private(set) var state: ManifestState
    let incarnation: UInt64
    private var writer: GroupWriter
    /// The error after which nothing more is written here.
    private var failure: FileSystemError?

    /// Makes edits durable, one sync for all of them.
    mutating func append(_ edits: [ManifestEdit], now: Int64) throws(StorageError) {
        if let failure { throw .failed(failure) }
        var group = CommitGroup()
        for edit in edits {
            var record = RecordHeader(.edit)
            let payload = edit.encoded()
            record.payloadHash = Checksum.hash64(payload.rawSpan)
            record.clientHash = record.payloadHash
            group.append(record, payload: payload.rawSpan)
        }
        do {
            try writer.append(&group, now: now, sync: !Canary.skipManifestSync.isActive)
        } catch {
            failure = error
            throw .failed(error)
        }
        for edit in edits {
            do throws(FormatError) {
                try state.apply(edit, isFirst: false)
            } catch {
                preconditionFailure("an edit that does not follow: \(error)")
            }
        }
    }

    /// Writes the first manifest of a new store and points `CURRENT` at it.
    static func create(
        _ place: StorePlace, incarnation: UInt64, segmentSize: Int64, now: Int64
    ) throws(StorageError) -> Manifest {
        let number: UInt64 = 1
        let name = FileName.manifest(number)
        let header = SegmentHeader(
            .manifest, incarnation: incarnation, number: number, fileSize: 0)
        do {
            let path = place.path(name)
            if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
            let file = try place.fileSystem.open(path, .create)
            try file.write(header.encoded().rawSpan, at: 0)
            var manifest = Manifest(
                state: ManifestState(segmentSize: segmentSize, createdAt: now),
                incarnation: incarnation,
                writer: GroupWriter(
                    file: file, incarnation: incarnation, fileNumber: number,
                    offset: Int64(SegmentHeader.size), chain: GroupChain()))
            var group = CommitGroup()
            var record = RecordHeader(.edit)
            let payload = ManifestEdit.created(segmentSize: segmentSize, time: now).encoded()
            record.payloadHash = Checksum.hash64(payload.rawSpan)
            record.clientHash = record.payloadHash
            group.append(record, payload: payload.rawSpan)
            try manifest.writer.append(&group, now: now)
            try place.fileSystem.syncDirectory(place.directory)
            try CurrentFile.write(name, in: place)
            return manifest
        } catch { throw .io(error) }
    }

    /// Reads the manifest that `CURRENT` names.
    static func open(
        _ place: StorePlace, named name: String, report: inout RecoveryReport
    ) throws(StorageError) -> Manifest {
        guard let number = FileName.manifestNumber(name) else {
            throw .corrupt(
                file: FileName.current,
                FormatError(.manifest, 9, at: 0, "names '\(name)', which is no manifest"))
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
        let groups = try GroupFile(file, .manifest, number: number, name: name)
        var state = ManifestState()
        var chain = GroupChain()
        var offset = Int64(SegmentHeader.size)
        var isFirst = true
        var damage: FormatError?
        reading: while true {
            switch try groups.read(at: offset, after: chain) {
            case .group(let header, let group):
                for record in group.records {
                    do throws(FormatError) {
                        let payload = group.bytes.rawSpan.slice(
                            record.payloadOffset, record.header.payloadSize)
                        try state.apply(try ManifestEdit(payload), isFirst: isFirst)
                    } catch {
                        throw .corrupt(file: name, error)
                    }
                    isFirst = false
                }
                chain.advance(over: header, incarnation: groups.header.incarnation)
                offset += Int64(header.groupSize)
            case .blank:
                break reading
            case .damaged(let error):
                damage = error
                break reading
            }
        }
        if isFirst {
            throw .corrupt(
                file: name,
                damage ?? FormatError(.manifest, 11, at: Int(offset), "it holds no edit"))
        }
        try TornTail.settle(
            groups, from: offset, chain: chain, damage: damage, place: place, report: &report)
        return Manifest(
            state: state, incarnation: groups.header.incarnation,
            writer: GroupWriter(
                file: file, incarnation: groups.header.incarnation, fileNumber: number,
                offset: offset, chain: chain))
    }
}

/// A file system and the data directory in it.
struct StorePlace: Sendable {
    let fileSystem: any FileSystem
    let directory: String

    func path(_ name: String) -> String { directory + "/" + name }
    var logDirectory: String { path(FileName.log) }
}
