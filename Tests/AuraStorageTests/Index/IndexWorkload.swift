import AuraCore
import AuraTesting

@testable import AuraStorage

/// Batches of random events for the index, skewed towards what breaks it: late ones, years old ones,
/// clocks that are ahead, jumps of the present, buckets' ends.
struct IndexWorkload {
    static let start: Int64 = 1_700_000_000_000_000

    var random: SeededRandom
    private(set) var now = IndexWorkload.start
    private let users: Int
    private let step: Int64

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        users = [3, 50, 5_000][random.below(3)]
        step = [1_000, 400_000, 90_000_000, 4_000_000_000][random.below(4)]
    }

    /// The events of a batch, and when it arrives.
    mutating func batch() -> (events: [Event], arrival: Int64) {
        if random.chance(3) { now += Int64(random.below(100)) * Resolution.day.width }
        let events = (0..<1 + random.below([1, 20, 120][random.below(3)])).map { _ in
            now += Int64(random.below(Int(step)))
            return event()
        }
        return (events, now)
    }

    private mutating func time() -> Int64 {
        switch random.below(40) {
        case 0: now - Int64(random.below(Int(Resolution.hour.width)))
        case 1: now - Int64(random.below(4 * Int(Resolution.day.width)))
        case 2: now - Int64(random.below(400 * Int(Resolution.day.width)))
        case 3: now + Int64(random.below(Int(Resolution.day.width)))
        case 4: now + Int64(random.below(9 * Int(Resolution.day.width)))
        case 5: (now - 7_200_000_000).aligned(to: 3_600_000_000) - Int64(random.below(2))
        case 6: now.aligned(to: 60_000_000) - Int64(random.below(2))
        case 7: -62_000_000_000_000_000 + Int64(random.below(1_000_000_000_000))
        default: now
        }
    }

    private mutating func event() -> Event {
        let type = random.element(of: [
            "api.error", "task", "call", "message", "a", "ä", "a\u{308}",
        ])
        var event = Event(type: type, time: Timestamp(microseconds: time()))
        if random.chance(70) {
            event.attributes.append(Attribute("user_id", .int64(Int64(random.below(users)))))
        } else if random.chance(30) {
            event.attributes.append(Attribute("user_id", .string("u\(random.below(users))")))
        }
        if random.chance(50) {
            event.attributes.append(
                Attribute("clinic_id", .string("clinic \(random.below(4))")))
        }
        if random.chance(50) { event.attributes.append(Attribute("duration_ms", value())) }
        if random.chance(50) { event.attributes.append(Attribute("seconds", value())) }
        if random.chance(50) {
            event.attributes.append(Attribute("success", .bool(random.chance(80))))
        }
        if random.chance(30) {
            event.attributes.append(
                Attribute("state", .string(random.element(of: ["ok", "failed"]))))
        }
        return event
    }

    private mutating func value() -> AttributeValue {
        switch random.below(12) {
        case 0: .int64(Int64(random.below(1_000)) - 300)
        case 1: .float64(random.element(of: [0, -0.0, .nan, .infinity, 1e300, -5, 1e15, 1e-20]))
        case 2: .string("no number")
        default: .float64(Double(random.below(1_000_000)) / 997)
        }
    }

    /// A window between times that matter.
    mutating func window() -> Range<Int64> {
        let reach = Int(
            random.element(of: [
                Resolution.hour.width, 3 * Resolution.day.width,
                100 * Resolution.day.width,
            ]))
        let ends = (0..<2).map { _ in
            var end = now + Resolution.day.width - Int64(random.below(reach))
            if random.chance(80) {
                end = end.aligned(to: random.element(of: Resolution.allCases).width)
            }
            return end
        }
        let start = min(ends[0], ends[1])
        return start..<max(ends[0], ends[1], start + 1)
    }

    /// A series that the workload may have filled.
    mutating func key() -> SeriesKey {
        let type: SeriesKey.Part<ExactText>? =
            random.chance(30)
            ? nil
            : .named(
                ExactText(random.element(of: ["api.error", "task", "call", "message", "a", "ä"])))
        guard random.chance(30) else { return SeriesKey(type: type) }
        return SeriesKey(
            type: type, dimension: 0, value: .named(.string("clinic \(random.below(5))")))
    }
}
