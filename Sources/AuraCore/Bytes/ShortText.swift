/// A text of at most 40 bytes, which takes no memory of its own.
package struct ShortText: Sendable {
    private var storage = InlineArray<40, UInt8>(repeating: 0)
    private var count = 0

    /// None yet.
    package init() {}

    /// The bytes.
    package var bytes: RawSpan {
        @_lifetime(borrow self) get { unsafe storage.span.extracting(0..<count).bytes }
    }

    /// Appends an ASCII character.
    mutating func append(_ character: Unicode.Scalar) {
        storage[count] = UInt8(ascii: character)
        count += 1
    }

    /// Appends a number below 1,000 in decimal digits.
    mutating func append(decimal number: UInt64) {
        if number >= 100 { append(digit: number / 100) }
        if number >= 10 { append(digit: number / 10 % 10) }
        append(digit: number % 10)
    }

    private mutating func append(digit: UInt64) {
        storage[count] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
        count += 1
    }

    /// Appends the first of the characters that stand in a word, the first in its lowest byte.
    mutating func append(_ characters: UInt64, count added: Int) {
        for index in 0..<added {
            storage[count + index] = UInt8(truncatingIfNeeded: characters >> UInt64(index * 8))
        }
        count += added
    }
}
