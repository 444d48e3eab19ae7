import AuraCore
import AuraTesting

/// Builds files of spools field by field, from `Formats/spool.md` and not from the code.
struct ReferenceSpool {
    static let identity: UInt64 = 0x0123_4567_89AB_CDEF

    /// A record's fields, of which a vector may make some wrong.
    struct Record {
        var name: String
        var kind: UInt8
        var flags: UInt8 = 0
        var id: UInt64 = 0
        var row: UInt32 = 0
        var rows: UInt32 = 0
        var reserved: UInt32 = 0
        var time: Int64 = 0
        var synced: UInt64 = 192
        var payload: [UInt8] = []
        /// Whether it follows a sync: at a multiple of 4,096, and what is before it is durable.
        var isBehindSync = false

        /// The record behind a sync.
        var behindSync: Record {
            var record = self
            record.isBehindSync = true
            return record
        }

        static func batch(_ id: UInt64, _ payload: [UInt8], rows: UInt32) -> Record {
            Record(
                name: "batch \(id)", kind: 1, id: id, rows: rows, time: 1_700_000_000_000_000,
                payload: payload)
        }

        static func replacement(
            _ id: UInt64, _ row: UInt32, rows: UInt32, _ payload: [UInt8]
        ) -> Record {
            Record(
                name: "replacement of \(id), \(row)", kind: 2, id: id, row: row, rows: rows,
                payload: payload)
        }

        static func mark(
            _ id: UInt64, _ row: UInt32 = 0, number: UInt64, stored: UInt64
        ) -> Record {
            let payload = [number, stored, 0xFEDC].flatMap { AnnotatedBytes.little($0) }
            return Record(name: "mark at \(id)", kind: 3, id: id, row: row, payload: payload)
        }

        static let promise = Record(name: "promise", kind: 4)
    }

    var number: UInt64 = 1
    var name = Array("clinic-7".utf8)
    var nameSize: UInt32?
    var begun: UInt64?
    var records: [Record]

    init(_ records: [Record]) {
        self.records = records
    }

    var file: AnnotatedBytes {
        var bytes = AnnotatedBytes()
        bytes.append("magic", "AURASPL1", bytes: Array("AURASPL1".utf8))
        bytes.append("identity", ReferenceSpool.identity)
        bytes.append("number", number)
        bytes.append("previous end", "nothing before it", UInt64(0))
        bytes.append("name size", nameSize ?? UInt32(name.count))
        bytes.append("reserved 36", UInt32(0))
        bytes.append(
            "name", String(decoding: name, as: UTF8.self),
            bytes: name + [UInt8](repeating: 0, count: 128 - name.count))
        bytes.append("begun", begun ?? 192)
        bytes.append("previous id", UInt64(0))
        bytes.append("header hash", Checksum.hash64(bytes.bytes.rawSpan))
        for record in records { append(record, to: &bytes) }
        return bytes
    }

    private func append(_ record: Record, to bytes: inout AnnotatedBytes) {
        var record = record
        if record.isBehindSync {
            record.synced = UInt64(bytes.count)
            let gap = (4_096 - bytes.count % 4_096) % 4_096
            bytes.append("zeros before \(record.name)", bytes: [UInt8](repeating: 0, count: gap))
        }
        var header = AnnotatedBytes()
        let name = record.name
        header.append("\(name): magic", "ASR1", bytes: Array("ASR1".utf8))
        header.append("\(name): kind, flags", bytes: [record.kind, record.flags, 0, 0])
        header.append("\(name): id", record.id)
        header.append("\(name): row", record.row)
        header.append("\(name): rows", record.rows)
        header.append("\(name): size", UInt32(record.payload.count))
        header.append("\(name): reserved", record.reserved)
        header.append("\(name): time", record.time)
        header.append("\(name): synced", record.synced)
        header.append("\(name): payload hash", Checksum.hash64(record.payload.rawSpan))
        let seed = ReferenceSpool.identity &+ number &* 0x1_0000_0000 &+ UInt64(bytes.count)
        header.append(
            "\(name): header hash", Checksum.hash64(header.bytes.rawSpan, seed: seed))
        bytes.append(header)
        if !record.payload.isEmpty {
            bytes.append("\(name): payload", bytes: record.payload)
            bytes.pad(after: "\(name): payload")
        }
    }
}
