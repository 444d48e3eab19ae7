import AuraCore
import AuraTesting

/// A batch that must be read, and what it means.
struct BatchVector {
    let name: String
    let about: String
    let events: [Event]
    var style = ReferenceBatch.Style.asAura
}

extension BatchVector {
    static var all: [BatchVector] {
        [
            BatchVector(
                name: "one-row", about: "The smallest batch: one event without attributes",
                events: [event("t", 0)]),
            BatchVector(
                name: "every-type", about: "Each attribute type, narrowest encodings",
                events: (0..<3).map(everyType)),
            BatchVector(
                name: "constants", about: "Each attribute type, one value for all rows",
                events: (0..<5).map { _ in everyType(1) }),
            BatchVector(
                name: "widths", about: "Differences of 1, 2 and 4 bytes and none, both signs",
                events: (0..<3).map(widths)),
            BatchVector(
                name: "sparse", about: "Three types; type sets and presence bits over a byte",
                events: (0..<21).map(sparse)),
            BatchVector(
                name: "ids", about: "Ids that are UUIDs, texts and missing; a residual",
                events: ids),
            BatchVector(
                name: "texts", about: "Empty, NUL, outside the basic plane, look-alikes, 128 bytes",
                events: texts),
            BatchVector(
                name: "extremes",
                about: "Ends of int64, timestamp and ip_prefix; every float class",
                events: extremes),
            BatchVector(
                name: "many-types", about: "257 types, so type codes have two bytes",
                events: (0..<257).map { event("t\($0)", 0) }),
            BatchVector(
                name: "choice-two-bytes",
                about: "Another writer's choice: two bytes where one does, bits that say nothing",
                events: (0..<9).map(everyType), style: .preferring(.two)),
            BatchVector(
                name: "choice-four-bytes",
                about: "Another writer's choice: four bytes where one does, bits that say nothing",
                events: (0..<9).map(everyType), style: .preferring(.four)),
            BatchVector(
                name: "choice-plain",
                about: "Another writer's choice: plain values, bits that say nothing",
                events: (0..<9).map(sparse), style: .preferring(.plain)),
        ]
    }

    /// 2023-11-14T22:13:20Z.
    static let start: Int64 = 1_700_000_000_000_000

    /// An event that many microseconds after `start`.
    static func event(_ type: String, _ after: Int64, _ attributes: Attribute...) -> Event {
        Event(type: type, time: Timestamp(microseconds: start + after), attributes: attributes)
    }

    private static func everyType(_ row: Int) -> Event {
        let octet = UInt8(row)
        return event(
            "lab.result", Int64(row) * 60,
            Attribute("abnormal", .bool(row % 2 == 1)),
            Attribute("count", .int64(Int64(row) - 1)),
            Attribute("value", .float64(Double(row) / 2)),
            Attribute("unit", .string(["mg", "µg", "ng"][row % 3])),
            Attribute("taken_at", .timestamp(Timestamp(microseconds: start + Int64(row)))),
            Attribute("order_id", .uuid(UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: UInt64(row)))),
            Attribute("address", .ipPrefix(IPPrefix(v4: 192, 0, octet))))
    }

    private static func widths(_ row: Int) -> Event {
        let step = Int64(row)
        return event(
            "t", step << 30, Attribute("eight", .int64(step << 40)),
            Attribute("four", .int64(-5 + step << 16)), Attribute("two", .int64(-5 + step << 8)),
            Attribute("one", .int64(-128 + step * 127)),
            Attribute("network", .ipPrefix(IPPrefix(v6: 0x2001, 0xDB8, UInt16(row)))))
    }

    private static func sparse(_ row: Int) -> Event {
        switch row % 3 {
        case 0:
            return event("user.login", Int64(row))
        case 1:
            let event = event("api.request", Int64(row), Attribute("status", .int64(200)))
            return row % 2 == 0 ? event : self.event("api.request", Int64(row))
        default:
            // Of another type than the attribute of the same name above.
            return event(
                "api.error", Int64(row), Attribute("status", .string("timeout")),
                Attribute("retry", .bool(row % 2 == 0)))
        }
    }

    private static var ids: [Event] {
        let uuid = UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: 0x0123_4567_89AB_CDEF)
        var events = (0..<5).map { event("t", Int64($0)) }
        events[0].id = .uuid(uuid)
        events[1].id = .text("order 7")
        events[2].id = .text(uuid.description)
        events[4].id = .text("")
        events[4].attributes = [Attribute(ReservedName.residual, .string(#"{"a":1}"#))]
        return events
    }

    private static var texts: [Event] {
        let longest = String(repeating: "n", count: Limits.nameBytes)
        return [
            event(
                "\u{E9}", 0, Attribute(longest, .string("")), Attribute("e\u{301}", .string("😀"))),
            event(
                "e\u{301}", 0, Attribute("\u{0}", .string("a\u{0}b")), Attribute(" ", .string("\n"))
            ),
            event("名前", 0, Attribute("e\u{301}", .string("\u{10FFFF}"))),
        ]
    }

    private static var extremes: [Event] {
        let floats: [UInt64] = [
            0, 1 << 63, 1, 0x3FF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000,
            0x7FF8_0000_0000_0000, 0xFFF4_0000_0000_1234, 0x7FEF_FFFF_FFFF_FFFF,
        ]
        let prefixes: [UInt64] = [4 << 48, 4 << 48 | 0xFF_FFFF, 6 << 48, 7 << 48 - 1]
        return floats.enumerated().map { index, bits in
            let isEven = index % 2 == 0
            let time = Timestamp(microseconds: isEven ? Limits.earliestTime : Limits.latestTime)
            var event = Event(type: "t", time: time)
            event.attributes = [
                Attribute("float", .float64(Double(bitPattern: bits))),
                Attribute("int", .int64(isEven ? .min : .max)), Attribute("time", .timestamp(time)),
            ]
            if let prefix = IPPrefix(rawValue: prefixes[index % 4]) {
                event.attributes.append(Attribute("network", .ipPrefix(prefix)))
            }
            return event
        }
    }
}
