import AuraCore
import AuraTesting

/// Writes a file of groups from its meaning, as `Formats/log.md` and `Formats/manifest.md` say and
/// without the code that they describe; or almost so, for bytes that must be refused.
struct ReferenceFile: Sendable {
    typealias Change = @Sendable (inout AnnotatedBytes) -> Void

    var meaning: FileMeaning
    /// Wrong fields of the file header, under a checksum that holds.
    var changeFileHeader: Change = { _ in }
    /// Wrong fields of the groups, under checksums that hold; names as in `group` and `record`.
    var changeGroup: Change = { _ in }
    /// Payloads by the vector that a meaning names.
    var payload: @Sendable (String) throws -> [UInt8] = { try GoldenVectors("batch").bytes($0) }

    private static let page = 4_096

    func write() throws -> AnnotatedBytes {
        var file = fileHeader()
        var previous = Hash128.zero
        var before: (number: UInt64, previous: Hash128)?
        for group in meaning.groups {
            let hole = Int(group.offset) - file.count
            if hole > 0 { file.append("blank", bytes: zeros(hole)) }
            // The same group once more continues what the first writing continued.
            if let before, before.number == group.number { previous = before.previous }
            let bytes = try self.group(group, previous)
            file.append(bytes)
            before = (group.number, previous)
            previous = Checksum.hash128(Array(bytes.bytes.prefix(96)).rawSpan)
        }
        let rest = Int(meaning.size) - file.count
        if rest > 0 { file.append("blank", bytes: zeros(rest)) }
        return file
    }

    // MARK: File header

    private func fileHeader() -> AnnotatedBytes {
        var header = AnnotatedBytes()
        let magic = meaning.format == "log" ? "AURALOG1" : "AURAMAN1"
        header.append("file magic", magic, bytes: Array(magic.utf8))
        header.append("file version", UInt32(1))
        header.append("file header size", UInt32(Self.page))
        header.append("file incarnation", meaning.incarnation, meaning.incarnationNumber)
        header.append("file number", meaning.number)
        header.append("file size", "\(meaning.size)", meaning.size)
        header.append("file features", UInt64(0))
        header.append("file reserved", bytes: zeros(Self.page - 8 - header.count))
        changeFileHeader(&header)
        header.append("file checksum", Checksum.hash64(header.bytes.rawSpan))
        return header
    }

    // MARK: Groups

    private func group(_ group: GroupMeaning, _ previous: Hash128) throws -> AnnotatedBytes {
        var body = AnnotatedBytes()
        for record in group.records { try append(record, to: &body) }
        let content = body.count
        let padding = -(96 + content) & (Self.page - 1)
        if padding > 0 { body.append("group padding", bytes: zeros(padding)) }
        var bytes = header(of: group, previous, content: content)
        bytes.append(body)
        changeGroup(&bytes)
        return sealed(bytes)
    }

    private func header(
        of group: GroupMeaning, _ previous: Hash128, content: Int
    ) -> AnnotatedBytes {
        var header = AnnotatedBytes()
        header.append("magic", "AGR1", bytes: Array("AGR1".utf8))
        header.append("group size", "\(group.size)", UInt32(group.size))
        header.append("group number", "\(group.number)", group.number)
        header.append("file of the group", meaning.number)
        header.append("place of the group", "\(group.offset)", group.offset)
        header.append("first event", "\(group.firstSequence)", group.firstSequence)
        header.append("records", UInt32(group.records.count))
        header.append("events", UInt32(group.records.reduce(0) { $0 + ($1.rows ?? 0) }))
        header.append("promise", "\(group.synced)", group.synced)
        header.append("wall time", "\(group.time)", group.time)
        header.append("previous, low", previous.low)
        header.append("previous, high", previous.high)
        header.append("body hash", UInt64(0))
        header.append("content size", "\(content)", UInt32(content))
        header.append("header hash", UInt32(0))
        return header
    }

    /// The same fields with the hashes that they need.
    private func sealed(_ group: AnnotatedBytes) -> AnnotatedBytes {
        let all = group.bytes
        let number = all.rawSpan.load(8, as: UInt64.self)
        let hash = Checksum.hash64(Array(all.dropFirst(96)).rawSpan, seed: number)
        var sealed = AnnotatedBytes()
        for field in group.fields {
            switch field.name {
            case "body hash": sealed.append(field.name, hash)
            case "header hash":
                let before = sealed.bytes
                let seed = meaning.incarnationNumber
                sealed.append(field.name, Checksum.hash32(before.rawSpan, seed: seed))
            default: sealed.append(field.name, field.detail, bytes: field.bytes)
            }
        }
        return sealed
    }

    // MARK: Records

    private func append(_ record: RecordMeaning, to body: inout AnnotatedBytes) throws {
        let codes: [String: UInt8] = ["append": 1, "producer-open": 2, "edit": 16]
        var payload = AnnotatedBytes()
        if let name = record.name {
            payload.append("name", name, bytes: Array(name.utf8))
        } else if let edit = record.edit {
            append(edit, to: &payload)
        } else if let batch = record.batch {
            payload.append("batch", batch, bytes: try self.payload(batch))
        }
        let hash = Checksum.hash64(payload.bytes.rawSpan)
        let clientHash = record.clientHash.flatMap { UInt64($0, radix: 16) } ?? hash
        body.append("kind", record.kind, codes[record.kind] ?? 0)
        body.append("flags", UInt8(record.isRewritten == true ? 1 : 0))
        body.append("reserved at 2", UInt16(0))
        body.append("payload size", "\(payload.count)", UInt32(payload.count))
        body.append("producer", record.producer ?? 0)
        body.append("epoch", record.epoch ?? 0)
        body.append("producer's number", record.producerSequence ?? 0)
        body.append("first event of the record", record.firstSequence ?? 0)
        body.append("rows", UInt32(record.rows ?? 0))
        body.append("reserved at 36", UInt32(0))
        body.append("ingest time", "\(record.ingestTime ?? 0)", record.ingestTime ?? 0)
        body.append("client hash", clientHash)
        body.append("payload hash", hash)
        body.append(payload)
        body.pad(after: "payload")
    }

    private func append(_ edit: EditMeaning, to payload: inout AnnotatedBytes) {
        func append(_ code: UInt8, _ numbers: [(String, UInt64)]) {
            payload.append("edit", edit.kind, code)
            for (name, number) in numbers { payload.append(name, "\(number)", number) }
        }
        let group = edit.group ?? 0
        let time = UInt64(bitPattern: edit.time ?? 0)
        switch edit.kind {
        case "created":
            let size = UInt64(bitPattern: edit.segmentSize ?? 0)
            append(1, [("segment size", size), ("time", time)])
        case "segment-used": append(2, [("segment", edit.segment ?? 0), ("synced group", group)])
        case "opened": append(3, [("last group", group), ("time", time)])
        case "closed": append(4, [("last group", group), ("time", time)])
        default:
            let layouts: [String: (UInt8, [String])] = [
                "chunk-added": (
                    5,
                    [
                        "chunk", "rows", "file size", "earliest time", "latest time",
                        "first event", "last event", "footer hash, low", "footer hash, high",
                        "tombstone", "level",
                    ]
                ),
                "chunk-dropped": (6, ["chunk"]), "renewed": (9, ["identity", "time"]),
                "copied": (8, ["time"]),
                "flushed": (
                    7,
                    [
                        "last event", "segment", "offset", "last group", "header hash, low",
                        "header hash, high", "checkpoint", "checkpoint size", "checkpoint hash",
                    ]
                ),
                "aged": (10, ["tombstone", "last event", "segment", "time", "before"]),
                "erased": (
                    11,
                    ["tombstone", "last event", "segment", "time", "values"]
                        + Array(repeating: "value hash, half", count: (edit.numbers ?? []).count)
                ),
                "tombstone-done": (12, ["tombstone"]),
                "restated": (13, ["last segment", "promise", "last chunk", "last tombstone"]),
            ]
            let (code, names) = layouts[edit.kind] ?? (0, [])
            append(code, Array(zip(names, edit.numbers ?? [])))
            if let attribute = edit.attribute {
                let bytes = Array(attribute.utf8)
                payload.append("attribute size", "\(bytes.count)", UInt32(bytes.count))
                payload.append("attribute", bytes: bytes)
            }
        }
    }

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
