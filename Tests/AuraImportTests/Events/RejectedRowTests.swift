import AuraCore
import AuraImport
import AuraTesting
import Testing

@Suite struct RejectedRowTests {
    private static let long = String(repeating: "x", count: 2 << 20)
    private static let name = String(repeating: "n", count: Limits.nameBytes)

    /// Lines that give no event, and why.
    private static let lines: [(line: String, reason: String)] = [
        ("not JSON", "column 1: expected '{', the start of an object"),
        ("{\"type\":\"a\",\"time\":1", "column 21: expected ',' or '}'"),
        ("{\"time\":1}", "no type: map a column to it with type=COLUMN"),
        ("{\"type\":null,\"time\":1}", "no type: map a column to it with type=COLUMN"),
        ("{\"type\":[\"a\"],\"time\":1}", "no type: map a column to it with type=COLUMN"),
        ("{\"type\":{\"a\":1},\"time\":1}", "no type: map a column to it with type=COLUMN"),
        ("{\"type\":\"a\"}", "no time: map a column to it with time=COLUMN"),
        (
            "{\"type\":\"a\",\"time\":\"soon\"}",
            "'soon' is no time in the given format; map it with time=COLUMN:timestamp:FORMAT"
        ),
        (
            "{\"type\":\"a\",\"time\":true}",
            "'true' is no time in the given format; map it with time=COLUMN:timestamp:FORMAT"
        ),
        ("{\"type\":\"\",\"time\":1}", "name '' has 0 bytes; a name has 1 to 128"),
        (
            "{\"type\":\"\(name)n\",\"time\":1}",
            "name '\(name.prefix(40))' has 129 bytes; a name has 1 to 128"
        ),
        (
            "{\"type\":\"a\",\"time\":1,\"\(name)n\":1}",
            "name '\(name.prefix(40))' has 129 bytes; a name has 1 to 128"
        ),
        ("{\"type\":\"a\",\"time\":1,\"\":1}", "name '' has 0 bytes; a name has 1 to 128"),
        (
            "{\"type\":\"a\",\"time\":1,\"$id\":\"x\"}",
            "attribute '$id' begins with '$', which is reserved; rename it"
        ),
        (
            "{\"type\":\"a\",\"time\":1,\"x\":\"\(long)\"}",
            "attribute 'x' has 2097152 bytes; at most 1048576 fit"
        ),
        (
            "{\"type\":\"a\",\"time\":1,\"x\":[\"\(long)\"]}",
            "attribute 'x' has 2097156 bytes; at most 1048576 fit"
        ),
        ("{\"type\":\"a@b.example\",\"time\":1}", "the event type's name breaks a privacy rule"),
    ]

    @Test func `each bad line is rejected with its number and reason, the rest is taken`() throws {
        var text = ""
        for (index, line) in RejectedRowTests.lines.enumerated() {
            text += "{\"type\":\"good\",\"time\":\(index)}\n\n\(line.line)\n"
        }
        let bad = Array("{\"type\":\"a\u{FFFD}\",\"time\":1}".utf8)
        let place = try #require(bad.firstIndex(of: 0xEF))
        let latin1 = Array(bad[..<place]) + [0xE9] + Array(bad[(place + 3)...])
        let run = try ImportRun(MemorySource(Array(text.utf8) + latin1, blockSize: 100_000))
        let lines = RejectedRowTests.lines
        #expect(run.events.map(\.type) == lines.map { _ in "good" })
        #expect(run.events.map(\.time) == lines.indices.map { Timestamp(seconds: Int64($0)) })
        #expect(
            run.rejected.map(\.line)
                == (0...lines.count).map { Int64($0) * 3 + ($0 == lines.count ? 1 : 3) })
        #expect(run.rejected.map(\.reason) == lines.map(\.reason) + ["column 11: expected UTF-8"])
        #expect(run.rejected.map(\.text) == lines.map { Array($0.line.utf8) } + [latin1])
        #expect(run.counts.rows == run.counts.events + run.counts.rejected)
        let bytes = Array(text.utf8) + latin1
        for row in run.rejected {
            let start = Int(row.offset)
            #expect(Array(bytes[start..<start + row.text.count]) == row.text)
        }
    }

    @Test func `what is just within the limits is taken`() throws {
        let value = String(repeating: "x", count: Limits.stringBytes)
        let name = RejectedRowTests.name
        let run = try ImportRun(
            "{\"type\":\"\(name)\",\"time\":1,\"\(name)\":\"\(value)\"}\n" + "type,time\n")
        #expect(run.events.count == 1 && run.events.first?[name] == .string(value))
        #expect(run.rejected.map(\.line) == [2])
        let csv = try ImportRun("type,time,x\na,1,\(value)\na,2,\(value)x\na,3,y\n")
        #expect(csv.events.map(\.time) == [Timestamp(seconds: 1), Timestamp(seconds: 3)])
        #expect(
            csv.rejected.map(\.reason) == ["attribute 'x' has 1048577 bytes; at most 1048576 fit"])
    }

    @Test func `a row that no batch can hold is rejected, those around it are taken`() throws {
        let value = String(repeating: "x", count: Limits.stringBytes)
        let members = (0..<4).map { "\"m\($0)\":\"\($0)\(value.dropLast())\"" }
        let text = """
            {"type":"a","time":1}
            {"type":"a","time":2,\(members.joined(separator: ","))}
            {"type":"a","time":3}
            """
        let run = try ImportRun(text) { $0.rowBytes = 8 << 20 }
        #expect(run.rejected.map(\.reason) == ["the row does not fit a batch"])
        #expect(run.events.map(\.time) == [Timestamp(seconds: 1), Timestamp(seconds: 3)])
        // By default rows are as long as batches at most.
        let short = try ImportRun(text)
        #expect(short.rejected.map(\.reason) == ["the row has more than 4194304 bytes"])
        #expect(short.events == run.events)
    }

    @Test func `a batch ends before the row that does not fit it`() throws {
        let value = String(repeating: "x", count: Limits.stringBytes - 1)
        let text = (0..<7).map { "{\"type\":\"a\",\"time\":\($0),\"x\":\"\($0)\(value)\"}\n" }
            .joined()
        let run = try ImportRun(text)
        #expect(run.batches.map(\.eventCount) == [3, 3, 1])
        #expect(run.rejected.isEmpty)
    }

    @Test func `what the privacy rules deny is left out and counted, or the row is rejected`()
        throws
    {
        let text = """
            {"type":"a","time":1,"first_name":"Ada","x":"ada@example.org","y":1}
            {"type":"a","time":2,"y":2}
            """
        let stripped = try ImportRun(text)
        #expect(stripped.events.map { $0.attributes.map(\.name) } == [["y"], ["y"]])
        #expect(stripped.rejected.isEmpty)
        let counts = stripped.counts.privacy.stripped.values.flatMap(\.values)
        #expect(counts.reduce(0, +) == 2)
        let refused = try ImportRun(text) { options in
            var policy = PrivacyPolicy()
            policy.action = .refuse
            options.privacy = PrivacyRules(policy)
        }
        #expect(refused.events.map(\.time) == [Timestamp(seconds: 2)])
        #expect(refused.rejected.map(\.line) == [1])
        #expect(refused.rejected.first?.reason.contains("first_name") == true)
        #expect(refused.counts.privacy.refusedEvents == 1)
    }
}
