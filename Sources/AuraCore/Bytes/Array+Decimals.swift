/// Bytes that are written as text.
extension [UInt8] {
    /// Appends a whole number in decimal digits.
    package mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(digits: number.magnitude, width: 1)
    }

    /// Appends the digits of a number, with zeros in front up to a width.
    package mutating func append(digits number: UInt64, width: Int) {
        let start = count
        var rest = number
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        while count - start < width { append(UInt8(ascii: "0")) }
        self[start...].reverse()
    }
}
