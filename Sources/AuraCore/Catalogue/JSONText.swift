/// Writing values as JSON (RFC 8259), the same value always as the same text.
enum JSONText {
    /// The text as a JSON string: quotes, backslashes and control characters are escaped, all else
    /// stays as it is.
    static func quoted(_ text: String) -> String {
        var out: [UInt8] = [UInt8(ascii: "\"")]
        out.reserveCapacity(text.utf8.count + 2)
        let digits = Array("0123456789abcdef".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0..<0x20:
                out.append(contentsOf: "\\u00".utf8)
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            default:
                out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
        return String(decoding: out, as: UTF8.self)
    }

    /// The value as JSON: bools and numbers as such, all else as strings; NaN and the infinities,
    /// which JSON lacks, as strings too.
    static func encoded(_ value: AttributeValue) -> String {
        switch value {
        case .bool, .int64: value.description
        case .float64(let number): number.isFinite ? number.description : quoted("\(number)")
        case .string, .timestamp, .uuid, .ipPrefix: quoted(value.description)
        }
    }

    /// The members of a JSON object, keys and values as they are written there; nil if the text is
    /// not one object.
    static func members(of text: String) -> [(key: String, value: String)]? {
        let bytes = Array(text.utf8)
        guard let cuts = cuts(of: bytes) else { return nil }
        var members: [(key: String, value: String)] = []
        for (start, colon, end) in cuts {
            let key = trimmed(bytes[start..<colon])
            let value = trimmed(bytes[colon + 1..<end])
            guard key.utf8.first == UInt8(ascii: "\""), !value.isEmpty else { return nil }
            members.append((key, value))
        }
        return members
    }

    /// Where each member of the object begins, has its colon, and ends.
    private static func cuts(of bytes: [UInt8]) -> [(start: Int, colon: Int, end: Int)]? {
        var cuts: [(start: Int, colon: Int, end: Int)] = []
        var depth = 0
        var start = 0
        var colon: Int?
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard index < bytes.count else { return nil }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 1 { start = index + 1 }
            case UInt8(ascii: ":") where depth == 1 && colon == nil:
                colon = index
            case UInt8(ascii: ",") where depth == 1, UInt8(ascii: "}") where depth == 1:
                if let colon {
                    cuts.append((start, colon, index))
                } else if !cuts.isEmpty || !trimmed(bytes[start..<index]).isEmpty {
                    return nil
                }
                colon = nil
                start = index + 1
                if bytes[index] == UInt8(ascii: "}") {
                    return trimmed(bytes[start...]).isEmpty ? cuts : nil
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
            default:
                if depth == 0, bytes[index] > 0x20 { return nil }
            }
            index += 1
        }
        return nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isSpace = { (byte: UInt8) in byte <= 0x20 }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
