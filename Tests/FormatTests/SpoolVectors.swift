import AuraCore
import AuraTesting

/// Every vector of `Formats/vectors/spool/`.
enum SpoolVectors {
    /// A vector, and what it says or which condition it breaks.
    struct Vector {
        let name: String
        let about: String
        var condition: Int?
        let bytes: AnnotatedBytes
    }

    private typealias Record = ReferenceSpool.Record

    private static func batch(_ name: String) throws -> [UInt8] {
        try GoldenVectors("batch").bytes(name)
    }

    /// What is valid.
    static func good() throws -> [Vector] {
        let one = try batch("one-row")
        let rows = try UInt32(EventBatch(validating: batch("ids")).rowCount)
        var whole = Record.batch(2, try batch("ids"), rows: rows)
        whole.flags = 1
        return [
            Vector(
                name: "fresh", about: "A spool without a batch", bytes: ReferenceSpool([]).file),
            Vector(
                name: "unsent", about: "Batches of which none was sent, one came encoded",
                bytes: ReferenceSpool([.batch(1, one, rows: 1), whole, .promise.behindSync]).file),
            Vector(
                name: "divided",
                about: "A batch was divided, its first half refused; the one before it is stable",
                bytes: ReferenceSpool([
                    .batch(1, one, rows: 1), .batch(2, try batch("ids"), rows: rows),
                    .mark(1, number: 5, stored: 6),
                    .replacement(2, 0, rows: 2, one + one),
                    .replacement(2, 0, rows: 1, []), .mark(2, 1, number: 6, stored: 6),
                ]).file),
        ]
    }

    private static func vector(
        _ name: String, _ condition: Int, _ about: String, _ records: [Record],
        _ change: (inout ReferenceSpool) -> Void = { _ in }
    ) -> Vector {
        var spool = ReferenceSpool(records)
        change(&spool)
        return Vector(name: "bad-\(name)", about: about, condition: condition, bytes: spool.file)
    }

    /// A batch of which a field is wrong, and what follows says that it was durable.
    private static func damaged(
        _ name: String, _ condition: Int, _ about: String, _ field: String, _ bytes: [UInt8]
    ) throws -> Vector {
        let first = Record.batch(1, try batch("one-row"), rows: 1)
        var promise = Record.promise
        promise.synced = UInt64(ReferenceSpool([first]).file.count)
        var file = ReferenceSpool([first, promise]).file
        file.damage(field, about, bytes: bytes)
        return Vector(name: "bad-\(name)", about: about, condition: condition, bytes: file)
    }

    private static func changed(_ record: Record, _ change: (inout Record) -> Void) -> Record {
        var record = record
        change(&record)
        return record
    }

    /// What breaks a condition.
    static func bad() throws -> [Vector] {
        try badFiles() + badRecords()
    }

    /// What breaks one of those that a crash may break, or a header's.
    private static func badFiles() throws -> [Vector] {
        let count = try batch("one-row").count
        var short = ReferenceSpool([]).file
        short.truncate(to: 184)
        return [
            Vector(name: "bad-short", about: "Less than a header", condition: 1, bytes: short),
            try damaged("magic", 2, "Another format", "magic", Array("AURASPL9".utf8)),
            try damaged(
                "header-hash", 2, "A header that rotted", "identity", [9, 9, 9, 9, 9, 9, 9, 9]),
            vector("no-name", 2, "A spool of nobody", []) { $0.nameSize = 0 },
            vector("number", 3, "Another file of the spool", []) { $0.number = 2 },
            vector("begun", 4, "A file that lost its end", []) { $0.begun = 200 },
            try damaged("record-magic", 5, "A record that rotted", "batch 1: magic", [0, 0, 0, 0]),
            try damaged("record-hash", 5, "A header that rotted", "batch 1: rows", [2, 0, 0, 0]),
            try damaged(
                "payload-hash", 6, "A payload that rotted", "batch 1: payload",
                [UInt8](repeating: 1, count: count)),
        ]
    }

    /// What no crash writes.
    private static func badRecords() throws -> [Vector] {
        let one = try batch("one-row")
        let first = Record.batch(1, one, rows: 1)
        let mark = Record.mark(1, number: 5, stored: 6)
        return [
            vector("kind", 7, "A record nobody has defined", [changed(first) { $0.kind = 5 }]),
            vector("flags", 7, "A flag nobody has defined", [changed(first) { $0.flags = 2 }]),
            vector("reserved", 7, "A reserved byte is set", [changed(first) { $0.reserved = 1 }]),
            vector(
                "synced", 7, "More is durable than there is", [changed(first) { $0.synced = 999 }]),
            vector("mark-size", 7, "Half a mark", [changed(mark) { $0.payload.removeLast(12) }]),
            vector(
                "promise-of-batch", 7, "A promise of a batch", [changed(.promise) { $0.id = 1 }]),
            vector(
                "id-repeated", 8, "A batch behind itself",
                [first, .batch(1, one, rows: 1)]),
            vector(
                "replaces-nothing", 9, "A replacement of a batch that is not there",
                [first, .replacement(2, 0, rows: 1, [])]),
            vector(
                "replaces-no-part", 9, "A replacement of a half of what is whole",
                [first, .replacement(1, 1, rows: 1, [])]),
            vector(
                "one-half", 9, "Half a batch in place of a batch",
                [first, .replacement(1, 0, rows: 1, one)]),
            vector(
                "mark-number", 10, "A batch without a number",
                [first, .mark(1, number: 0, stored: 0)]),
            vector(
                "mark-stored", 10, "Less is stored than was let go of",
                [first, .mark(1, number: 6, stored: 5)]),
            vector(
                "mark-ahead", 10, "A mark at a batch that is not there",
                [first, .mark(3, number: 1, stored: 1)]),
            vector(
                "batch", 11, "The batch vector bad-magic",
                [.batch(1, try batch("bad-magic"), rows: 1)]),
            vector(
                "rows", 11, "A record of two events with a batch of one", [.batch(1, one, rows: 2)]),
        ]
    }
}
