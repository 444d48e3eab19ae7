import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraImport

@Suite struct NumberTests {
    /// What the C library makes of a number's text.
    private func strtodBits(_ text: String) -> UInt64 { unsafe strtod(text, nil).bitPattern }

    /// Compares a text that JSON allows with the C library, bit by bit.
    private func check(_ text: String, _ context: @autoclosure () -> String) throws {
        let number = Number(Array(text.utf8).rawSpan)
        let isInteger = text.utf8.allSatisfy { !".eE".utf8.contains($0) } && text != "-0"
        if isInteger, let integer = Int64(text) {
            try #require(number?.kind == .int64 && number?.bits == integer, "\(text) \(context())")
            return
        }
        let expected = strtodBits(text)
        guard Double(bitPattern: expected).isFinite else {
            try #require(number == nil, "\(text) \(context())")
            return
        }
        try #require(number?.kind == (isInteger ? .wideInteger : .float64), "\(text) \(context())")
        try #require(number?.double.bitPattern == expected, "\(text) \(context())")
    }

    @Test(arguments: 0..<10)
    func `random decimals are the float that the C library reads`(seed: Int) throws {
        var decimals = RandomDecimals(seed: UInt64(seed))
        for _ in 0..<Effort.count(12_000) {
            try check(decimals.next(), "seed \(seed)")
        }
    }

    @Test(arguments: [
        // Half of the least float, a hair above it, the least, the greatest subnormal, the least
        // normal, and what once hung a famous parser.
        "2.4703282292062327208e-324", "2.4703282292062327209e-324", "4.9406564584124654e-324",
        "2.2250738585072009e-308", "2.2250738585072014e-308", "2.2250738585072011e-308",
        "1e-323", "1e-324", "1e-400", "-1e-400", "0e999999999999", "-0.0", "-0", "0.0", "-0e0",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309",
        "-1e309", "1e99999999999999999999", "1e-99999999999999999999",
        // The ends of what one multiplication reads, and one more.
        "9007199254740992e22", "9007199254740993e22", "9007199254740992e23", "1e22", "1e23",
        "9007199254740992e-22", "9007199254740993e-22", "1e-22", "1e-23", "8.5e22", "0.3", "3.0e-1",
        "1234567890123456789.5e0", "12345678901234567890.5", "0.00000000000000000000000000000001",
        // The ends of 64 bits.
        "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "99999999999999999999", "1000000000000000000", "999999999999999999", "9999999999999999999",
    ])
    func `numbers at the edges are the float that the C library reads`(text: String) throws {
        try check(text, "")
    }

    @Test func `a number of a million digits is read, and none is lost on the way`() throws {
        try check("1" + String(repeating: "0", count: 308), "")
        try check("1" + String(repeating: "0", count: 309), "")
        try check("0." + String(repeating: "0", count: 400_000) + "1", "")
        try check("0." + String(repeating: "3", count: 1_000_000), "")
        try check("1." + String(repeating: "0", count: 999_999) + "1e-5", "")
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "00", "1.", "-1.", ".5", "1.e5", "1e", "1e+", "1E-", "1e5.5",
        "0x1", "1_000", "1 ", " 1", "1,5", "NaN", "Infinity", "-Infinity", "--1", "1-", "1e5e5",
        "٣",
        "1\0", "1/", "1:",
    ])
    func `what is no number of JSON is none`(text: String) {
        #expect(Number(Array(text.utf8).rawSpan) == nil)
    }

    @Test func `an integer beyond 64 bits is a float only where none of its digits is lost`() {
        func exact(_ text: String) -> Double? { Number.exactDouble(Array(text.utf8).rawSpan) }
        #expect(exact("18446744073709551616") == 0x1p64)
        #expect(exact("18446744073709551615") == nil)
        #expect(exact("-9223372036854775808") == -0x1p63)
        #expect(exact("-9223372036854775809") == nil)
        #expect(exact("1" + String(repeating: "0", count: 60)) == nil)
    }
}

/// Texts of numbers of all sizes, those above all that are hard to round.
private struct RandomDecimals {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func next() -> String {
        let sign = random.chance(20) ? "-" : ""
        return switch random.below(8) {
        case 0: sign + printed()
        case 1: sign + subnormal()
        case 2: sign + halfway()
        case 3: sign + halfwayFraction()
        case 4: sign + digits(1 + random.below(40)) + tail()
        case 5: sign + digits(100 + random.below(700)) + tail()
        case 6: sign + String((1 << 53) - 8 + random.below(16)) + exponent(18...26)
        default: sign + digits(16 + random.below(6))
        }
    }

    /// Any float, as printed with some digits.
    private mutating func printed() -> String {
        let value = Double(bitPattern: random.next() & ~(1 << 63))
        guard value.isFinite else { return digits(17) }
        return formatted(value, digits: 15 + random.below(5))
    }

    private mutating func subnormal() -> String {
        let value = Double(bitPattern: random.next() >> UInt64(12 + random.below(52)))
        return formatted(value, digits: 15 + random.below(15))
    }

    private func formatted(_ value: Double, digits: Int) -> String {
        String(format: "%.\(digits)e", value)
    }

    /// Exactly between two floats, or next to that.
    private mutating func halfway() -> String {
        let odd = UInt128(random.next() >> 12 | 1 << 52) * 2 + 1
        let text = String(odd << UInt128(random.below(70)))
        return text + random.element(of: ["", ".0", ".0000000000000000000000001", "e0", "e5"])
    }

    /// As `halfway`, below 2^53: (2 m + 1) / 2^k = (2 m + 1) × 5^k / 10^k.
    private mutating func halfwayFraction() -> String {
        var number = UInt128(random.next() >> 12 | 1 << 52) * 2 + 1
        let shift = random.below(30)
        for _ in 0..<shift { number *= 5 }
        let nudge = random.element(of: ["", "0000000000000001"])
        return "\(number)\(nudge)e-\(shift + nudge.count)"
    }

    /// Digits of which the first is not 0.
    private mutating func digits(_ count: Int) -> String {
        var text = String(1 + random.below(9))
        while text.utf8.count < count { text += String(random.below(10)) }
        return text
    }

    private mutating func tail() -> String {
        let fraction =
            random.chance(60) ? "." + String(random.below(10)) + digits(1 + random.below(30)) : ""
        return fraction + (random.chance(70) ? exponent(-340...320) : "")
    }

    private mutating func exponent(_ range: ClosedRange<Int>) -> String {
        let value = range.lowerBound + random.below(range.count)
        let sign = value < 0 ? "-" : random.element(of: ["", "+"])
        return random.element(of: ["e", "E"]) + sign + random.element(of: ["", "0"])
            + String(abs(value))
    }
}
