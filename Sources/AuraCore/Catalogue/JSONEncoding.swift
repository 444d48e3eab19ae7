/// Writing values as JSON (RFC 8259), the same value always as the same text.
public enum JSONEncoding {
    /// The text as a JSON string: quotes, backslashes and control characters are escaped, all else
    /// stays as it is.
    public static func quoted(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count + 2)
        var text = text
        text.withUTF8 { append(unsafe $0.span.bytes, to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends UTF-8 text as a JSON string, quotes included.
    public static func append(_ text: RawSpan, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for place in 0..<text.byteCount {
            let byte = text.byte(place)
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(escaped: byte, to: &output)
            case UInt8(ascii: "\n"): append(escaped: UInt8(ascii: "n"), to: &output)
            case UInt8(ascii: "\r"): append(escaped: UInt8(ascii: "r"), to: &output)
            case UInt8(ascii: "\t"): append(escaped: UInt8(ascii: "t"), to: &output)
            case 0..<0x20, 0x7F:
                output.append(contentsOf: "\\u00".utf8)
                output.append(hexadecimal(byte >> 4))
                output.append(hexadecimal(byte & 15))
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
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

    private static func append(escaped mark: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        output.append(mark)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
