public import AuraCore

/// Random events, skewed on purpose towards what breaks encoders; the seed fixes them.
///
/// Each generator draws its skew first (how many types and attributes, how dense, which times), then
/// events that share it, because a batch is about what its events have in common.
public struct EventGenerator: Sendable {
    private var random: SeededRandom
    private var values: ValueGenerator
    private let types: [String]
    /// Name and type of each attribute there is; all different.
    private let attributes: [Slot]
    /// In how many of a hundred events an attribute occurs, by attribute.
    private let density: [Int]
    /// Whether each type has its own choice of the attributes.
    private let attributesFollowType: Bool
    private let idStyle: Int
    private let timeStyle: Int

    private struct Slot: Hashable {
        /// As bytes, for `String` compares by canonical equivalence.
        let name: [UInt8]
        let type: AttributeType
    }

    /// Generator of a skew of its own for each seed.
    public init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        types = EventGenerator.drawTypes(&random)
        let slots = EventGenerator.drawSlots(&random)
        attributes = slots
        let common = [100, 100, 50, 10, 1][random.below(5)]
        density = slots.map { _ in random.chance(70) ? common : random.below(101) }
        attributesFollowType = random.chance(50)
        idStyle = random.below(5)
        timeStyle = random.below(5)
        values = ValueGenerator(&random)
        self.random = random
    }

    private static func drawTypes(_ random: inout SeededRandom) -> [String] {
        let count = [1, 1, 2, 3, 9, 40, 300][random.below(7)]
        if count > 9 { return (0..<count).map { "type.\($0)" } }
        var pool = ValueGenerator.names
        return (0..<count).map { _ in pool.remove(at: random.below(pool.count)) }
    }

    private static func drawSlots(_ random: inout SeededRandom) -> [Slot] {
        var slots: [Slot] = []
        var seen: Set<Slot> = []
        for _ in 0..<[0, 1, 3, 8, 8, 20, 60][random.below(7)] {
            // Now and then the name of another column again, with another type.
            let name =
                random.chance(20) && !slots.isEmpty
                ? random.element(of: slots).name
                : Array(random.element(of: ValueGenerator.names).utf8)
            let slot = Slot(name: name, type: random.element(of: AttributeType.allCases))
            if seen.insert(slot).inserted { slots.append(slot) }
        }
        if random.chance(10) {
            slots.append(Slot(name: Array(ReservedName.residual.utf8), type: .string))
        }
        return slots
    }

    /// One to a few hundred events, few more often.
    public mutating func batch() -> [Event] {
        let count =
            switch random.below(20) {
            case 0...3: 1
            case 4...14: 2 + random.below(14)
            case 15...18: 16 + random.below(60)
            default: 100 + random.below(400)
            }
        return (0..<count).map { _ in event() }
    }

    /// One event; its attributes are in no particular order, and differ in name or type.
    public mutating func event() -> Event {
        let type = random.below(types.count)
        var event = Event(type: types[type], time: time(), id: id())
        for (index, slot) in attributes.enumerated() {
            if attributesFollowType, (index &* 7 &+ type &* 13) % 3 == 0 { continue }
            guard random.chance(density[index]) else { continue }
            event.attributes.append(
                Attribute(String(decoding: slot.name, as: UTF8.self), values.value(slot.type)))
        }
        if random.chance(50) { event.attributes.shuffle(using: &random) }
        return event
    }

    private mutating func id() -> EventID? {
        switch idStyle {
        case 0, 1: nil
        case 2: .uuid(values.uuid())
        case 3: .text(values.string())
        default:
            switch random.below(4) {
            case 0: nil
            case 1: .uuid(values.uuid())
            case 2: .text(values.uuid().description)
            default: .text("id-\(random.below(1_000))")
            }
        }
    }

    private mutating func time() -> Timestamp {
        let start: Int64 = 1_700_000_000_000_000
        return switch timeStyle {
        case 0: Timestamp(microseconds: start)
        case 1: Timestamp(microseconds: start + Int64(random.below(200)))
        case 2: Timestamp(microseconds: start + Int64(random.below(60_000)))
        case 3: Timestamp(microseconds: start + Int64(random.below(4_000_000_000)))
        default: values.timestamp()
        }
    }
}

/// Random values of each attribute type, hostile ones often.
public struct ValueGenerator: Sendable {
    private var random: SeededRandom
    /// Of how many bits integers are: a column is encoded by its range.
    private let integerBits: Int
    private let variety: Int

    /// Names that differ in ways that code forgets.
    public static let names: [String] = [
        "a", "b", "user_id", "properties.device", "x", "x ", "X", "\u{0}", "a\u{0}b",
        // Canonically equivalent, yet different bytes.
        "\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}", "A\u{30A}",
        "päth", "名前", "😀", "👩‍👩‍👧", "\u{FFFF}", "\u{10FFFF}", "\u{7F}", " ", "-", "'\";--", "\n",
        // One byte less, exactly, and the same for all but the last byte.
        String(repeating: "n", count: 127), String(repeating: "n", count: 128),
        String(repeating: "n", count: 127) + "o", String(repeating: "ü", count: 64),
        "12345678", "123456789", "1234567", "12345679",
    ]

    /// A generator that continues from `random` with a skew of its own.
    public init(_ random: inout SeededRandom) {
        integerBits = [1, 8, 9, 16, 17, 32, 33, 64][random.below(8)]
        variety = [1, 1, 3, 100, 10_000][random.below(5)]
        self.random = SeededRandom(seed: random.next())
    }

    /// A value of that type.
    public mutating func value(_ type: AttributeType) -> AttributeValue {
        switch type {
        case .bool: .bool(variety == 1 || random.chance(50))
        case .int64: .int64(integer())
        case .float64: .float64(float())
        case .string: .string(string())
        case .timestamp: .timestamp(timestamp())
        case .uuid: .uuid(uuid())
        case .ipPrefix: .ipPrefix(ipPrefix())
        }
    }

    /// Mostly of the generator's range, sometimes an end of a range.
    public mutating func integer() -> Int64 {
        if variety == 1 { return -7 }
        if random.chance(1) {
            return random.element(of: [.min, .max, .min + 1, .max - 1, 0, -1, 1])
        }
        let bits = UInt64(64 - integerBits)
        return Int64(truncatingIfNeeded: random.next() >> bits) &- 100
    }

    /// Any bit pattern, NaNs with payload included.
    public mutating func float() -> Double {
        switch random.below(10) {
        case 0: 0.0
        case 1: -0.0
        case 2:
            random.element(of: [.infinity, -.infinity, .nan, .signalingNaN, .leastNonzeroMagnitude])
        case 3: Double(bitPattern: 0x7FF8_0000_0000_1234)
        case 4: Double(bitPattern: random.next())
        default: Double(random.below(variety)) / 4
        }
    }

    /// Empty, short, shared, long, with NUL, outside the basic plane, rarely of 20,000 bytes.
    public mutating func string() -> String {
        switch random.below(200) {
        case 0: String(repeating: "long ", count: 4_000)
        case 1...10: ""
        case 11...40: random.element(of: ValueGenerator.names)
        case 41...60: String(String.UnicodeScalarView((0..<random.below(12)).map { _ in scalar() }))
        default: "value \(random.below(variety))"
        }
    }

    private mutating func scalar() -> Unicode.Scalar {
        let number: UInt32 =
            switch random.below(4) {
            case 0: UInt32(random.below(0x80))
            case 1: UInt32(random.below(0x800))
            case 2: UInt32(random.below(0x1_0000))
            default: UInt32(random.below(0x11_0000))
            }
        return Unicode.Scalar(number) ?? "\u{FFFD}"
    }

    /// Anywhere in the years 1…9999, the ends included.
    public mutating func timestamp() -> Timestamp {
        if random.chance(2) {
            let ends = [Limits.earliestTime, Limits.latestTime, 0, -1]
            return Timestamp(microseconds: random.element(of: ends))
        }
        if variety < 100 {
            return Timestamp(microseconds: -1 + Int64(random.below(variety)))
        }
        let span = Limits.latestTime - Limits.earliestTime
        return Timestamp(microseconds: Limits.earliestTime + Int64(random.below(Int(span) + 1)))
    }

    /// One of a few, or any.
    public mutating func uuid() -> UUIDBytes {
        if variety < 100 {
            return UUIDBytes(high: UInt64(random.below(variety)) << 63, low: .max)
        }
        return UUIDBytes(high: random.next(), low: random.next())
    }

    /// Of either family.
    public mutating func ipPrefix() -> IPPrefix {
        let bits = random.next()
        if variety == 1 { return IPPrefix(v4: 192, 0, 2) }
        if variety < 100 || random.chance(50) {
            return IPPrefix(v4: UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16 & 255))
        }
        return IPPrefix(
            v6: UInt16(bits & 0xFFFF), UInt16(bits >> 16 & 0xFFFF), UInt16(bits >> 32 & 0xFFFF))
    }
}
