import AuraCore

/// A number as JSON writes it (RFC 8259 §6): exact.
///
/// Without fraction and exponent it is an `Int64` if it fits one. One that does not is an id rather
/// than a quantity, so that its digits count: `wideInteger`. `-0`, which an integer cannot be, and
/// all others are the nearest `Double`.
struct Number {
    /// `int64`, `float64` or `wideInteger`.
    let kind: Row.Kind
    /// The integer, or the bits of the float, of a wide integer those of the nearest.
    let bits: Int64
    /// The place after the number.
    let end: Int

    /// Reads the number at a place.
    @inline(__always)
    init(_ line: RawSpan, at start: Int) throws(JSONError) {
        let isNegative = line.byte(start) == UInt8(ascii: "-")
        let first = isNegative ? start + 1 : start
        var mantissa: UInt64 = 0
        var place = Number.digits(line, from: first, into: &mantissa)
        let count = place - first
        guard count > 0 else { throw JSONError(offset: first, expected: .digit) }
        if count > 1, line.byte(first) == UInt8(ascii: "0") {
            throw JSONError(offset: first + 1, expected: .noDigitAfterZero)
        }
        let next = line.byte(place)
        if next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e") {
            if count <= 18, mantissa != 0 || !isNegative {
                kind = .int64
                bits = isNegative ? -Int64(mantissa) : Int64(mantissa)
                end = place
                return
            }
            self = try Number.wide(line, start, place, mantissa, count, isNegative)
            return
        }
        var exponent = 0
        if next == UInt8(ascii: ".") {
            let point = place
            place = Number.digits(line, from: place + 1, into: &mantissa)
            exponent = point + 1 - place
            guard exponent < 0 else { throw JSONError(offset: place, expected: .digit) }
        }
        if line.byte(place) | 0x20 == UInt8(ascii: "e") {
            exponent += try Number.exponent(line, at: &place)
        }
        kind = .float64
        end = place
        // Up to 2^53 and 10^22 both are exact floats, so one division or multiplication rounds
        // once (Clinger, "How to read floating point numbers accurately", 1990). Up to 19 digits
        // the mantissa did not overflow.
        if place - first <= 20, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            let value = Double(mantissa)
            let power = Number.power(abs(exponent))
            let magnitude = exponent < 0 ? value / power : value * power
            bits = Int64(bitPattern: (isNegative ? -magnitude : magnitude).bitPattern)
        } else {
            bits = try Number.slow(line, start, place)
        }
    }

    private init(_ kind: Row.Kind, bits: Int64, end: Int) {
        self.kind = kind
        self.bits = bits
        self.end = end
    }

    /// The number that all of the text is; nil for other text.
    init?(_ text: RawSpan) {
        guard text.byte(0) <= UInt8(ascii: "9") else { return nil }
        do throws(JSONError) {
            try self.init(text, at: 0)
        } catch {
            return nil
        }
        guard end == text.byteCount else { return nil }
    }

    var isInteger: Bool { kind == .int64 }

    /// The float; of an integer its bits.
    var double: Double { Double(bitPattern: UInt64(bitPattern: bits)) }

    /// Reads digits, eight at once, and returns the place after them; `value` wraps.
    @inline(__always)
    static func digits(_ line: RawSpan, from start: Int, into value: inout UInt64) -> Int {
        var place = start
        while true {
            let word = line.word(place) ^ Lanes.all(0x30)
            let others = ((word &+ Lanes.all(0x76)) | word) & Lanes.all(0x80)
            if others == 0 {
                value = value &* 100_000_000 &+ eight(word)
                place &+= 8
                continue
            }
            let count = Lanes.first(others)
            if count == 0 { return place }
            // Shifted up, so that zeros stand before the digits.
            value = value &* integerPower(count) &+ eight(word << UInt64(64 - 8 * count))
            return place + count
        }
    }

    /// The number that the digits at the start of a word write, and how many there are.
    @inline(__always)
    static func leadingDigits(_ word: UInt64) -> (number: UInt64, count: Int) {
        let digits = word ^ Lanes.all(0x30)
        let others = ((digits &+ Lanes.all(0x76)) | digits) & Lanes.all(0x80)
        let count = Lanes.first(others)
        return (count == 0 ? 0 : eight(digits &<< UInt64(64 &- 8 &* count)), count)
    }

    /// The number that eight digits of values 0…9 write, the first in the lowest byte.
    ///
    /// Source: Lemire, "Quickly parsing eight digits", 2018,
    /// <https://lemire.me/blog/2018/10/03/quickly-parsing-eight-digits/>.
    @inline(__always)
    private static func eight(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ digits >> 8
        let mask: UInt64 = 0x0000_00FF_0000_00FF
        let high = (pairs & mask) &* 0x000F_4240_0000_0064
        let low = (pairs >> 16 & mask) &* 0x0000_2710_0000_0001
        return (high &+ low) >> 32
    }

    /// An integer of 19 digits or more, or -0.
    @inline(never)
    private static func wide(
        _ line: RawSpan, _ start: Int, _ end: Int, _ mantissa: UInt64, _ count: Int,
        _ isNegative: Bool
    ) throws(JSONError) -> Number {
        if count <= 19, mantissa != 0, mantissa <= UInt64(Int64.max) + (isNegative ? 1 : 0) {
            let bits = Int64(truncatingIfNeeded: isNegative ? 0 &- mantissa : mantissa)
            return Number(.int64, bits: bits, end: end)
        }
        // Zeros do not lead, so that a mantissa of one digit is that of -0.
        let kind = count == 1 ? Row.Kind.float64 : .wideInteger
        return Number(kind, bits: try slow(line, start, end), end: end)
    }

    /// The float that equals an integer of any size; nil if none does, or it exceeds 128 bits.
    static func exactDouble(_ text: RawSpan) -> Double? {
        Int128(text.text).flatMap { Double(exactly: $0) }
    }

    /// The exponent; `place` stands at its letter and is moved after it.
    private static func exponent(_ line: RawSpan, at place: inout Int) throws(JSONError) -> Int {
        place += 1
        let sign = line.byte(place)
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { place += 1 }
        let start = place
        var value: UInt64 = 0
        place = digits(line, from: start, into: &value)
        guard place > start else { throw JSONError(offset: place, expected: .digit) }
        // Anything beyond the fast path; the slow one reads the text again.
        if place - start > 4 { value = 9_999 }
        return sign == UInt8(ascii: "-") ? -Int(value) : Int(value)
    }

    /// The bits of the nearest float, by the standard library.
    @inline(never)
    private static func slow(
        _ line: RawSpan, _ start: Int, _ end: Int
    ) throws(JSONError) -> Int64 {
        guard let value = Double(line.slice(start, end - start).text), value.isFinite else {
            throw JSONError(offset: start, expected: .numberInRange)
        }
        return Int64(bitPattern: value.bitPattern)
    }

    /// 10^0…10^8, as a table.
    @inline(__always)
    private static func integerPower(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }

    /// 10^0…10^22, all exact, as a table.
    @inline(__always)
    private static func power(_ exponent: Int) -> Double {
        switch exponent {
        case 0: 1e0
        case 1: 1e1
        case 2: 1e2
        case 3: 1e3
        case 4: 1e4
        case 5: 1e5
        case 6: 1e6
        case 7: 1e7
        case 8: 1e8
        case 9: 1e9
        case 10: 1e10
        case 11: 1e11
        case 12: 1e12
        case 13: 1e13
        case 14: 1e14
        case 15: 1e15
        case 16: 1e16
        case 17: 1e17
        case 18: 1e18
        case 19: 1e19
        case 20: 1e20
        case 21: 1e21
        default: 1e22
        }
    }
}
