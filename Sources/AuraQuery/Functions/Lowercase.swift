import AuraCore

/// Texts in lower case, each character by the one that `TextCase` has for it.
enum Lowercase {
    /// For each character of at most two bytes the one in lower case.
    private static let short: [Unicode.Scalar] = (0..<0x800).map { number in
        let scalar = Unicode.Scalar(UInt16(number)) ?? "\0"
        return TextCase.lower(String(scalar)).unicodeScalars.first ?? scalar
    }

    /// Appends a text in lower case.
    static func append(_ text: RawSpan, to result: inout [UInt8]) {
        var place = 0
        while place < text.byteCount {
            let byte: UInt8 = text.load(place)
            let end: Int
            if byte < 0x80 {
                end = text.endOfASCII(place)
                let start = result.count
                result.append(text.slice(place..<end))
                for index in start..<result.count { result[index] = ascii(result[index]) }
            } else {
                end = text.characterEnd(place)
                if end == place + 2, byte & 0xE0 == 0xC0 {
                    let rest: UInt8 = text.load(place + 1)
                    append(short[Int(byte & 0x1F) << 6 | Int(rest & 0x3F)], to: &result)
                } else {
                    result += TextCase.lower(text.slice(place..<end).text).utf8
                }
            }
            place = end
        }
    }

    /// A text in lower case.
    static func of(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        append(text.rawSpan, to: &result)
        return result
    }

    @inline(__always)
    private static func ascii(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout [UInt8]) {
        if (0x80..<0x800).contains(scalar.value) {
            result.append(UInt8(0xC0 | scalar.value >> 6))
            result.append(UInt8(0x80 | scalar.value & 0x3F))
        } else {
            result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}
