import AuraCore

/// What a manifest says, read to its end without changing anything.
struct ManifestScan {
    /// Edits that became durable together.
    struct Step: Sendable {
        let group: UInt64
        /// µs, by the writer's clock.
        let time: Int64
        let edits: [ManifestEdit]
    }

    let name: String
    let groups: GroupFile
    private(set) var state = ManifestState()
    private(set) var steps: [Step] = []
    let chain: GroupChain
    /// Where the readable groups end.
    let end: Int64
    /// The last group, which may be in the page cache alone.
    let last: CommitGroup?
    /// What lies behind the end.
    let tail: TornTail

    /// Reads the manifest of that name.
    init(
        _ place: StorePlace, named name: String, mode: FileOpenMode
    ) throws(StorageError) {
        self.name = name
        let groups = try ManifestScan.file(place, named: name, mode)
        var state = ManifestState()
        var steps: [Step] = []
        var reader = GroupReader(incarnation: groups.header.incarnation) {
            place throws(StorageError) in
            do throws(FormatError) {
                let edits = try state.apply(place.group)
                steps.append(Step(group: place.number, time: place.time, edits: edits))
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
        let isLogAhead = try ManifestScan.hasUnknownSegment(
            place, state, groups.header.incarnation)
        tail.add(rest, of: groups, after: chain)
        try tail.check(
            groups, end, after: chain, promise: isLogAhead ? chain.nextNumber : 0)
        self.groups = groups
        self.state = state
        self.steps = steps
        self.chain = chain
        self.end = end.offset
        last = reader.last?.group
        self.tail = tail
    }

    private static func file(
        _ place: StorePlace, named name: String, _ mode: FileOpenMode
    ) throws(StorageError) -> GroupFile {
        guard let number = FileName.manifestNumber(name) else {
            throw .corrupt(
                file: FileName.current,
                FormatError(.manifest, 20, at: 0, "it names '\(name)', which is no manifest"))
        }
        let file: any File
        do {
            file = try place.fileSystem.open(place.path(name), mode)
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

extension ManifestState {
    /// Takes the edits of a group; offsets of errors count from its start.
    mutating func apply(_ group: CommitGroup) throws(FormatError) -> [ManifestEdit] {
        var edits: [ManifestEdit] = []
        for record in group.records {
            let payload = group.bytes.rawSpan.slice(
                record.payloadOffset, record.header.payloadSize)
            do {
                let edit = try ManifestEdit(payload)
                try apply(edit)
                edits.append(edit)
            } catch {
                throw error.moved(by: Int64(record.payloadOffset))
            }
        }
        return edits
    }
}
