import AuraTesting
import Foundation

@testable import AuraImport

/// Random JSON objects, as text and as the members that the text says: duplicate and escaped names,
/// every way to write a string, numbers at the ends of their ranges, spaces wherever they may be.
struct JSONGenerator {
    private var random: SeededRandom
    private var text: [UInt8] = []
    /// nil where a later member of the same object took the place.
    private var members: [JSONMember?] = []
    /// Names that are likely to come again, some of more than 16 bytes, some equal in their first.
    private static let names = [
        "a", "b", "type", "time", "user_id", "properties", "a.b", "", "ü", "\u{1F600}", "q\"",
        "back\\slash", "a_name_of_16_byte", "a_name_of_16_bytes", "a_name_of_16_bytes_and_more",
        "a_name_of_16_bytes_and_mor", "tab\there", "nul\u{0}",
    ]
    private static let numbers = [
        "0", "-0", "1", "-1", "0.0", "-0.0", "1e0", "1E+2", "1e-2", "123456789012345678",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "-9223372036854775809", "18446744073709551616", "0.1", "1.7976931348623157e308",
        "5e-324", "1e-400", "3.141592653589793238462643", "100000000", "99999999", "12345678.5",
    ]

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// The next object.
    mutating func next() -> (text: [UInt8], members: [JSONMember]) {
        text = []
        members = []
        space()
        object(path: nil, depth: 0)
        space()
        return (text, members.compactMap(\.self))
    }

    private mutating func object(path: String?, depth: Int) {
        text.append(UInt8(ascii: "{"))
        space()
        var places: [String: Range<Int>] = [:]
        for index in 0..<count(depth) {
            if index > 0 { comma() }
            let name = random.element(of: JSONGenerator.names)
            string(name)
            space()
            text.append(UInt8(ascii: ":"))
            space()
            for place in places[name] ?? 0..<0 { members[place] = nil }
            let start = members.count
            value(path: path.map { $0 + "." + name } ?? name, depth: depth + 1)
            places[name] = start..<members.count
        }
        space()
        text.append(UInt8(ascii: "}"))
    }

    private mutating func count(_ depth: Int) -> Int { random.below(depth == 0 ? 9 : 4) }

    /// A value under a path.
    private mutating func value(path: String, depth: Int) {
        switch random.below(depth < 4 ? 12 : 9) {
        case 0: text += "null".utf8
        case 1:
            text += "true".utf8
            members.append(JSONMember(path: path, kind: .bool, bits: 1))
        case 2:
            text += "false".utf8
            members.append(JSONMember(path: path, kind: .bool, bits: 0))
        case 3...5: members.append(number(path))
        case 6...8:
            let value = randomString()
            string(value)
            members.append(JSONMember(path: path, kind: .text, text: Array(value.utf8)))
        case 9:
            let start = text.count
            array(depth: depth)
            members.append(JSONMember(path: path, kind: .json, text: Array(text[start...])))
        default: object(path: path, depth: depth)
        }
    }

    private mutating func array(depth: Int) {
        text.append(UInt8(ascii: "["))
        space()
        for index in 0..<count(depth) {
            if index > 0 { comma() }
            // What is inside stays text.
            let before = members.count
            value(path: "", depth: depth + 1)
            members.removeLast(members.count - before)
        }
        space()
        text.append(UInt8(ascii: "]"))
    }

    private mutating func number(_ path: String) -> JSONMember {
        var digits = random.element(of: JSONGenerator.numbers)
        if random.chance(50) { digits = String(Int64(bitPattern: random.next() >> 20) - 1_000) }
        text += digits.utf8
        let isInteger = digits.utf8.allSatisfy { !".eE".utf8.contains($0) } && digits != "-0"
        if isInteger, let integer = Int64(digits) {
            return JSONMember(path: path, kind: .int64, bits: integer)
        }
        if isInteger {
            return JSONMember(path: path, kind: .wideInteger, text: Array(digits.utf8))
        }
        let bits = unsafe Int64(bitPattern: strtod(digits, nil).bitPattern)
        return JSONMember(path: path, kind: .float64, bits: bits)
    }

    private mutating func randomString() -> String {
        if random.chance(30) { return random.element(of: JSONGenerator.names) }
        var string = String.UnicodeScalarView()
        for _ in 0..<random.below(24) {
            let limit = random.element(of: [0x20, 0x7F, 0x7F, 0x7F, 0x800, 0x1_0000, 0x11_0000])
            string.append(Unicode.Scalar(UInt32(random.below(limit))) ?? "\u{FFFD}")
        }
        return String(string)
    }

    /// A string in one of the ways to write it.
    private mutating func string(_ string: String) {
        text.append(UInt8(ascii: "\""))
        let escaped = random.chance(30) ? 30 : 0
        for scalar in string.unicodeScalars {
            let short: [Unicode.Scalar: String] = [
                "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r",
                "\u{8}": "\\b", "\u{C}": "\\f", "/": "\\/",
            ]
            let isForced = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if let short = short[scalar], isForced || random.chance(escaped), random.chance(70) {
                text += short.utf8
            } else if isForced || random.chance(escaped) {
                for unit in String(scalar).utf16 {
                    let digits = String(format: random.chance(50) ? "\\u%04x" : "\\u%04X", unit)
                    text += digits.utf8
                }
            } else {
                text += String(scalar).utf8
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func comma() {
        space()
        text.append(UInt8(ascii: ","))
        space()
    }

    private mutating func space() {
        while random.chance(15) { text.append(random.element(of: [0x20, 0x09, 0x0D])) }
    }
}
