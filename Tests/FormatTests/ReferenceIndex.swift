import AuraCore
import AuraTesting

@testable import AuraStorage

/// A small index, written from `Formats/index.md` alone.
///
/// At 22:13:20 on 2023-11-14 an `api.error` of user 7 in clinic `north`, which took 2.5 ms; a minute
/// and a second later a `task` that failed and took 4 seconds; both from producer 3, nine seconds
/// after.
struct ReferenceIndex {
    static let about = "Two events of two types, a dimension, values, users, a producer"
    static let first: Int64 = 1_700_000_000_000_000
    static let second = first + 61_000_000
    static let arrival = first + 70_000_000

    static let plan: IndexPlan = {
        var plan = IndexPlan()
        plan.errors[ExactText("api.error")] = .always
        plan.errors[ExactText("task")] = .when(attribute: "success", equals: .bool(false))
        plan.values[ExactText("task")] = "seconds"
        plan.otherValue = "duration_ms"
        plan.user = "user_id"
        plan.dimensions = ["clinic_id"]
        return plan
    }()

    static let events = [
        Event(
            type: "api.error", time: Timestamp(microseconds: first),
            attributes: [
                Attribute("clinic_id", .string("north")), Attribute("duration_ms", .float64(2.5)),
                Attribute("user_id", .int64(7)),
            ]),
        Event(
            type: "task", time: Timestamp(microseconds: second),
            attributes: [Attribute("seconds", .int64(4)), Attribute("success", .bool(false))]),
    ]

    private var bytes = AnnotatedBytes()

    /// The whole index.
    static func write() -> AnnotatedBytes {
        var reference = ReferenceIndex()
        reference.writeHeader()
        reference.writeSeries()
        reference.writeGroup("type", rows: [(0, nil), (1, 2.5), (2, 4)], users: [0, 1])
        reference.writeGroup("dimension", rows: [(3, 2.5), (4, nil)], users: [3, 4])
        return sealed(reference.bytes)
    }

    /// The bytes with their size and checksum, which may have been there before.
    static func sealed(_ bytes: AnnotatedBytes) -> AnnotatedBytes {
        var result = AnnotatedBytes()
        let size = bytes.fields.reduce(8) { $0 + ($1.name == "checksum" ? 0 : $1.bytes.count) }
        for field in bytes.fields where field.name != "checksum" {
            let isSize = field.name == "size"
            result.append(
                field.name, field.detail,
                bytes: isSize ? AnnotatedBytes.little(UInt64(size)) : field.bytes)
        }
        result.append("checksum", Checksum.hash64(result.bytes.rawSpan))
        return result
    }

    private mutating func writeHeader() {
        bytes.append("magic", "AIX1", bytes: Array("AIX1".utf8))
        bytes.append("deletion", UInt32(0))
        bytes.append("size", UInt64(0))
        bytes.append("plan", "hash of the plan", Self.plan.fingerprint)
        bytes.append("watermark", UInt64(2))
        bytes.append("now", Self.second)
        bytes.append("earliest", Self.first)
        bytes.append("latest", Self.second)
        bytes.append("beyond, earliest", "mark", Int64.max)
        bytes.append("beyond, latest", "mark", Int64.min)
        bytes.append("series", UInt32(5))
        bytes.append("producers", UInt32(1))
    }

    private mutating func writeSeries() {
        func seen(_ time: Int64, _ what: String) {
            bytes.append("\(what), last event", time)
            bytes.append("\(what), last arrival", Self.arrival)
        }
        func text(_ text: String, _ what: String) {
            bytes.append("\(what), size", UInt32(text.utf8.count))
            bytes.append("\(what)", text, bytes: Array(text.utf8))
        }
        func kind(_ number: Int, type: UInt8, value: UInt8) {
            bytes.append("series \(number), type", type)
            bytes.append("series \(number), value kind", value)
            bytes.append("series \(number), dimension", UInt16(0))
        }
        kind(0, type: 0, value: 0)
        seen(Self.second, "series 0")
        for (number, name) in [(1, "api.error"), (2, "task")] {
            kind(number, type: 1, value: 0)
            text(name, "series \(number), name")
            seen(number == 1 ? Self.first : Self.second, "series \(number)")
        }
        for number in [3, 4] {
            kind(number, type: number == 3 ? 1 : 0, value: 1)
            if number == 3 { text("api.error", "series 3, name") }
            bytes.append("series \(number), value type", "string", UInt8(4))
            text("north", "series \(number), value")
            seen(Self.first, "series \(number)")
        }
        bytes.append("producer", UInt32(3))
        seen(Self.second, "producer 3")
    }

    /// A group whose series have a row each: series, and the value of its one event, if it has one.
    ///
    /// Series 0 has both events.
    private mutating func writeGroup(
        _ name: String, rows: [(series: UInt32, value: Double?)], users: [UInt32]
    ) {
        let tiers: [(name: String, width: Int64, length: Int64, horizon: Int64?)] = [
            ("10 s", 10_000_000, 60, 7_200_000_000), ("minute", 60_000_000, 60, 172_800_000_000),
            ("hour", 3_600_000_000, 24, 34_560_000_000_000), ("day", 86_400_000_000, 32, nil),
        ]
        for tier in tiers {
            let what = "\(name), \(tier.name)"
            let page = Self.first / (tier.width * tier.length)
            let floor = tier.horizon.map { (Self.second - $0) / (tier.width * tier.length) }
            bytes.append("\(what), floor", floor ?? .min)
            bytes.append("\(what), pages", UInt32(1))
            bytes.append("\(what), page", page)
            bytes.append("\(what), rows", UInt32(rows.count))
            let start = page * tier.width * tier.length
            let buckets = [Self.first, Self.second].map { UInt64(($0 - start) / tier.width) }
            for row in rows { writeRow(what, row.series, row.value, buckets) }
        }
        let sketches: [(name: String, width: Int64, floor: Int64)] = [
            ("days", 0, .min), ("hours", 3_600_000_000, floor(172_800_000_000, 86_400_000_000)),
            ("minutes", 60_000_000, floor(7_200_000_000, 3_600_000_000)),
        ]
        for tier in sketches {
            let isFirst = tier.width == 60_000_000
            bytes.append("\(name), \(tier.name), floor", tier.floor)
            let second = name == "type" ? 1 : 0
            bytes.append("\(name), \(tier.name), pages", UInt32(isFirst ? 1 + second : 0))
            guard isFirst else { continue }
            writeSketch("\(name), first minute", Self.first / tier.width, users, [(rows, 2.5)])
            if second == 1 {
                writeSketch("\(name), second minute", Self.second / tier.width, [], [(rows, 4)])
            }
        }
    }

    private func floor(_ horizon: Int64, _ width: Int64) -> Int64 {
        (Self.second - horizon) / width * width
    }

    private mutating func writeRow(
        _ tier: String, _ series: UInt32, _ value: Double?, _ buckets: [UInt64]
    ) {
        let what = "\(tier), series \(series)"
        let own = series == 0 ? buckets : [series == 2 ? buckets[1] : buckets[0]]
        let mask = own.reduce(UInt64(0)) { $0 | 1 << $1 }
        bytes.append("\(what)", series)
        bytes.append("\(what), counts", "bits", mask)
        bytes.append("\(what), values", "bits", value == nil ? 0 : mask)
        for bucket in Set(own).sorted() {
            let count = UInt64(own.count { $0 == bucket })
            bytes.append("\(what), bucket \(bucket), events", count)
            bytes.append("\(what), bucket \(bucket), errors", count)
        }
        guard let value else { return }
        bytes.append("\(what), count of values", UInt64(1))
        let numbers = [
            ("sum", value), ("its error", 0), ("squares", value * value), ("their error", 0),
            ("least", value), ("greatest", value),
        ]
        for (name, number) in numbers {
            bytes.append("\(what), \(name)", "\(number)", number.bitPattern)
        }
    }

    private mutating func writeSketch(
        _ what: String, _ number: Int64, _ users: [UInt32],
        _ values: [(rows: [(series: UInt32, value: Double?)], value: Double)]
    ) {
        bytes.append("\(what), page", number)
        // The finest pages have no users of the total.
        let users = users.filter { $0 != 0 }
        bytes.append("\(what), users", UInt32(users.count))
        for series in users {
            bytes.append("\(what), users of series \(series)", series)
            bytes.append("\(what), series \(series), hashes", UInt32(1))
            bytes.append("\(what), series \(series), user", "of 7", Self.hash(of: 7))
        }
        let own = values.flatMap { item in item.rows.filter { $0.value == item.value } }
        bytes.append("\(what), histograms", UInt32(own.count))
        for (series, value) in own {
            bytes.append("\(what), histogram of series \(series)", series)
            bytes.append("\(what), series \(series), bins", UInt32(1))
            let bin = (value ?? 0).bitPattern >> 47 + 65_537
            bytes.append("\(what), series \(series), bin", "\(value ?? 0)", 1 << 18 | bin)
        }
    }

    /// The hash of a user who is an int64.
    private static func hash(of user: UInt64) -> UInt64 {
        var mixed = user &+ 2 &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
