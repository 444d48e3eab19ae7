import AuraCore
import AuraWire

extension WireVector {
    /// QUERY, RESULT, PROGRESS.
    static let querying = [
        WireVector(
            "query", "A statement alone", QueryRequest("SELECT 1", credit: 1_048_576), id: 41,
            [
                ("text", .text("SELECT 1")), ("settings", .list([])), ("parameters", .list([])),
                ("progress", .bool(false)), ("credit", .u64(1_048_576)),
            ]),
        WireVector(
            "query-full", "Settings, parameters of two types, one NULL, and progress", fullQuery,
            id: 42,
            [
                ("text", .text("SELECT $a, $1")),
                (
                    "settings",
                    .list([
                        .record([
                            WireField("name", .text("timezone")),
                            WireField("value", .text("Europe/Berlin")),
                        ])
                    ])
                ),
                (
                    "parameters",
                    .list([
                        column("a", [11, 2], nil, [list([true, false], [.i64(7)])]),
                        column("1", [5], [false], []),
                    ])
                ),
                ("progress", .bool(true)), ("credit", .u64(0)),
            ]),
        WireVector(
            "result", "Two rows with a column of each type; more follow", everyType, id: 42,
            flags: 3,
            [
                ("watermark", .u64(1_000)), ("rows", .u32(2)),
                ("columns", .list(everyColumn)), ("elapsed", .u64(0)), ("changes", .list([])),
                ("missing", .list([])),
            ]),
        WireVector(
            "result-end", "No rows any more, and what a last frame says", lastResult, id: 42,
            flags: 1,
            [
                ("watermark", .u64(900)), ("rows", .u32(0)),
                ("columns", .list([column("n", [2], nil, [])])), ("elapsed", .u64(1_500)),
                ("changes", .list([])),
                ("missing", .list([.record(missingFields.map { WireField($0.0, $0.1) })])),
            ]),
        WireVector(
            "result-set", "What SET and RESET have changed", changes, id: 43, flags: 1,
            [
                ("watermark", .u64(0)), ("rows", .u32(0)), ("columns", .list([])),
                ("elapsed", .u64(20)),
                (
                    "changes",
                    .list([
                        .record([
                            WireField("name", .text("threads")),
                            WireField("value", .optional(.text("1"))),
                        ]),
                        .record([
                            WireField("name", .text("timezone")),
                            WireField("value", .optional(nil)),
                        ]),
                    ])
                ),
                ("missing", .list([])),
            ]),
        WireVector(
            "progress", "A tenth is done", QueryProgress(done: 100, total: 1_000), id: 42,
            flags: 3, [("done", .u64(100)), ("total", .u64(1_000))]),
    ]

    // MARK: - Parts

    /// Fields one behind another, without a count before them.
    private static func row(_ values: [WireValue]) -> WireValue {
        .record(values.enumerated().map { WireField("\($0 + 1)", $1) })
    }

    private static func values(_ present: [Bool]?, _ values: [WireValue]) -> [WireField] {
        [WireField("nulls", .bool(present != nil))]
            + (present.map { [WireField("present", row($0.map { .bool($0) }))] } ?? [])
            + [WireField("values", row(values))]
    }

    private static func list(_ present: [Bool]?, _ items: [WireValue]) -> WireValue {
        let count = UInt32(present?.count ?? items.count)
        return .record([WireField("count", .u32(count))] + values(present, items))
    }

    private static func column(
        _ name: String, _ type: [UInt8], _ present: [Bool]?, _ items: [WireValue]
    ) -> WireValue {
        .record(
            [WireField("name", .text(name)), WireField("type", row(type.map { .u8($0) }))]
                + values(present, items))
    }

    private static func pair(_ first: UInt64, _ second: UInt64) -> WireValue {
        row([.u64(first), .u64(second)])
    }

    private static var fullQuery: QueryRequest {
        var query = QueryRequest("SELECT $a, $1", credit: 0)
        query.settings = [.init(name: "timezone", value: "Europe/Berlin")]
        query.parameters = [
            .init(name: "a", type: .list(.int64), value: .list([.int64(7), .null])),
            .init(name: "1", type: .text, value: .null),
        ]
        query.wantsProgress = true
        return query
    }

    private static var everyType: QueryRows {
        func column(_ name: String, _ type: ValueType, _ values: [Value]) -> QueryRows.Column {
            QueryRows.Column(name: name, type: type, values: values)
        }
        let interval = AuraCore.Interval(months: 1, days: 2, microseconds: 3)
        return QueryRows(
            watermark: 1_000, rowCount: 2,
            columns: [
                column("null", .null, [.null, .null]),
                column("bool", .bool, [.bool(true), .bool(false)]),
                column("bigint", .int64, [.int64(-5), .null]),
                column("hugeint", .int128, [.int128(-1), .int128(1 << 64)]),
                column("double", .float64, [.float64(0.5), .float64(.infinity)]),
                column("varchar", .text, [.text("größe"), .text("")]),
                column("timestamp", .timestamp, [.null, .timestamp(1)]),
                column("timestamptz", .instant, [.instant(1_700_000_000_000_000), .instant(-1)]),
                column("date", .date, [.date(19_000), .null]),
                column("interval", .interval, [.interval(interval), .null]),
                column("uuid", .uuid, [.uuid(UUIDBytes(high: 1, low: 2)), .null]),
                column(
                    "list", .list(.list(.bool)), [.list([.list([.bool(true)]), .null]), .list([])]),
            ])
    }

    private static let everyColumn: [WireValue] = [
        column("null", [0], [false, false], []),
        column("bool", [1], nil, [.bool(true), .bool(false)]),
        column("bigint", [2], [true, false], [.i64(-5)]),
        column("hugeint", [3], nil, [pair(.max, .max), pair(0, 1)]),
        column("double", [4], nil, [.f64(0.5), .f64(.infinity)]),
        column("varchar", [5], nil, [.text("größe"), .text("")]),
        column("timestamp", [6], [false, true], [.i64(1)]),
        column("timestamptz", [7], nil, [.i64(1_700_000_000_000_000), .i64(-1)]),
        column("date", [8], [true, false], [.i64(19_000)]),
        column("interval", [9], [true, false], [row([.i64(1), .i64(2), .i64(3)])]),
        column("uuid", [10], [true, false], [pair(1, 2)]),
        column(
            "list", [11, 11, 1], nil,
            [list([true, false], [list(nil, [.bool(true)])]), list(nil, [])]),
    ]

    private static var lastResult: QueryRows {
        var rows = QueryRows(
            watermark: 900, rowCount: 0,
            columns: [QueryRows.Column(name: "n", type: .int64, values: [])])
        rows.elapsed = 1_500
        rows.missing = [missing]
        return rows
    }

    private static var changes: QueryRows {
        var rows = QueryRows(watermark: 0, rowCount: 0, columns: [])
        rows.elapsed = 20
        rows.changes = [
            QueryRows.Change(name: "threads", value: "1"),
            QueryRows.Change(name: "timezone", value: nil),
        ]
        return rows
    }
}
