import AuraCore
import Testing

@testable import AuraImport

/// Cases of the kind that suites of JSON parsers collect.
@Suite struct JSONSuiteTests {
    private func accepts(_ line: [UInt8]) -> Bool {
        var scanner = JSONScanner()
        do {
            try scanner.scan(line.rawSpan, size: line.count)
            return true
        } catch {
            return false
        }
    }

    private static let values = [
        "[]", "[ ]", "[\t]", "[[]   ]", "[\"\"]", "[\"a\"]", "[false]", "[null, 1, \"1\", {}]",
        "[1\r]", " [1]", "[1,null,null,null,2]", "[2] ", "[null]", "null", "true", "false",
        "[0e+1]", "0e1", " 4", "-0.000000000000000000000000000000000000000000000000000000000001",
        "20e1", "-0", "-123", "-1", "1E22", "1E-2", "1E+2", "123e45", "123.456e78", "1e-2", "1e+2",
        "123", "123.456789", "0", "123e65", "1.0", "0.5", "1e-1",
        "{}", "{\"a\":\"b\"}", "{\"a\":\"b\",\"a\":\"c\"}", "{\"a\":\"b\",\"a\":\"b\"}", "{\"\":0}",
        "{\"foo\\u0000bar\": 42}", "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
        "{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], \"id\": \"xxx\"}",
        "{\"a\":[]}", "{\"title\":\"\\u041f\\u043e\\u043b\" }",
        "\"\\u0060\\u012a\\u12AB\"", "\"\\uD801\\udc37\"", "\"\\ud83d\\ude39\\ud83d\\udc8d\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\\u0000\"", "\"\\\"\"", "\"a/*b*/c/*d//e\"",
        "\"\\\\a\"", "\"\\\\n\"", "\"\\u0012\"", "\"\\uFFFF\"", "\"asd\"", " \"asd\"",
        "\"\\uDBFF\\uDFFF\"", "\"new\\u00A0line\"", "\"\u{10FFFF}\"", "\"\u{FFFF}\"",
        "\"\\u0000\"", "\"\\u002c\"", "\"π\"", "\"\u{1BFFF}\"", "\" \"", "\"\\uD834\\uDd1e\"",
        "\"\\u0821\"", "\"\\u0123\"", "\"\u{2028}\"", "\"\u{2029}\"", "\"\\u0061\\u30af\\u30EA\"",
        "\"new\\u000Aline\"", "\"\u{7F}\"", "\"\\uA66D\"", "\"\\u005C\"", "\"⍂㈴⍂\"", "\"\\u0022\"",
        "\"\\uDBFF\\uDFFE\"", "\"\\uD83F\\uDFFE\"", "\"\\u200B\"", "\"\\u2064\"", "\"\\uFDD0\"",
        "\"\\uFFFE\"", "\"€𝄞\"", "\"aa\u{7F}a\"", "\"\"", "\"\u{FEFF}\"",
    ]

    @Test(arguments: values)
    func `a value that RFC 8259 allows is read`(value: String) {
        #expect(accepts(Array("{\"k\":\(value)}".utf8)))
        #expect(accepts(Array("{\"k\":[\(value)]}".utf8)))
        #expect(accepts(Array("{\"k\":[{\"x\":\(value)}]}".utf8)))
        #expect(accepts(Array("{\"k\":{\"x\":\(value)}}".utf8)))
    }

    private static let noValues = [
        "", "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]",
        "[\"\",]",
        "[\"x\"", "[x", "[3[4]]", "[,]", "[-]", "[   , \"\"]", "[1,]", "[1,,]", "[*]", "[1", "[1,",
        "[[]", "[\"a\u{B}a\"\\f]", "[1 2]", "[fals]", "[nul]", "[tru]", "truE", "nulL", "True",
        "++1234", "+1", "+Inf", "-01", "-1.0.", "-2.", "-NaN", ".-1", ".2e-3", "0.1.2", "0.3e+",
        "0.3e", "0.e1", "0E+", "0E", "0e+", "0e", "1.0e+", "1.0e-", "1.0e", "1 000.0", "1eE2",
        "2.e+3", "2.e-3", "2.e3", "9.e+", "Inf", "NaN", "\u{FF11}", "1+2", "0x1", "0x42",
        "Infinity", "0e+-1", "-123.123foo", "-Infinity", "-foo", "- 1", "-012", "-.123", "-1x",
        "1ea", "1e1é", "1.", ".123", "1.2a-3", "1.8011670033376514H-308", "012", "1e999", "-1e999",
        "[\"x\", truth]", "{[", "{\"x\", null}", "{\"x\"::\"b\"}", "{🇨🇭}", "{\"a\":\"a\" 123}",
        "{key: 'value'}", "{\"a\" b}", "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}",
        "{9999E9999:1}", "{null:null,null:null}", "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}",
        "{\"a\":\"b\"}/**/", "{\"a\":\"b\"}//", "{\"a\":\"b\"}#", "{\"a\":\"b\",,\"c\":\"d\"}",
        "{a: \"b\"}", "{\"a\":\"a", "{ \"foo\" : \"bar\", \"a\" }", " ", "\"\\uD800\\\"",
        "\"\\uD800\\u\"",
        "\"\\uD800\\u1\"", "\"\\uD800\\u1x\"", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uDd1e\\uD834\"",
        "\"\\uD800\\uD800\"", "\"\\uD800\\n\"", "\"\\uD800a\"", "\"\\\u{0}\"", "\"\\x00\"",
        "\"\\\\\\\"",
        "\"\\\t\"", "\"\\🌀\"", "\"\\\"", "\"\\u00A\"", "\"\\uD834\\uDd\"", "\"\\a\"", "\"\\uqqqq\"",
        "\\u0020\"asd\"", "\\n", "\"", "'single quote'", "abc", "\"\\", "\"a\u{0}a\"",
        "\"a\u{9}b\"",
        "\"\u{1F}\"", "\"\\UA66D\"", "<.>", "[<null>]", "[1]x", "[1]]", "[True]", "1]", "{}}", "]",
        "[", "2@", "{\"asd\":\"asd\"", "å", "\u{2060}", "\u{A0}", "\u{C}", "\u{FEFF}", "*", "//",
        "{\"a\":/*comment*/\"b\"}", "{\"a\": true} \"x\"", "['", "[\"asd]", "{\"\\",
        "[\\u000A\"\"]",
    ]

    @Test(arguments: noValues)
    func `a value that RFC 8259 forbids is refused`(value: String) {
        #expect(!accepts(Array("{\"k\":\(value)}".utf8)))
        #expect(!accepts(Array("{\"k\":[0,\(value)]}".utf8)))
        #expect(!accepts(Array("{\"k\":[{\"x\":\(value)}]}".utf8)))
    }

    private static let malformed: [[UInt8]] = [
        [0xFF], [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF], [0xC3],
        [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF],
        [0xE9], [0xC3, 0x28], [0xE2, 0x28, 0xA1], [0xF0, 0x28, 0x8C, 0xBC], [0xFE],
    ]

    @Test(arguments: malformed)
    func `bytes that are no UTF-8 are refused wherever they stand`(bytes: [UInt8]) {
        let strings = [
            "{\"k\":\"|\"}", "{\"|\":1}", "{\"k\":[\"|\"]}", "{\"k\":[{\"|\":1}]}", "{\"k\":|}",
        ]
        for string in strings {
            for padding in 0..<9 {
                let spaces = [UInt8](repeating: UInt8(ascii: "x"), count: padding)
                let line = string.utf8.flatMap {
                    $0 == UInt8(ascii: "|") ? spaces + bytes + spaces : [$0]
                }
                #expect(!accepts(line), "\(string), \(padding) before")
            }
        }
    }

    @Test(arguments: [
        "1", "\"x\"", "null", "[]", "[{}]", "{}{}", "{} {}", "{},", "x{}", "\u{FEFF}{}",
    ])
    func `a line that is not one object is refused`(line: String) {
        #expect(!accepts(Array(line.utf8)))
    }
}
