import AuraCore
import AuraTesting

/// Conditions 10 to 13, which are about columns.
extension BatchDamage {
    /// The damages of columns.
    static var columns: [BatchDamage] { directory + rows + values + reserved }

    // MARK: Condition 10

    private static let directory: [BatchDamage] = [
        BatchDamage(10, "attribute-type-0", "An attribute type nobody has defined", sparse) {
            $0.damage("column 0 type", "unknown", UInt8(0))
        },
        BatchDamage(10, "attribute-type-8", "An attribute type nobody has defined", sparse) {
            $0.damage("column 0 type", "unknown", UInt8(8))
        },
        BatchDamage(10, "encoding-5", "An encoding nobody has defined", sparse) {
            $0.damage("column 0 encoding", "unknown", UInt8(5))
        },
        BatchDamage(10, "encoding-of-times", "An encoding nobody has defined", plain) {
            $0.damage("time encoding", "unknown", UInt8(255))
        },
        BatchDamage(
            10, "bool-of-bytes", "Bools of one byte each", column(.bool(true), .bool(false))
        ) {
            $0.damage("column 0 encoding", "not for bool", ValueEncoding.one.rawValue)
        },
        BatchDamage(
            10, "float-of-four-bytes", "Floats of four bytes each", column(.float64(0), .float64(1))
        ) {
            $0.damage("column 0 encoding", "not for float64", ValueEncoding.four.rawValue)
        },
        BatchDamage(10, "string-plain", "Strings without codes", column(.string("a"), .string("b")))
        {
            $0.damage("column 0 encoding", "not for string", ValueEncoding.plain.rawValue)
        },
        BatchDamage(
            10, "columns-unsorted", "Column 'y' before 'x'",
            ReferenceBatch.write([
                event("t", 0, Attribute("x", .bool(true)), Attribute("y", .bool(true)))
            ])
        ) {
            $0.damage("column 0 name", "string 2", UInt32(2))
            $0.damage("column 1 name", "string 1", UInt32(1))
        },
        BatchDamage(
            10, "duplicate-column", "Column 'x' of bools twice",
            ReferenceBatch.write([
                event("t", 0, Attribute("x", .bool(true)), Attribute("x", .float64(1)))
            ])
        ) {
            $0.damage("column 1 type", "as the one before", AttributeType.bool.rawValue)
        },
        BatchDamage(
            10, "column-offset", "A column that begins later than the last section ends", sparse
        ) {
            $0.damage("column 0 offset", "8 too many", UInt32($0.count - 16))
        },
        BatchDamage(10, "column-size", "A column that says it is longer than it is", sparse) {
            $0.damage("column 0 size", "8 too many", UInt32(32))
        },
    ]

    // MARK: Condition 11

    private static let rows: [BatchDamage] = [
        BatchDamage(11, "type-set-bit", "A type set that names a third type of two", sparse) {
            $0.damage("column 0 type set", "2 types", bytes: [0b110])
        },
        BatchDamage(11, "type-set-empty", "A column of no type", sparse) {
            $0.damage("column 0 type set", "none", bytes: [0])
        },
        BatchDamage(11, "column-rows", "More rows than the column's types have", sparse) {
            $0.damage("column 0 rows", "2 is right", UInt32(3))
        },
        BatchDamage(11, "no-values", "A column without values", sparse) {
            $0.damage("column 0 values", "1 is right", UInt32(0))
        },
        BatchDamage(11, "values-lie", "As many values as 32 bits hold", sparse) {
            $0.damage("column 0 values", "2 rows", UInt32.max)
        },
        BatchDamage(11, "presence-count", "Two values present, one says the entry", sparse) {
            $0.damage("column 0 presence", "2 bits", bytes: [0b11])
        },
        BatchDamage(11, "presence-bit", "A presence bit beyond the last row", sparse) {
            $0.damage("column 0 presence", "2 rows", bytes: [0b100])
        },
        BatchDamage(
            11, "presence-missing", "Fewer values than rows and no presence bits",
            column(.int64(1), .int64(2))
        ) {
            $0.damage("column 0 values", "2 rows", UInt32(1))
        },
    ]

    // MARK: Conditions 12 and 13

    private static let values: [BatchDamage] = [
        BatchDamage(12, "bool-bit", "A bit beyond the last bool", column(.bool(true), .bool(false)))
        {
            $0.damage("column 0 data", "2 rows", bytes: [0b101])
        },
        BatchDamage(12, "constant-bool", "A constant bool of 2", column(.bool(true), .bool(true))) {
            $0.damage("column 0 data", "0 or 1", bytes: [2])
        },
        BatchDamage(12, "sum-overflows", "A value over 64 bits", column(.int64(1), .int64(2))) {
            $0.damage("column 0 base", "and 1 is over 64 bits", Int64.max)
        },
        BatchDamage(12, "time-sum-overflows", "A time over 64 bits", plain) {
            $0.damage("time base", "and 2 is over 64 bits", Int64.max)
        },
        BatchDamage(
            12, "timestamp-range", "A timestamp after the year 9999",
            column(.timestamp(Timestamp(seconds: 1)))
        ) {
            $0.damage("column 0 data", "1 µs late", Limits.latestTime + 1)
        },
        BatchDamage(
            12, "full-ipv4", "A whole IPv4 address",
            column(.ipPrefix(IPPrefix(v4: 192, 0, 2)))
        ) {
            $0.damage("column 0 data", "192.0.2.17", UInt64(4) << 48 | 0xC000_0211)
        },
        BatchDamage(
            12, "ip-family", "An ip prefix of family 5", column(.ipPrefix(IPPrefix(v4: 192, 0, 2)))
        ) {
            $0.damage("column 0 data", "4 or 6", UInt64(5) << 48)
        },
        BatchDamage(
            12, "string-code", "A code beyond the dictionary", column(.string("a"), .string("b"))
        ) {
            $0.damage("column 0 data", "4 strings", bytes: [0, 4])
        },
        BatchDamage(
            12, "constant-string-code", "A code beyond the dictionary", column(.string("a"))
        ) {
            $0.damage("column 0 data", "3 strings", UInt32(3))
        },
    ]

    private static let reserved: [BatchDamage] = [
        BatchDamage(
            13, "reserved-name", "A column of a sender's own that begins with '$'",
            ReferenceBatch.write([event("t", 0, Attribute("$own", .bool(true)))])),
        BatchDamage(
            13, "reserved-id-type", "Ids that are numbers",
            ReferenceBatch.write([event("t", 0, Attribute("$id", .int64(7)))])),
        BatchDamage(
            13, "reserved-residual-type", "A residual that is no JSON",
            ReferenceBatch.write([event("t", 0, Attribute("$residual", .bool(true)))])),
        BatchDamage(
            13, "two-ids", "A row whose id is a UUID and a text",
            ReferenceBatch.write([
                event("t", 0, Attribute("$id", .string("a"))),
                event(
                    "t", 1, Attribute("$id", .string("b")),
                    Attribute("$id", .uuid(UUIDBytes(high: 1, low: 2)))),
            ])),
    ]
}
