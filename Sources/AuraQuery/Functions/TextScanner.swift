import AuraCore

/// Reads a text from its start; past its end there are zeros.
struct TextScanner: ~Escapable {
    private let text: RawSpan
    private(set) var place = 0

    @_lifetime(copy text)
    init(_ text: RawSpan) { self.text = text }

    @inline(__always)
    var isAtEnd: Bool { place >= text.byteCount }

    /// The byte at the place.
    @inline(__always)
    var next: UInt8 { byte(0) }

    /// A byte so many places on.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        place + offset < text.byteCount ? text.load(place + offset, as: UInt8.self) : 0
    }

    @inline(__always)
    mutating func skip(_ count: Int = 1) { place = min(place + count, text.byteCount) }

    mutating func skipBlanks() { while TextScanner.isBlank(next) { place += 1 } }

    /// Passes a character if it is the next one.
    @inline(__always)
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character), !isAtEnd else { return false }
        place += 1
        return true
    }

    /// Passes an ASCII text if it comes next in any case; it is in lower case.
    mutating func take(word: String) -> Bool {
        for (offset, letter) in word.utf8.enumerated()
        where TextScanner.lowercased(byte(offset)) != letter { return false }
        place += word.utf8.count
        return true
    }

    /// The number that the next digits write; nil if there are none, or more than 64 bits.
    @inline(__always)
    mutating func number(digits most: Int = .max) -> Int64? {
        let start = place
        var value: Int64 = 0
        while place - start < most, TextScanner.isDigit(next) {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(Int64(next - 0x30))
            if overflows || overflowsToo { return nil }
            value = sum
            place += 1
        }
        return place > start ? value : nil
    }

    /// What `isPart` holds for, from the place on.
    mutating func word(_ isPart: (UInt8) -> Bool) -> String {
        let start = place
        while !isAtEnd, isPart(next) { place += 1 }
        return text.slice(start, place - start).text
    }

    /// A text of its own from the place on, which this one passes.
    @_lifetime(copy self)
    mutating func part(_ count: Int) -> TextScanner {
        let part = TextScanner(text.slice(place, count))
        place += count
        return part
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 9 && byte <= 13 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}

/// What texts of times and of intervals have in common.
extension TextScanner {
    /// µs of `h:m[:s[.f]]`; nil for anything else before the end or the decimals.
    mutating func clock() -> Int64? {
        skipBlanks()
        guard let hours = number(digits: 10), take(":") else { return nil }
        // Minutes may be missing behind their colon, and so may seconds, with or without it.
        var rest: Int64 = 0
        if !isAtEnd {
            guard let minutes = sixtieth() else { return nil }
            rest = minutes * 60
            if !isAtEnd {
                guard take(":") else { return nil }
                if !isAtEnd {
                    guard let seconds = sixtieth() else { return nil }
                    rest += seconds
                }
            }
        }
        return hours.multipliedExactly(by: 3_600_000_000)?
            .addedExactly(rest * 1_000_000 + microseconds())
    }

    /// A number of one or two digits below 60.
    private mutating func sixtieth() -> Int64? {
        guard let number = number(digits: 2), number < 60 else { return nil }
        return number
    }

    /// Decimals of a second behind a point, if there are any, of which six count.
    private mutating func microseconds() -> Int64 {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var unit: Int64 = 100_000
        while TextScanner.isDigit(next) {
            value += Int64(next - 0x30) * unit
            unit /= 10
            place += 1
        }
        return value
    }

    /// Seconds of `+hh`, `-hhmm`, `+hh:mm` or `+hh:mm:ss`; nil for anything else.
    mutating func offset() -> Int64? {
        let isNegative = next == UInt8(ascii: "-")
        guard isNegative || next == UInt8(ascii: "+") else { return nil }
        skip()
        guard let hours = pair() else { return nil }
        var seconds = hours * 3_600
        let hasColon = take(":")
        if let minutes = pair() {
            seconds += minutes * 60
            if hasColon, take(":") {
                guard let rest = pair() else { return nil }
                seconds += rest
            }
        } else if hasColon {
            return nil
        }
        return isNegative ? -seconds : seconds
    }

    /// What two digits write; nil if there are not both.
    private mutating func pair() -> Int64? {
        guard TextScanner.isDigit(next), TextScanner.isDigit(byte(1)) else { return nil }
        return number(digits: 2)
    }
}
