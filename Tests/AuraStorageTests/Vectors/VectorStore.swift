import AuraCore
import AuraTesting

@testable import AuraStorage

/// A data directory on a disk in memory, with files that vectors hold.
struct VectorStore {
    static let directory = "/store"
    static let manifestName = "MANIFEST-0000000000000001"
    let disk = SimulatedFileSystem()
    var place: StorePlace { StorePlace(fileSystem: disk, directory: Self.directory) }

    init() throws {
        try disk.createDirectory(place.logDirectory)
    }

    /// Writes a file, in place of one of that name.
    func write(_ bytes: [UInt8], _ name: String) throws {
        let path = place.path(name)
        if try disk.exists(path) { try disk.remove(path) }
        try disk.open(path, .create).write(bytes.rawSpan, at: 0)
    }

    func read(_ name: String) throws -> [UInt8] {
        let file = try disk.open(place.path(name), .read)
        return try file.read(at: 0, count: Int(file.size()))
    }

    /// A manifest that calls the groups of segment 1 durable up to `promise`.
    func makeManifest(segmentSize: Int64, promise: UInt64) throws {
        var manifest = try Manifest.create(
            place, incarnation: 0x0123_4567_89AB_CDEF, segmentSize: segmentSize,
            now: LogExample.time)
        try manifest.write([.segmentUsed(number: 1, syncedGroup: 0)], now: LogExample.time)
        try manifest.write([.opened(lastGroup: promise, time: 0)], now: LogExample.time)
    }

    func open() throws(StorageError) -> Storage {
        try Storage(
            directory: Self.directory, fileSystem: disk, options: Storage.Options(incarnation: 1),
            now: LogExample.time + 1_000_000)
    }

    /// The condition that opening the store finds broken, and in which file.
    func broken() -> (condition: Int, format: FormatError.Format, file: String)? {
        do throws(StorageError) {
            _ = try open()
            return nil
        } catch {
            guard case .corrupt(let file, let error) = error else { return nil }
            return (error.condition, error.format, file)
        }
    }

    // MARK: Meaning and bytes, by the code

    /// What a file says, read by the storage's own reader.
    func meaning(of bytes: [UInt8], as expected: FileMeaning) throws -> FileMeaning {
        let kind: SegmentHeader.Kind = expected.format == "log" ? .log : .manifest
        try write(bytes, "file")
        let file = try GroupFile(
            disk.open(place.path("file"), .read), kind, number: expected.number, name: "file")
        var meaning = FileMeaning(
            about: expected.about, format: kind == .log ? "log" : "manifest",
            incarnation: FileName.hexadecimal(file.header.incarnation), number: file.header.number,
            size: file.header.fileSize, groups: [])
        var chain = GroupChain()
        var state = ManifestState()
        var offset = GroupFile.start
        while offset < file.size {
            guard case .group(let header, let group, _) = try file.read(at: offset, after: chain)
            else {
                offset += Int64(Limits.groupAlignment)
                continue
            }
            var said = GroupMeaning(
                offset: header.offset, size: header.groupSize, number: header.number,
                firstSequence: header.firstSequence, synced: header.syncedNumber,
                time: header.wallTime, records: [])
            for record in group.records {
                let payload = group.bytes.rawSpan.slice(
                    record.payloadOffset, record.header.payloadSize)
                said.records.append(try RecordMeaning(record, payload))
                if record.header.kind == .edit { try state.apply(ManifestEdit(payload)) }
            }
            meaning.groups.append(said)
            chain.advance(over: header, incarnation: file.header.incarnation)
            offset += Int64(header.groupSize)
        }
        if kind == .manifest { meaning.state = StateMeaning(state) }
        return meaning
    }

    /// The file of a meaning, written by the storage's own writer.
    func bytes(of meaning: FileMeaning) throws -> [UInt8] {
        let incarnation = meaning.incarnationNumber
        let header = SegmentHeader(
            meaning.format == "log" ? .log : .manifest, incarnation: incarnation,
            number: meaning.number, fileSize: meaning.size)
        try write(header.encoded(), "written")
        var writer = GroupWriter(
            file: try disk.open(place.path("written"), .update), incarnation: incarnation,
            fileNumber: meaning.number, offset: GroupFile.start, chain: GroupChain())
        for said in meaning.groups {
            if said.number == writer.chain.lastNumber { writer.chain.stepBack() }
            writer.offset = said.offset
            var group = CommitGroup()
            for record in said.records {
                let payload = try record.payload()
                group.append(try record.header(of: payload), payload: payload.rawSpan)
            }
            try writer.append(&group, now: said.time)
        }
        var bytes = try read("written")
        let rest = Int(meaning.size) - bytes.count
        if rest > 0 { bytes.append(contentsOf: repeatElement(0, count: rest)) }
        return bytes
    }
}

extension StateMeaning {
    init(_ state: ManifestState) {
        self.init(
            segmentSize: state.segmentSize, createdAt: state.createdAt,
            lastSegment: state.lastSegment, promisedGroup: state.promisedGroup,
            closedAtGroup: state.closedAtGroup, firstSegment: state.firstSegment,
            chunks: state.chunks.keys.sorted(), flushedGroup: state.flushed?.group,
            flushedSequence: state.flushed?.sequence,
            tombstones: state.tombstones.keys.sorted(),
            identity: state.identity.map(FileName.hexadecimal), isCopy: state.isCopy ? true : nil)
    }
}

extension RecordMeaning {
    /// What is wrong with the meaning of a record.
    struct Malformed: Error {
        let record: RecordMeaning
    }

    /// The batch vectors that records of vectors hold.
    private static let batches = ["one-row", "every-type"]

    init(_ record: CommitGroup.Record, _ payload: RawSpan) throws {
        let header = record.header
        func some<Value: FixedWidthInteger>(_ value: Value) -> Value? { value == 0 ? nil : value }
        let kinds: [RecordHeader.Kind: String] = [
            .append: "append", .producerOpen: "producer-open", .edit: "edit",
        ]
        self.init(
            kind: kinds[header.kind] ?? "", isRewritten: header.isRewritten ? true : nil,
            producer: some(header.producer), epoch: some(header.epoch),
            producerSequence: some(header.producerSequence),
            firstSequence: some(header.firstSequence), rows: some(header.rowCount),
            ingestTime: some(header.ingestTime))
        if header.clientHash != header.payloadHash {
            clientHash = FileName.hexadecimal(header.clientHash)
        }
        switch header.kind {
        case .append:
            let bytes = payload.array
            batch = try RecordMeaning.batches.first {
                try GoldenVectors("batch").bytes($0) == bytes
            }
        case .producerOpen: name = payload.text
        case .edit: edit = EditMeaning(try ManifestEdit(payload))
        }
    }

    func payload() throws -> [UInt8] {
        if let name { return Array(name.utf8) }
        if let edit { return try edit.edit(of: self).encoded() }
        guard let batch else { throw Malformed(record: self) }
        return try GoldenVectors("batch").bytes(batch)
    }

    func header(of payload: [UInt8]) throws -> RecordHeader {
        let kinds: [String: RecordHeader.Kind] = [
            "append": .append, "producer-open": .producerOpen, "edit": .edit,
        ]
        guard let kind = kinds[kind] else { throw Malformed(record: self) }
        var header = RecordHeader(kind)
        header.isRewritten = isRewritten ?? false
        header.producer = producer ?? 0
        header.epoch = epoch ?? 0
        header.producerSequence = producerSequence ?? 0
        header.firstSequence = firstSequence ?? 0
        header.rowCount = rows ?? 0
        header.ingestTime = ingestTime ?? 0
        header.payloadHash = Checksum.hash64(payload.rawSpan)
        header.clientHash = clientHash.flatMap { UInt64($0, radix: 16) } ?? header.payloadHash
        return header
    }
}

extension EditMeaning {
    init(_ edit: ManifestEdit) {
        switch edit {
        case .created(let size, let time):
            self.init(kind: "created", segmentSize: size, time: time)
        case .segmentUsed(let number, let group):
            self.init(kind: "segment-used", segment: number, group: group)
        case .opened(let group, let time):
            self.init(kind: "opened", group: group, time: time)
        case .closed(let group, let time):
            self.init(kind: "closed", group: group, time: time)
        case .chunkAdded(let entry):
            self.init(
                kind: "chunk-added",
                numbers: [
                    entry.number, UInt64(entry.rowCount), UInt64(entry.fileSize),
                    UInt64(bitPattern: entry.timeRange.lowerBound),
                    UInt64(bitPattern: entry.timeRange.upperBound),
                    entry.sequenceRange.lowerBound, entry.sequenceRange.upperBound,
                    entry.footerHash.low, entry.footerHash.high, entry.tombstone,
                    UInt64(entry.level),
                ])
        case .chunkDropped(let number):
            self.init(kind: "chunk-dropped", numbers: [number])
        case .copied(let time):
            self.init(kind: "copied", numbers: [UInt64(bitPattern: time)])
        case .renewed(let identity, let time):
            self.init(kind: "renewed", numbers: [identity, UInt64(bitPattern: time)])
        case .flushed(let mark):
            self.init(
                kind: "flushed",
                numbers: [
                    mark.sequence, mark.segment, UInt64(mark.offset), mark.group,
                    mark.previous.low, mark.previous.high, mark.checkpoint,
                    UInt64(mark.checkpointSize), mark.checkpointHash,
                ])
        case .tombstoneAdded(let tombstone): self.init(tombstone)
        case .tombstoneDone(let number): self.init(kind: "tombstone-done", numbers: [number])
        case .restated(let segment, let group, let chunk, let tombstone):
            self.init(kind: "restated", numbers: [segment, group, chunk, tombstone])
        }
    }

    private init(_ tombstone: Tombstone) {
        let numbers = [
            tombstone.number, tombstone.sequence, tombstone.segment,
            UInt64(bitPattern: tombstone.time),
        ]
        switch tombstone.target {
        case .before(let time):
            self.init(kind: "aged", numbers: numbers + [UInt64(bitPattern: time)])
        case .subject(let subject):
            self.init(
                kind: "erased",
                numbers: numbers + [UInt64(subject.values.count)]
                    + subject.values.flatMap { [$0.low, $0.high] },
                attribute: subject.attribute.text)
        }
    }

    /// An edit of the kinds that have a list of numbers.
    private func listed(_ numbers: [UInt64]) -> ManifestEdit? {
        switch (kind, numbers.count) {
        case ("chunk-added", 11):
            .chunkAdded(
                ChunkEntry(
                    number: numbers[0], rowCount: Int(numbers[1]), fileSize: Int64(numbers[2]),
                    timeRange: Int64(bitPattern: numbers[3])...Int64(bitPattern: numbers[4]),
                    sequenceRange: numbers[5]...numbers[6],
                    footerHash: Hash128(low: numbers[7], high: numbers[8]), tombstone: numbers[9],
                    level: UInt8(numbers[10])))
        case ("chunk-dropped", 1): .chunkDropped(number: numbers[0])
        case ("copied", 1): .copied(time: Int64(bitPattern: numbers[0]))
        case ("renewed", 2):
            .renewed(identity: numbers[0], time: Int64(bitPattern: numbers[1]))
        case ("flushed", 9):
            .flushed(
                FlushMark(
                    sequence: numbers[0], segment: numbers[1], offset: Int64(numbers[2]),
                    group: numbers[3], previous: Hash128(low: numbers[4], high: numbers[5]),
                    checkpoint: numbers[6], checkpointSize: Int(numbers[7]),
                    checkpointHash: numbers[8]))
        case ("aged", 5):
            .tombstoneAdded(tombstone(numbers, .before(Int64(bitPattern: numbers[4]))))
        case ("erased", 7...):
            .tombstoneAdded(
                tombstone(
                    numbers,
                    .subject(
                        SubjectHash(
                            attribute: ExactText(attribute ?? ""),
                            values: stride(from: 5, to: numbers.count, by: 2).map {
                                Hash128(low: numbers[$0], high: numbers[$0 + 1])
                            }))))
        case ("tombstone-done", 1): .tombstoneDone(number: numbers[0])
        case ("restated", 4):
            .restated(
                segment: numbers[0], group: numbers[1], chunk: numbers[2], tombstone: numbers[3])
        default: nil
        }
    }

    private func tombstone(_ numbers: [UInt64], _ target: Tombstone.Target) -> Tombstone {
        Tombstone(
            number: numbers[0], sequence: numbers[1], segment: numbers[2],
            time: Int64(bitPattern: numbers[3]), target: target)
    }

    func edit(of record: RecordMeaning) throws -> ManifestEdit {
        if let numbers {
            guard let edit = listed(numbers) else {
                throw RecordMeaning.Malformed(record: record)
            }
            return edit
        }
        return switch (kind, segmentSize, segment, group, time) {
        case ("created", let size?, nil, nil, let time?):
            .created(segmentSize: size, time: time)
        case ("segment-used", nil, let number?, let group?, nil):
            .segmentUsed(number: number, syncedGroup: group)
        case ("opened", nil, nil, let group?, let time?): .opened(lastGroup: group, time: time)
        case ("closed", nil, nil, let group?, let time?): .closed(lastGroup: group, time: time)
        default: throw RecordMeaning.Malformed(record: record)
        }
    }
}
