/// Reads a small JSON document, such as a request, into a `JSONValue`: strict as RFC 8259 is.
///
/// Refused beyond that: a name that an object has twice, numbers that no float64 can hold, and more
/// than the limits below. Rows of an import have a reader of their own, `JSONScanner`, which keeps
/// one line in columns.
package struct JSONReader {
    /// What is wrong with a text, and where.
    package struct Failure: Error, Hashable, Sendable {
        package let message: String
        /// Bytes of the text; empty at its end.
        package let bytes: Range<Int>
        /// Whether the text ends too early, so that more of it could mend this.
        package let isAtEnd: Bool
    }

    /// Arrays and objects within each other.
    package static let depthLimit = 64
    /// Values of a document.
    package static let valueLimit = 100_000

    private let bytes: [UInt8]
    private var place = 0
    private var valueCount = 0

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The value that is all of a text, but for blanks around it.
    package static func value(of text: String) throws(Failure) -> JSONValue {
        var reader = JSONReader(text)
        reader.skipBlanks()
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.place == reader.bytes.count else {
            throw reader.failure("nothing may follow the value")
        }
        return value
    }

    /// Whether a text begins as an object does.
    package static func beginsObject(_ text: String) -> Bool {
        text.utf8.first { !isBlank($0) } == UInt8(ascii: "{")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The byte at the place; 0 behind the end.
    private var byte: UInt8 { place < bytes.count ? bytes[place] : 0 }

    private func failure(_ message: String, at bytes: Range<Int>? = nil) -> Failure {
        let end = min(place + 1, self.bytes.count)
        return Failure(
            message: message, bytes: bytes ?? place..<max(place, end),
            isAtEnd: place >= self.bytes.count)
    }

    private mutating func skipBlanks() {
        while place < bytes.count, JSONReader.isBlank(byte) { place += 1 }
    }

    private mutating func take(_ mark: Character) -> Bool {
        guard place < bytes.count, byte == mark.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        valueCount += 1
        guard depth <= JSONReader.depthLimit else {
            throw failure("more than \(JSONReader.depthLimit) arrays and objects within each other")
        }
        guard valueCount <= JSONReader.valueLimit else {
            throw failure("more than \(JSONReader.valueLimit) values")
        }
        let start = place
        let form: JSONValue.Form
        if take("{") {
            form = .object(try members(depth: depth))
        } else if take("[") {
            form = .array(try items(depth: depth))
        } else if byte == UInt8(ascii: "\"") {
            form = .text(try text())
        } else if byte == UInt8(ascii: "-") || JSONReader.isDigit(byte) {
            form = try number()
        } else {
            form = try literal()
        }
        return JSONValue(form, at: start..<place)
    }

    /// What stands behind a bracket, up to the other.
    private mutating func items(depth: Int) throws(Failure) -> [JSONValue] {
        var items: [JSONValue] = []
        skipBlanks()
        if take("]") { return items }
        repeat {
            skipBlanks()
            items.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw failure("expected ',' or ']'") }
        return items
    }

    /// What stands behind a brace, up to the other.
    private mutating func members(depth: Int) throws(Failure) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipBlanks()
        if take("}") { return members }
        repeat {
            skipBlanks()
            guard byte == UInt8(ascii: "\"") else {
                throw failure("expected a name in double quotes")
            }
            let start = place
            let name = try text()
            let nameBytes = start..<place
            guard names.insert(name).inserted else {
                throw failure("the name '\(name)' stands here twice", at: nameBytes)
            }
            skipBlanks()
            guard take(":") else { throw failure("expected ':' after the name") }
            skipBlanks()
            members.append(JSONValue.Member(name, try value(depth: depth + 1), at: nameBytes))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw failure("expected ',' or '}'") }
        return members
    }

    private mutating func literal() throws(Failure) -> JSONValue.Form {
        let start = place
        while place < bytes.count, JSONReader.isLetter(byte) { place += 1 }
        let word = String(decoding: bytes[start..<place], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "": throw failure("expected a value")
        default: throw failure("'\(word)' is no value of JSON", at: start..<place)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    // MARK: Numbers

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private mutating func number() throws(Failure) -> JSONValue.Form {
        let start = place
        _ = take("-")
        if !take("0") { try skipDigits() }
        guard !JSONReader.isDigit(byte) else { throw failure("no digit follows a leading zero") }
        var isWhole = true
        if take(".") {
            isWhole = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isWhole = false
            _ = take("+") || take("-")
            try skipDigits()
        }
        let digits = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let value = Int128(digits) { return .integer(value) }
        guard let value = Double(digits), value.isFinite else {
            throw failure("a number that no float64 can hold", at: start..<place)
        }
        return .float(value)
    }

    private mutating func skipDigits() throws(Failure) {
        guard JSONReader.isDigit(byte) else { throw failure("expected a digit") }
        while JSONReader.isDigit(byte) { place += 1 }
    }

    // MARK: Texts

    /// The text whose opening quote is next.
    private mutating func text() throws(Failure) -> String {
        let start = place
        var text: [UInt8] = []
        place += 1
        while place < bytes.count {
            switch byte {
            case UInt8(ascii: "\""):
                place += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                place += 1
                try readEscape(into: &text)
            case 0..<0x20: throw failure("no control character stands in a string; write \\u00XX")
            default:
                text.append(byte)
                place += 1
            }
        }
        throw failure("a string that does not end", at: start..<start + 1)
    }

    /// What follows a backslash.
    private mutating func readEscape(into text: inout [UInt8]) throws(Failure) {
        guard take("u") else {
            guard let character = JSONReader.escaped[byte] else {
                throw failure("expected one of \" \\ / b f n r t u after '\\'")
            }
            text.append(character)
            place += 1
            return
        }
        let start = place - 2
        var scalar = try hexadecimal()
        if scalar & 0xFC00 == 0xD800 {
            let low = take("\\") && take("u") ? try hexadecimal() : 0
            guard low & 0xFC00 == 0xDC00 else {
                throw failure("half of a surrogate pair", at: start..<place)
            }
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
        }
        guard let character = Unicode.Scalar(scalar) else {
            throw failure("half of a surrogate pair", at: start..<place)
        }
        text.append(contentsOf: String(character).utf8)
    }

    private static let escaped: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
        UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte.hexadecimal else {
                throw failure("expected four hexadecimal digits after '\\u'")
            }
            unit = unit << 4 | UInt32(digit)
            place += 1
        }
        return unit
    }
}
