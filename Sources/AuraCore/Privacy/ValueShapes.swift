/// What a text looks like that must not be stored.
struct ValueShapes: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// An e-mail address, anywhere in the text.
    static let email = ValueShapes(rawValue: 1)
    /// A phone number, anywhere in the text.
    static let phone = ValueShapes(rawValue: 2)
    /// The text is an internet address, or the text of a network, and nothing else.
    static let wholeAddress = ValueShapes(rawValue: 4)
    /// A full internet address within the text.
    static let address = ValueShapes(rawValue: 8)
    /// A denied key of a JSON text.
    static let key = ValueShapes(rawValue: 16)

    /// The shapes that count in a place of that kind.
    func counting(in context: ValueContext) -> ValueShapes {
        var shapes = self
        if context.contains(.identifier) { shapes.remove(.phone) }
        if context.contains(.version) { shapes.subtract([.wholeAddress, .address]) }
        return shapes
    }

    /// The rules broken.
    var rules: [PrivacyRule] {
        var rules: [PrivacyRule] = []
        if contains(.email) { rules.append(.email) }
        if contains(.phone) { rules.append(.phone) }
        if contains(.address) { rules.append(.address) }
        if contains(.key) { rules.append(.key) }
        return rules
    }
}

/// What is known of the place where a text stands.
public struct ValueContext: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// A context of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// An id: digits and separators in it are no phone number.
    public static let identifier = ValueContext(rawValue: 1)
    /// A version: dotted numbers in it are no address.
    public static let version = ValueContext(rawValue: 2)
}

extension ValueShapes {
    /// The shapes found in a plain text, percent-encoded characters included.
    static func of(plain text: RawSpan) -> ValueShapes {
        of(plain: text, TextHints.of(text, 0, text.byteCount))
    }

    /// As `of(plain:)`, with the hints of the text; `decodings` is how often percent-encoding is
    /// undone: once for what a browser sends, once more for what a proxy wrapped.
    static func of(
        plain text: RawSpan, _ hints: TextHints, decodings: Int = 2
    ) -> ValueShapes {
        if hints.isEmpty { return [] }
        var shapes: ValueShapes = []
        if hints.contains(.at), EmailShape.occurs(in: text) { shapes.insert(.email) }
        if hints.contains(.phone), PhoneShape.occurs(in: text) { shapes.insert(.phone) }
        if !hints.isDisjoint(with: [.quad, .colons]) {
            if AddressShape.prefix(of: text) != nil {
                shapes.insert(.wholeAddress)
            } else if AddressShape.occurs(in: text, hints) {
                shapes.insert(.address)
            }
        }
        if hints.contains(.percent), decodings > 0, let decoded = percentDecoded(text) {
            let hints = TextHints.of(decoded.rawSpan, 0, decoded.count)
            shapes.formUnion(of(plain: decoded.rawSpan, hints, decodings: decodings - 1))
        }
        return shapes
    }

    /// The text with `%40` and the like as the bytes they stand for; nil if there are none.
    private static func percentDecoded(_ text: RawSpan) -> [UInt8]? {
        var out: [UInt8] = []
        var index = 0
        while index < text.byteCount {
            let byte = text.byte(index)
            if byte == UInt8(ascii: "%"), index + 2 < text.byteCount,
                let high = text.byte(index + 1).hexadecimal,
                let low = text.byte(index + 2).hexadecimal
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(byte)
                index += 1
            }
        }
        return out.count == text.byteCount ? nil : out
    }
}
