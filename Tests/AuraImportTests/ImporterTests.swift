import AuraCore
import AuraImport
import AuraTesting
import Foundation
import Testing

@Suite struct ImporterTests {
    @Test func `a line of NDJSON is an event with dotted attributes`() throws {
        let line = """
            {"type":"a.b","time":"2024-03-01T00:00:00.5Z","n":12345678901234567,"x":0.1,\
            "ok":true,"none":null,"properties":{"device":"ios","tags":[1,"é"]},\
            "session":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","ip_address":"192.0.2.17"}
            """
        let event = try #require(try ImportRun(line).events.first)
        #expect(event.type == "a.b")
        #expect(event.time == Timestamp(rfc3339: "2024-03-01T00:00:00.5Z"))
        #expect(event["n"] == .int64(12_345_678_901_234_567))
        #expect(event["x"] == .float64(0.1))
        #expect(event["ok"] == .bool(true))
        #expect(event["none"] == nil)
        #expect(event["properties.device"] == .string("ios"))
        #expect(event["properties.tags"] == .string("[1,\"é\"]"))
        #expect(event["session"]?.type == .uuid)
        let prefixes = event.attributes.filter { $0.value == .ipPrefix(IPPrefix(v4: 192, 0, 2)) }
        #expect(prefixes.count == 1)
    }

    @Test func `a row of the future is rejected alone`() throws {
        var options = ImportOptions()
        options.latestTime = Timestamp(seconds: 100)
        let times = (98...102).map { Timestamp(seconds: $0) }
        let text = times.map { #"{"type":"a","time":"\#($0)"}"# }.joined(separator: "\n")
        var importer = Importer(MemorySource(Array(text.utf8)), options: options)
        var rejected: [RejectedRow] = []
        let batch = try importer.next { rejected.append($0) }
        #expect(batch?.eventCount == 3)
        #expect(rejected.map(\.line) == [4, 5])
        #expect(rejected[0].reason.contains("1970-01-01T00:01:41Z lies in the future"))
        #expect(rejected[0].reason.contains("at most 1970-01-01T00:01:40Z"))
    }

    @Test(arguments: 0..<20)
    func `an import that is taken up anywhere gives the same batches`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var text = seed % 2 == 0 ? "" : "type;time;user;note\n"
        for index in 0..<200 {
            let user = random.below(9)
            if seed % 2 == 0 {
                text += "{\"type\":\"t\(random.below(3))\",\"time\":\(index),\"user\":\(user)"
                text += random.chance(50) ? ",\"note\":\"n\(random.below(40))\"}\n" : "}\n"
                if random.chance(5) { text += "broken\n" }
            } else {
                text += "t\(random.below(3));\(index);\(user);\(random.chance(50) ? "x y" : "")\n"
            }
        }
        let whole = try ImportRun(text) { $0.batchRows = 17 }
        #expect(whole.batches.count > 10)
        for (index, batch) in whole.batches.enumerated() {
            let source = MemorySource(Array(text.utf8), blockSize: 1 + random.below(64))
            let rest = try ImportRun(source, from: batch.position) { $0.batchRows = 17 }
            let isSame = rest.batches.map(\.bytes) == whole.batches[(index + 1)...].map(\.bytes)
            #expect(isSame, "seed \(seed), behind batch \(index)")
            let later = whole.rejected.filter { $0.offset >= batch.position.offset }
            #expect(rest.rejected == later, "seed \(seed), behind batch \(index)")
        }
    }

    @Test func `a batch ends before the names of rejected rows fill the memory`() throws {
        // Each row has names that no other has, and one that is too long.
        let long = String(repeating: "n", count: Limits.nameBytes + 1)
        var text = "{\"type\":\"a\",\"time\":1}\n"
        for row in 0..<80 {
            let members = (0..<1_000).map { "\"k\(row).\($0)\":1" }.joined(separator: ",")
            text += "{\"type\":\"a\",\"time\":1,\(members),\"\(long)\":1}\n"
        }
        text += "{\"type\":\"a\",\"time\":2}\n"
        let run = try ImportRun(text)
        #expect(run.rejected.count == 80)
        #expect(run.batches.map(\.eventCount) == [1, 1])
        let first = try #require(run.batches.first)
        let rest = try ImportRun(MemorySource(Array(text.utf8)), from: first.position)
        #expect(rest.batches.map(\.bytes) == run.batches.dropFirst().map(\.bytes))
        #expect(rest.rejected.count == 80 - Int(first.position.row - 1))
    }

    @Test func `options that give no batches are refused`() {
        for rows in [0, -1, Limits.batchRows + 1] {
            #expect(throws: InputError.options(reason: "a batch has 1 to 65536 events")) {
                try ImportRun("{}") { $0.batchRows = rows }
            }
        }
        #expect(throws: InputError.options(reason: "an import has 1 to 8 mappings")) {
            try ImportRun("{}") { $0.mappings = [] }
        }
    }

    @Test func `a position is good for the format that it was made with`() throws {
        let json = try #require(try ImportRun("{\"type\":\"a\",\"time\":1}\n").batches.first)
        let csv = try #require(try ImportRun("type,time\na,1\n").batches.first)
        #expect(throws: InputError.self) {
            try ImportRun(MemorySource([]), from: json.position)
        }
        #expect(throws: InputError.self) {
            try ImportRun(MemorySource([UInt8](repeating: 32, count: 99)), from: json.position) {
                $0.format = .csv(delimiter: nil)
            }
        }
        #expect(throws: InputError.self) {
            try ImportRun(MemorySource([UInt8](repeating: 32, count: 99)), from: csv.position) {
                $0.format = .ndjson
            }
        }
    }

    @Test func `a position survives being kept as JSON`() throws {
        let run = try ImportRun("type;time;name\na;1;\"x\ny\"\n")
        let position = try #require(run.batches.first?.position)
        #expect(position.line == 3 && position.row == 1)
        #expect(position.csv?.columns.map(\.type) == ["string", "int64", "string"])
        let copy = try JSONDecoder().decode(
            ImportPosition.self, from: JSONEncoder().encode(position))
        #expect(copy == position)
    }

    @Test func `the format is found out by the first character`() throws {
        #expect(try ImportRun("\u{FEFF} \n\t{\"type\":\"a\",\"time\":1}").events.count == 1)
        #expect(try ImportRun("\u{FEFF}type,time\na,1").events.count == 1)
        #expect(try ImportRun("").counts.rows == 0)
        #expect(try ImportRun(" \n \n").counts.rows == 0)
        #expect(try ImportRun("type|time\na|1\n").events.first?.type == "a")
    }
}
