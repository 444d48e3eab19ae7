import AuraCore

/// What is intact of a broken data directory.
struct StoreRemains {
    let source: StoreDirectory
    let incarnation: UInt64
    /// What the manifest says, as far as it can be read; nil if nothing of it can.
    let state: ManifestState?
    /// Whether that is all it ever said.
    private let isManifestWhole: Bool
    /// Chunks that are sound.
    private(set) var whole: [Chunk] = []
    /// Rows of other chunks and of the log.
    private(set) var pieces: [any RowSource] = []
    /// All events that were found.
    private(set) var events = EventSet()
    /// Groups of the log that gave some.
    private(set) var groups = 0
    private(set) var lastGroup: UInt64 = 0
    private(set) var lastSequence: UInt64 = 0
    private(set) var producers = ProducerRemains()
    private(set) var findings: [StoreFinding] = []

    init(of source: StoreDirectory) throws(StorageError) {
        self.source = source
        var findings: [StoreFinding] = []
        do throws(StorageError) {
            let scan = try source.manifest()
            state = scan.state
            isManifestWhole = true
            incarnation = scan.groups.header.incarnation
        } catch {
            findings.append(StoreFinding(error, reading: FileName.current))
            isManifestWhole = false
            let part = try ManifestRemains.find(source.place)
            state = part?.state
            var found = part?.incarnation
            if found == nil { found = try StoreRemains.incarnation(source.place) }
            guard let found else {
                throw .missing(
                    file: FileName.current, reason: "no file tells whose store it was")
            }
            incarnation = found
        }
        lastGroup = max(state?.flushed?.group ?? 0, state?.promisedGroup ?? 0)
        lastSequence = state?.flushed?.sequence ?? 0
        self.findings = findings
    }

    /// Identity of the store by any file that can be read.
    private static func incarnation(_ place: StorePlace) throws(StorageError) -> UInt64? {
        for name in try place.names(in: FileName.log) {
            guard let number = FileName.segmentNumber(name),
                let file = place.groupFile(.log, number, FileName.log + "/" + name)
            else { continue }
            return file.header.incarnation
        }
        for name in try place.names(in: FileName.chunks) {
            guard let number = FileName.chunkNumber(name),
                let footer = place.chunkEntry(number)?.footer
            else { continue }
            return footer.incarnation
        }
        return nil
    }

    /// Reads everything.
    mutating func read() throws(StorageError) {
        let cache = BlockCache(capacity: 8 << 20)
        for entry in try entries() {
            read(Chunk(entry, in: source.place, incarnation: incarnation, cache: cache))
        }
        if let mark = state?.flushed {
            do throws(StorageError) {
                producers = ProducerRemains(
                    try source.place.checkpoint(mark, incarnation))
            } catch {
                findings.append(
                    StoreFinding(error, reading: FileName.checkpoint(mark.checkpoint)))
            }
        }
        try readLog()
    }

    /// The chunks to read: those of the manifest, and those that it may have lost.
    ///
    /// One with a number that it knows and no entry was dropped.
    private func entries() throws(StorageError) -> [ChunkEntry] {
        var entries = state?.chunks ?? [:]
        let known = isManifestWhole ? state?.lastChunk ?? 0 : 0
        for number in try source.place.names(in: FileName.chunks).compactMap(FileName.chunkNumber)
        where number > known && entries[number] == nil {
            guard let found = source.place.chunkEntry(number),
                found.footer.incarnation == incarnation
            else { continue }
            entries[number] = found.entry
        }
        return entries.values.sorted { $0.number < $1.number }
    }

    /// Takes a chunk whole, or what is whole of it.
    private mutating func read(_ chunk: Chunk) {
        do throws(StorageError) {
            try chunk.verify()
            var numbers: [Int64] = []
            for piece in try chunk.pieces() { numbers += try piece.sequences() }
            // Without the manifest a chunk may be there that others stand for.
            guard numbers.allSatisfy({ !events.contains(UInt64(bitPattern: $0)) }) else {
                return readPieces(of: chunk)
            }
            for number in numbers { _ = events.insert(UInt64(bitPattern: number)) }
            whole.append(chunk)
        } catch {
            findings.append(StoreFinding(error, reading: chunk.entry.name))
            readPieces(of: chunk)
        }
    }

    private mutating func readPieces(of chunk: Chunk) {
        for piece in chunk.wholePieces() {
            guard let numbers = piece.wholeSequences,
                numbers.allSatisfy({ !events.contains($0) })
            else { continue }
            for number in numbers { _ = events.insert(number) }
            pieces.append(piece)
        }
    }

    /// Takes every group of every segment; of two of one number the later.
    private mutating func readLog() throws(StorageError) {
        var found: [UInt64: CommitGroup] = [:]
        for name in try source.place.names(in: FileName.log) {
            guard let number = FileName.segmentNumber(name) else { continue }
            let path = FileName.log + "/" + name
            guard let file = source.place.groupFile(.log, number, path),
                file.header.incarnation == incarnation
            else {
                findings.append(
                    StoreFinding(
                        file: path, problem: "its first page cannot be read",
                        remedy: "nothing of it was taken"))
                continue
            }
            for (number, group) in file.intactGroups() { found[number] = group }
        }
        for (number, group) in found.sorted(by: { $0.key < $1.key }) { take(group, number) }
    }

    private mutating func take(_ group: CommitGroup, _ number: UInt64) {
        lastGroup = max(lastGroup, number)
        var isNew = false
        for record in group.records {
            producers.take(record.header, name: group.name(record))
            guard let batch = group.batch(record) else { continue }
            let first = record.header.firstSequence
            let missing = (0..<batch.rowCount).filter { !events.contains(first + UInt64($0)) }
            guard !missing.isEmpty else { continue }
            isNew = true
            for row in missing { _ = events.insert(first + UInt64(row)) }
            if missing.count == batch.rowCount {
                pieces.append(Strip(firstSequence: first, batch: batch))
                continue
            }
            let all = batch.events()
            let some = missing.map { SequencedEvent(sequence: first + UInt64($0), event: all[$0]) }
            pieces += Strip.strips(of: some)
        }
        if isNew { groups += 1 }
    }
}
