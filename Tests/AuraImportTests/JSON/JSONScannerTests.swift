import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraImport

@Suite struct JSONScannerTests {
    @Test(arguments: 0..<20)
    func `what a random object says is what is read`(seed: Int) throws {
        var generator = JSONGenerator(seed: UInt64(seed))
        // One for all, so that what it remembers of earlier lines can do harm.
        var scanner = JSONScanner()
        for round in 0..<Effort.count(150) {
            let (text, members) = generator.next()
            let found = try scanner.members(of: text)
            let line = String(decoding: text, as: UTF8.self)
            try #require(found == members, "seed \(seed), round \(round): \(line)")
        }
    }

    @Test(arguments: 0..<20)
    func `a damaged object is read or refused as Foundation does it`(seed: Int) throws {
        var generator = JSONGenerator(seed: UInt64(seed))
        var mutator = Mutator(seed: UInt64(seed))
        var scanner = JSONScanner()
        var donor = generator.next().text
        var acceptedCount = 0
        for round in 0..<Effort.count(250) {
            let original = generator.next().text
            // A line has no line end inside.
            let text = mutator.mutate(original, donor: donor).map { $0 == 0x0A ? 0x20 : $0 }
            donor = original
            var isAccepted = true
            do {
                _ = try scanner.members(of: text)
            } catch {
                isAccepted = false
            }
            if isAccepted { acceptedCount += 1 }
            let line = String(decoding: text, as: UTF8.self)
            try #require(
                isAccepted == isStrictObject(text), "seed \(seed), round \(round): \(line)")
        }
        #expect(acceptedCount > 0)
    }

    /// Whether RFC 8259 allows the text and it is an object.
    private func isStrictObject(_ text: [UInt8]) -> Bool {
        // Foundation takes other encodings too, and mends what is no UTF-8.
        guard !text.contains(0), String(validating: text, as: UTF8.self) != nil else {
            return false
        }
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        guard first == UInt8(ascii: "{") else { return false }
        do {
            return try JSONSerialization.jsonObject(with: Data(text)) is [String: Any]
        } catch {
            return false
        }
    }

    @Test(arguments: 0..<10)
    func `no beginning of an object is an object`(seed: Int) throws {
        var generator = JSONGenerator(seed: UInt64(seed))
        var scanner = JSONScanner()
        let text = generator.next().text
        let end = try #require(text.lastIndex(of: UInt8(ascii: "}")))
        for size in 0..<end {
            #expect(throws: JSONError.self, "seed \(seed), \(size) bytes") {
                try scanner.members(of: Array(text[..<size]))
            }
        }
    }

    @Test func `nothing behind a line is read, whatever stands there`() throws {
        var scanner = JSONScanner()
        let line = Array("{\"a\":12,\"b\":\"x\"}".utf8)
        let lines = line + Array("\n3}\"]".utf8)
        try scanner.scan(lines.rawSpan, size: line.count)
        #expect(scanner.row.values.count == 2)
        for size in 1..<line.count {
            let cut = line[..<size] + [0x0A] + line[size...]
            #expect(throws: JSONError.self, "\(size) bytes") {
                try scanner.scan(Array(cut).rawSpan, size: size)
            }
        }
    }

    @Test func `the place of an error is where the reader stumbles`() {
        let lines: [(line: String, error: String)] = [
            ("", "column 1: expected '{', the start of an object"),
            ("[1]", "column 1: expected '{', the start of an object"),
            ("{\"a\":1", "column 7: expected ',' or '}'"),
            ("{\"a\":1,}", "column 8: expected a name in double quotes"),
            ("{\"a\" 1}", "column 6: expected ':' after the name"),
            ("{\"a\":tru}", "column 6: expected a value"),
            ("{\"a\":[1 2]}", "column 9: expected ',' or ']'"),
            ("{\"a\":01}", "column 7: expected no digit after a leading zero"),
            ("{\"a\":1e999}", "column 6: expected a number that 64 bits of float can hold"),
            ("{\"a\":\"\\x\"}", "column 8: expected one of \" \\ / b f n r t u after '\\'"),
            (
                "{\"a\":\"é\u{1}\"}",
                "column 9: expected no control character in a string; write it as \\u00XX"
            ),
            ("{\"a\":1} x", "column 9: expected nothing after the object"),
        ]
        var scanner = JSONScanner()
        for (line, error) in lines {
            do throws(JSONError) {
                _ = try scanner.members(of: Array(line.utf8))
                Issue.record("\(line) was read")
            } catch let found {
                #expect(found.description == error, "\(line)")
            }
        }
    }

    @Test func `nesting is bounded, and the bound is exact`() throws {
        var scanner = JSONScanner()
        func objects(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "{\"a\":", count: depth) + "1"
                    + String(repeating: "}", count: depth)).utf8)
        }
        func arrays(_ depth: Int) -> [UInt8] {
            Array(
                ("{\"a\":" + String(repeating: "[", count: depth - 1)
                    + String(repeating: "]", count: depth - 1) + "}").utf8)
        }
        for make in [objects, arrays] {
            #expect(try scanner.members(of: make(JSONScanner.depthLimit)).count == 1)
            let depth = JSONScanner.depthLimit
            let error = #expect(throws: JSONError.self) {
                try scanner.members(of: make(depth + 1))
            }
            #expect(error?.expected == .shallower(depth))
            #expect(throws: JSONError.self) { try scanner.members(of: make(100_000)) }
        }
    }

    @Test func `members are bounded, whatever the lines before have taught`() throws {
        var scanner = JSONScanner()
        func line(_ count: Int) -> [UInt8] {
            Array(("{" + (0..<count).map { "\"k\($0)\":1" }.joined(separator: ",") + "}").utf8)
        }
        let limit = JSONScanner.memberLimit
        #expect(try scanner.members(of: line(limit)).count == limit)
        // Now each name is known to follow the one before, the first one too many included.
        let bridge = "{\"k\(limit - 1)\":1,\"k\(limit)\":1}"
        #expect(try scanner.members(of: Array(bridge.utf8)).count == 2)
        let error = #expect(throws: JSONError.self) { try scanner.members(of: line(limit + 1)) }
        #expect(error?.expected == .fewerMembers(limit))
    }

    @Test func `a key table that was filled up forgets, and goes on`() throws {
        var scanner = JSONScanner()
        for round in 0..<20 {
            let names = (0..<500).map { "\"r\(round)_\($0)\":\($0)" }
            let line = "{\"a\":1," + names.joined(separator: ",") + ",\"a\":2}"
            let members = try scanner.members(of: Array(line.utf8))
            try #require(members.count == 501)
            try #require(members.last == JSONMember(path: "a", kind: .int64, bits: 2))
        }
        #expect(scanner.keys.nodes.count <= KeyTable.limit + 500)
    }
}
