import AuraTesting
import Foundation
import Testing

@testable import AuraCore

/// Small JSON documents, read and written.
@Suite struct JSONReaderTests {
    @Test(arguments: [
        ("null", "null"), (" [ ] ", "[]"), ("{\t}\r\n", "{}"), ("[true,false]", "[true,false]"),
        ("-0", "0"), ("12345678901234567890123456789", "12345678901234567890123456789"),
        ("1.5", "1.5"), ("-2e-3", "-0.002"), ("1E+2", "100.0"),
        (#""\u00e9\ud83d\ude00\/\b\f\n\r\t\\\"""#, #""é😀/\u0008\u000c\n\r\t\\\"""#),
        (#"{"a": {"b": [1, {"c": ""}]}, "": 2}"#, #"{"a":{"b":[1,{"c":""}]},"":2}"#),
    ]) func `a document is read, and written without blanks`(text: String, json: String) throws {
        let value = try JSONReader.value(of: text)
        #expect(value.json == json)
        #expect(try JSONReader.value(of: json).json == json)
    }

    @Test(arguments: [
        "", " ", "[", "{", "[1", "[1,", #"{"a""#, #"{"a":"#, #"{"a":1"#, #""a"#, #""\"#, #""\u00"#,
        "-",
        "1.", "1e",
    ]) func `what ends too early could be mended by more`(text: String) {
        let failure = #expect(throws: JSONReader.Failure.self) { try JSONReader.value(of: text) }
        #expect(failure?.isAtEnd == true)
    }

    @Test(arguments: [
        "[1,]", "[,]", "{,}", "[1 2]", "{1:2}", #"{"a" 1}"#, #"{"a":1,}"#, "01", "+1", ".5", "1.e1",
        "1e+ ",
        "[nul]", "[True]", "[NaN]", "-Infinity", "[1e999]", "'a'", #""\x""#, #""\u12g4""#,
        #""\ud800""#,
        #""\ud800\u0041""#, #""\udc00""#, "\"\n\"", "[1] 2", "//", #"{"a":1,"a":2}"#,
    ]) func `what is no JSON is refused at its place`(text: String) {
        let failure = #expect(throws: JSONReader.Failure.self) { try JSONReader.value(of: text) }
        #expect(failure?.isAtEnd == false)
        #expect((failure?.bytes.upperBound ?? .max) <= text.utf8.count)
    }

    @Test func `depth and number of values are bounded`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONReader.value(of: nested(JSONReader.depthLimit + 1))
        #expect(throws: JSONReader.Failure.self) {
            try JSONReader.value(of: nested(JSONReader.depthLimit + 2))
        }
        func wide(_ count: Int) -> String {
            "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        }
        _ = try JSONReader.value(of: wide(JSONReader.valueLimit - 1))
        #expect(throws: JSONReader.Failure.self) {
            try JSONReader.value(of: wide(JSONReader.valueLimit))
        }
    }

    @Test func `a pointer names the smallest value around a place`() throws {
        let text = #"{"a/b": [10, {"~": true}]}"#
        let value = try JSONReader.value(of: text)
        func pointer(to part: String) throws -> String {
            let range = try #require(text.range(of: part))
            let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
            return value.pointer(to: start..<start + part.utf8.count)
        }
        #expect(try pointer(to: "10") == "/a~1b/0")
        #expect(try pointer(to: "true") == "/a~1b/1/~0")
        #expect(try pointer(to: #""~""#) == "/a~1b/1/~0")
        #expect(try pointer(to: #""a/b""#) == "/a~1b")
        #expect(try pointer(to: "10, {") == "/a~1b")
        #expect(try pointer(to: text) == "")
    }

    @Test(arguments: 0..<UInt64(4))
    func `damaged documents are read or refused`(part: UInt64) {
        let seedText =
            #"{"a": [1, -2.5e3, "\u00e9\ud83d\ude00x", null, {"b": [true, {}]}], "c": "é"}"#
        for number in 0..<UInt64(Effort.count(2_000)) {
            var mutator = Mutator(seed: part &* 1_000_000 &+ number)
            let text = String(decoding: mutator.mutate(Array(seedText.utf8)), as: UTF8.self)
            do throws(JSONReader.Failure) {
                let value = try JSONReader.value(of: text)
                let json = value.json
                #expect(try JSONReader.value(of: json).json == json, "\(text)")
            } catch {
                #expect(error.bytes.upperBound <= text.utf8.count, "\(text)")
            }
        }
    }
}
