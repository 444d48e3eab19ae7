import AuraCore
import AuraTesting

/// A batch that must be refused, and the condition of `Formats/batch.md` that it breaks.
struct BatchDamage {
    let condition: Int
    let name: String
    let about: String
    let bytes: AnnotatedBytes

    /// The batch of some events with its bytes changed; nothing else of it is wrong.
    init(
        _ condition: Int, _ name: String, _ about: String, _ batch: AnnotatedBytes,
        _ change: (inout AnnotatedBytes) -> Void = { _ in }
    ) {
        self.condition = condition
        self.name = name
        self.about = about
        var bytes = batch
        change(&bytes)
        self.bytes = bytes
    }

    static var all: [BatchDamage] {
        whole + counts + zeros + dictionary + names + times + types + columns
    }

    // MARK: Batches to damage

    static func event(_ type: String, _ after: Int64, _ attributes: Attribute...) -> Event {
        var event = BatchVector.event(type, after)
        event.attributes = attributes
        return event
    }

    /// Two types "a" and "b", three rows, no columns.
    static let plain = ReferenceBatch.write([event("a", 0), event("b", 1), event("a", 2)])

    /// One type "t", two rows, a column "x" of the values.
    static func column(_ values: AttributeValue...) -> AnnotatedBytes {
        ReferenceBatch.write(
            values.enumerated().map { event("t", Int64($0), Attribute("x", $1)) })
    }

    /// Types "a" and "b", two rows each; only one row of "b" has "x".
    static let sparse = ReferenceBatch.write([
        event("a", 0), event("b", 1), event("b", 2, Attribute("x", .bool(true))), event("a", 3),
    ])

    // MARK: Conditions 1 and 2

    private static let whole: [BatchDamage] = [
        BatchDamage(1, "empty", "No bytes at all", AnnotatedBytes()),
        BatchDamage(1, "half-header", "Less than a header", plain) { $0.truncate(to: 56) },
        BatchDamage(1, "truncated", "The last 8 bytes are missing", plain) {
            $0.truncate(to: $0.count - 8)
        },
        BatchDamage(1, "truncated-size", "The last 8 bytes are missing, the size agrees", plain) {
            $0.truncate(to: $0.count - 8)
            $0.damage("size", "shortened with the batch", UInt32($0.count))
        },
        BatchDamage(1, "size-lies", "A size 8 bytes over the real one", plain) {
            $0.damage("size", "8 too many", UInt32($0.count + 8))
        },
        BatchDamage(1, "size-odd", "A size that is no multiple of 8", plain) {
            $0.append("an odd byte", UInt8(0))
            $0.damage("size", "no multiple of 8", UInt32($0.count))
        },
        BatchDamage(1, "trailing-bytes", "Eight bytes that belong to nothing", plain) {
            $0.append("trailing bytes", UInt64(0))
            $0.damage("size", "8 more than the sections have", UInt32($0.count))
        },
        BatchDamage(1, "strings-leave", "More dictionary bytes than the batch has left", plain) {
            $0.damage("dictionary bytes", "the strings leave the batch", UInt32($0.count - 8))
        },
        BatchDamage(2, "magic", "The magic of another version", plain) {
            $0.damage("magic", "ABT2", bytes: Array("ABT2".utf8))
        },
    ]

    // MARK: Condition 3

    private static let counts: [BatchDamage] = [
        BatchDamage(3, "no-rows", "A batch of nothing", plain) {
            $0.damage("rows", "none", UInt32(0))
        },
        BatchDamage(3, "too-many-rows", "A row over the limit", plain) {
            $0.damage("rows", "at most 65536", UInt32(Limits.batchRows + 1))
        },
        BatchDamage(3, "rows-lie", "As many rows as 32 bits hold", plain) {
            $0.damage("rows", "at most 65536", UInt32.max)
        },
        BatchDamage(3, "no-types", "Rows without a type", plain) {
            $0.damage("types", "none", UInt16(0))
        },
        BatchDamage(3, "more-types-than-rows", "Four types for three rows", plain) {
            $0.damage("types", "3 rows", UInt16(4))
        },
        BatchDamage(3, "too-many-columns", "A column over the limit", plain) {
            $0.damage("columns", "at most 4096", UInt16(Limits.batchColumns + 1))
        },
        BatchDamage(3, "strings-lie", "As many strings as 32 bits hold", plain) {
            $0.damage("strings", "more than bytes", UInt32.max)
        },
        BatchDamage(3, "dictionary-lies", "As many dictionary bytes as 32 bits hold", plain) {
            $0.damage("dictionary bytes", "more than bytes", UInt32.max)
        },
        BatchDamage(3, "type-code-width", "Two types need codes of one byte, not two", plain) {
            $0.damage("type code width", "1 is due", UInt8(2))
        },
        BatchDamage(
            3, "too-many-values", "17 constants of 65536 rows: a value over the limit and more",
            ReferenceBatch.write(
                Array(
                    repeating: Event(
                        type: "t", time: Timestamp(microseconds: BatchVector.start),
                        attributes: (0..<17).map { Attribute("x\($0)", .bool(true)) }),
                    count: Limits.batchRows))),
    ]

    // MARK: Condition 4

    private static let zeros: [BatchDamage] = [
        BatchDamage(4, "reserved-42", "A reserved byte of the header is set", plain) {
            $0.damage("reserved at 42", "not zero", bytes: [0, 0, 0, 0, 0, 1])
        },
        BatchDamage(4, "reserved-56", "A reserved byte of the header is set", plain) {
            $0.damage("reserved at 56", "not zero", UInt64(1) << 63)
        },
        BatchDamage(4, "padding-offsets", "Padding with content", plain) {
            $0.damage("padding after string offsets", "not zero", bytes: [0, 0, 0, 1])
        },
        BatchDamage(4, "padding-strings", "Padding with content", plain) {
            $0.damage("padding after strings", "not zero", bytes: Array("hidden".utf8))
        },
        BatchDamage(4, "padding-type-codes", "Padding with content", plain) {
            $0.damage("padding after type codes", "not zero", bytes: [0, 0, 0, 0, 1])
        },
        BatchDamage(4, "padding-times", "Padding with content", plain) {
            $0.damage("padding after times", "not zero", bytes: [1, 0, 0, 0, 0])
        },
        BatchDamage(4, "padding-type-set", "Padding with content", sparse) {
            $0.damage("padding after column 0 type set", "not zero", bytes: [0, 0, 0, 0, 0, 0, 1])
        },
        BatchDamage(4, "padding-presence", "Padding with content", sparse) {
            $0.damage("padding after column 0 presence", "not zero", bytes: [0, 0, 0, 0, 0, 0, 1])
        },
        BatchDamage(4, "padding-values", "Padding with content", sparse) {
            $0.damage("padding after column 0 data", "not zero", bytes: [0, 0, 0, 0, 0, 0, 1])
        },
        BatchDamage(
            4, "base-constant-times", "Constant times with a base",
            ReferenceBatch.write([event("t", 0)])
        ) {
            $0.damage("time base", "constant", Int64(1))
        },
        BatchDamage(4, "base-constant", "A constant with a base", column(.int64(7), .int64(7))) {
            $0.damage("column 0 base", "constant", Int64(7))
        },
        BatchDamage(
            4, "base-string", "String codes with a base", column(.string("a"), .string("b"))
        ) {
            $0.damage("column 0 base", "codes are no differences", Int64(1))
        },
        BatchDamage(4, "flags", "A flag nobody has defined", sparse) {
            $0.damage("column 0 flags", "unknown 4", UInt8(7))
        },
        BatchDamage(4, "reserved-entry", "The reserved byte of a column's entry is set", sparse) {
            $0.damage("column 0 reserved", "not zero", UInt8(1))
        },
    ]

    // MARK: Conditions 5, 6 and 7

    private static let dictionary: [BatchDamage] = [
        BatchDamage(5, "first-offset", "The first string does not begin at 0", plain) {
            $0.damage("string offset 0", "not 0", UInt32(1))
        },
        BatchDamage(5, "last-offset", "The last string ends before the dictionary", plain) {
            $0.damage("string offset 2", "2 bytes", UInt32(1))
        },
        BatchDamage(5, "offsets-descend", "A string ends before it begins", plain) {
            $0.damage("string offset 1", "beyond the next", UInt32(3))
        },
        BatchDamage(5, "unsorted", "'b' before 'a'", plain) {
            $0.damage("string 0", "after the next", bytes: Array("b".utf8))
            $0.damage("string 1", "before the one before", bytes: Array("a".utf8))
        },
        BatchDamage(5, "duplicate-string", "'a' twice", plain) {
            $0.damage("string 1", "as the one before", bytes: Array("a".utf8))
        },
        BatchDamage(
            5, "unused-string", "A string that nothing refers to",
            ReferenceBatch.write([event("t", 0)], unused: ["nobody looks here"])),
        BatchDamage(6, "not-utf8", "A byte that UTF-8 never has", plain) {
            $0.damage("string 1", "not UTF-8", bytes: [0xFF])
        },
        BatchDamage(
            6, "surrogate", "Half a surrogate pair, encoded as if it were a character",
            ReferenceBatch.write([event("名", 0)])
        ) {
            $0.damage("string 0", "U+D800", bytes: [0xED, 0xA0, 0x80])
        },
        BatchDamage(
            6, "split-character", "'é', half of it in each of two strings",
            ReferenceBatch.write([event("a", 0), event("b", 1)])
        ) {
            $0.damage("string 0", "ends within a character", bytes: [0xC3])
            $0.damage("string 1", "begins within a character", bytes: [0xA9])
        },
    ]

    private static let names: [BatchDamage] = [
        BatchDamage(7, "type-name-code", "A type's name beyond the dictionary", plain) {
            $0.damage("type 1 name", "2 strings", UInt32(2))
        },
        BatchDamage(7, "column-name-code", "A column's name beyond the dictionary", sparse) {
            $0.damage("column 0 name", "3 strings", UInt32.max)
        },
        BatchDamage(
            7, "empty-type-name", "A type without a name", ReferenceBatch.write([event("", 0)])),
        BatchDamage(
            7, "long-type-name", "A type's name of 129 bytes",
            ReferenceBatch.write([event(String(repeating: "n", count: 129), 0)])),
        BatchDamage(
            7, "empty-column-name", "A column without a name",
            ReferenceBatch.write([event("t", 0, Attribute("", .bool(true)))])),
        BatchDamage(
            7, "long-column-name", "A column's name of 129 bytes",
            ReferenceBatch.write([
                event("t", 0, Attribute(String(repeating: "ü", count: 64) + "x", .bool(true)))
            ])),
        BatchDamage(7, "types-unsorted", "Type 'b' before 'a'", plain) {
            $0.damage("type 0 name", "string 1", UInt32(1))
            $0.damage("type 1 name", "string 0", UInt32(0))
        },
        BatchDamage(7, "duplicate-type", "Type 'a' twice", plain) {
            $0.damage("type 1 name", "string 0 again", UInt32(0))
        },
    ]

    // MARK: Conditions 8 and 9

    private static let times: [BatchDamage] = [
        BatchDamage(8, "times-reversed", "The latest time before the earliest", plain) {
            $0.damage("latest time", "before the earliest", BatchVector.start - 1)
        },
        BatchDamage(8, "time-before-year-1", "A time nobody can write", plain) {
            $0.damage("earliest time", "before year 1", Limits.earliestTime - 1)
        },
        BatchDamage(8, "time-after-year-9999", "A time nobody can write", plain) {
            $0.damage("latest time", "after year 9999", Limits.latestTime + 1)
        },
        BatchDamage(8, "earliest-lies", "No row is as early as the header says", plain) {
            $0.damage("earliest time", "1 µs early", BatchVector.start - 1)
        },
        BatchDamage(8, "latest-lies", "A row is later than the header says", plain) {
            $0.damage("latest time", "1 µs early", BatchVector.start + 1)
        },
    ]

    private static let types: [BatchDamage] = [
        BatchDamage(9, "type-without-rows", "A type that no row has", plain) {
            $0.damage("type 0 rows", "none", UInt32(0))
            $0.damage("type 1 rows", "all", UInt32(3))
        },
        BatchDamage(9, "type-rows-sum", "Types of four rows in a batch of three", plain) {
            $0.damage("type 0 rows", "2 is right", UInt32(3))
        },
        BatchDamage(9, "type-rows-lie", "Rows of one type counted as another's", plain) {
            $0.damage("type 0 rows", "2 is right", UInt32(1))
            $0.damage("type 1 rows", "1 is right", UInt32(2))
        },
        BatchDamage(9, "type-code", "A row of a type beyond the last", plain) {
            $0.damage("type codes", "2 types", bytes: [0, 1, 2])
        },
    ]
}
