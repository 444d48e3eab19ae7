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
}
