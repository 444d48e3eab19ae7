import AuraCore
import AuraWire

extension WireVector {
    /// What is asked of events and index, and what comes.
    static let asking = querying + counting + measuring + following

    private static let counting = [
        WireVector(
            "count", "Everything, in one row", CountRequest(), id: 11,
            [
                ("types", .list([])), ("start", .optional(nil)), ("end", .optional(nil)),
                ("filters", .list([])), ("groupings", .list([])),
            ]),
        WireVector(
            "count-full", "Every part of a count, every type of value", fullCount, id: 12,
            [
                ("types", .list([.text("user.login"), .text("api.error")])),
                ("start", .optional(.i64(1_700_000_000_000_000))),
                ("end", .optional(.i64(1_700_000_060_000_000))),
                (
                    "filters",
                    .list([
                        .record([
                            WireField("attribute", .text("x")),
                            WireField("values", .list(everyValue.map { .value($0) })),
                        ])
                    ])
                ),
                (
                    "groupings",
                    .list([
                        .record([WireField("kind", .u8(0))]),
                        .record([WireField("kind", .u8(1)), WireField("width", .i64(60_000_000))]),
                        .record([WireField("kind", .u8(2)), WireField("name", .text("status"))]),
                    ])
                ),
            ]),
        WireVector(
            "counts-none", "No event", Counts(watermark: 0, isComplete: true, rows: []), id: 11,
            flags: 1,
            [
                ("watermark", .u64(0)), ("complete", .bool(true)), ("keys", .u8(0)),
                ("rows", .list([])), ("missing", .list([])),
            ]),
        WireVector(
            "counts-missing", "Too few, for a chunk cannot be read",
            Counts(watermark: 900, isComplete: false, rows: [], missing: [missing]), id: 11,
            flags: 1,
            [
                ("watermark", .u64(900)), ("complete", .bool(false)), ("keys", .u8(0)),
                ("rows", .list([])),
                ("missing", .list([.record(missingFields.map { WireField($0.0, $0.1) })])),
            ]),
        WireVector(
            "counts", "Two groups by type, bucket and attribute; more follow", twoGroups, id: 12,
            flags: 3,
            [
                ("watermark", .u64(1_000)), ("complete", .bool(false)), ("keys", .u8(3)),
                (
                    "rows",
                    .list([
                        row(.optional(nil), count: 4),
                        row(.optional(.value(.string("ok"))), count: 9),
                    ])
                ), ("missing", .list([])),
            ]),
    ]

    static let missing = MissingEvents(
        chunk: "chunks/0000000000000003.chunk", count: 250, sequences: 501...800,
        times: Timestamp(
            microseconds: 1_700_000_000_000_000)...Timestamp(
                microseconds: 1_700_000_060_000_000))

    static let missingFields: [(String, WireValue)] = [
        ("chunk", .text("chunks/0000000000000003.chunk")), ("count", .u64(250)),
        ("first", .u64(501)), ("last", .u64(800)), ("earliest", .i64(1_700_000_000_000_000)),
        ("latest", .i64(1_700_000_060_000_000)),
    ]

    private static let everyValue: [AttributeValue] = {
        guard let prefix = IPPrefix(truncating: "192.0.2.1") else {
            preconditionFailure("an address")
        }
        return [
            .bool(true), .int64(-7), .float64(0.5), .string("seven"),
            .timestamp(Timestamp(microseconds: 1_700_000_000_000_000)),
            .uuid(UUIDBytes(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)),
            .ipPrefix(prefix),
        ]
    }()

    private static var fullCount: CountRequest {
        var request = CountRequest()
        request.types = ["user.login", "api.error"]
        request.start = Timestamp(microseconds: 1_700_000_000_000_000)
        request.end = Timestamp(microseconds: 1_700_000_060_000_000)
        request.filters = [CountRequest.Filter(attribute: "x", values: everyValue)]
        request.groupings = [.type, .bucket(microseconds: 60_000_000), .attribute("status")]
        return request
    }

    private static var twoGroups: Counts {
        let start = Timestamp(microseconds: 1_700_000_000_000_000)
        func row(_ value: AttributeValue?, _ count: UInt64) -> Counts.Row {
            Counts.Row(
                keys: [.type("user.login"), .bucket(start), .attribute(value)], count: count,
                first: Timestamp(microseconds: start.microseconds + 1),
                last: Timestamp(microseconds: start.microseconds + 2))
        }
        return Counts(
            watermark: 1_000, isComplete: false, rows: [row(nil, 4), row(.string("ok"), 9)])
    }

    private static func row(_ value: WireValue, count: UInt64) -> WireValue {
        .record([
            WireField("kind 0", .u8(0)), WireField("type", .text("user.login")),
            WireField("kind 1", .u8(1)), WireField("bucket", .i64(1_700_000_000_000_000)),
            WireField("kind 2", .u8(2)), WireField("value", value),
            WireField("count", .u64(count)), WireField("first", .i64(1_700_000_000_000_001)),
            WireField("last", .i64(1_700_000_000_000_002)),
        ])
    }

    private static let following = [
        WireVector(
            "subscribe", "Two types from 500 on",
            Subscribe(from: 500, types: ["a", "b"], credit: 1_048_576), id: 13,
            [
                ("from", .u64(500)), ("types", .list([.text("a"), .text("b")])),
                ("credit", .u64(1_048_576)),
            ]),
        WireVector(
            "events-beginning", "No batch: where a subscription begins",
            EventsHead(first: 500, last: 499), [], id: 13,
            eventsFields(first: 500, last: 499, batch: [], ranges: [])),
        WireVector(
            "events", "A batch of one event",
            EventsHead(first: 500, last: 500, batchSize: batch.count), batch, id: 13,
            eventsFields(first: 500, last: 500, batch: batch, ranges: [])),
        WireVector(
            "events-ranges", "One event of many that were considered",
            EventsHead(
                first: 501, last: 900, batchSize: batch.count,
                ranges: [EventsHead.Range(first: 777, count: 1)]), batch, id: 13,
            eventsFields(first: 501, last: 900, batch: batch, ranges: [(777, 1)])),
        WireVector(
            "end", "Go on from 901", End(next: 901), id: 13, flags: 1, [("next", .u64(901))]),
        WireVector(
            "missing", "A chunk that cannot be read", missing, id: 13, flags: 3, missingFields),
    ]

    static func eventsFields(
        first: UInt64, last: UInt64, batch: [UInt8], ranges: [(UInt64, UInt64)]
    ) -> [(String, WireValue)] {
        var fields: [(String, WireValue)] = [
            ("first", .u64(first)), ("last", .u64(last)), ("batch size", .u32(UInt32(batch.count))),
            ("ranges", .u32(UInt32(ranges.count))), ("reserved", .u32(0)),
        ]
        for (index, range) in ranges.enumerated() {
            fields.append(("range \(index) first", .u64(range.0)))
            fields.append(("range \(index) count", .u64(range.1)))
        }
        if !batch.isEmpty { fields.append(("batch", .bytes(batch))) }
        return fields
    }
}
