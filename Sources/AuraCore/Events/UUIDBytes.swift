/// A UUID: 128 bits.
public struct UUIDBytes: Hashable, Comparable, Sendable {
    /// The half that the text form shows first.
    public var high: UInt64
    /// The other half.
    public var low: UInt64

    /// A UUID of two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The UUID written as 36 characters, 8-4-4-4-12 hexadecimal digits in lower case; nil for any
    /// other text, so that what is stored as a UUID always reads back as it was written.
    public init?(canonical text: some StringProtocol) {
        var text = String(text)
        guard let value = text.withUTF8({ unsafe UUIDBytes(canonical: $0.span.bytes) }) else {
            return nil
        }
        self = value
    }

    /// As `init(canonical:)` of a string, for bytes.
    public init?(canonical bytes: RawSpan) {
        guard bytes.byteCount == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in 0..<36 {
            let byte = bytes.load(index, as: UInt8.self)
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if digits < 16 {
                halves.0 = halves.0 << 4 | UInt64(digit)
            } else {
                halves.1 = halves.1 << 4 | UInt64(digit)
            }
            digits += 1
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Orders as the text form does.
    public static func < (left: UUIDBytes, right: UUIDBytes) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension UUIDBytes: CustomStringConvertible {
    /// 36 characters in lower case.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                text.append(UInt8(ascii: "-"))
            }
            let half = index < 16 ? high : low
            text.append(digits[Int(half >> UInt64((15 - index % 16) * 4) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
