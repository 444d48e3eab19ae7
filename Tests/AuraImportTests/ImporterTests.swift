import AuraCore
import AuraImport
import AuraTesting
import Testing

@Suite struct ImporterTests {
    /// Batches and rejected rows of an import to its end.
    private func run(
        _ text: String, rows: Int = 4_096, block: Int = .max, from position: ImportPosition? = nil
    ) throws -> (batches: [ImportedBatch], rejected: [RejectedRow]) {
        var options = ImportOptions()
        options.batchRows = rows
        var importer = Importer(
            MemorySource(Array(text.utf8), blockSize: block), options: options, from: position)
        var batches: [ImportedBatch] = []
        var rejected: [RejectedRow] = []
        while let batch = try importer.next(reject: { rejected.append($0) }) {
            batches.append(batch)
        }
        return (batches, rejected)
    }

    private func events(_ batches: [ImportedBatch]) throws -> [Event] {
        try batches.flatMap { try EventBatch(validating: $0.bytes).events() }
    }

    @Test func `a line of NDJSON is an event with dotted attributes`() throws {
        let line = """
            {"type":"a.b","time":"2024-03-01T00:00:00.5Z","n":12345678901234567,"x":0.1,\
            "ok":true,"none":null,"properties":{"device":"ios","tags":[1,"é"]},\
            "session":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","ip_address":"192.0.2.17"}
            """
        let event = try #require(try events(try run(line).batches).first)
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

    @Test func `lines that are no events are rejected with their numbers, the rest is taken`()
        throws
    {
        let text = """
            {"type":"a","time":1}
            not JSON
            {"type":"a"}
            {"type":"","time":1}
            {"type":"a","time":2}
            """
        let (batches, rejected) = try run(text)
        #expect(try events(batches).count == 2)
        #expect(rejected.map(\.line) == [2, 3, 4])
        #expect(rejected.allSatisfy { !$0.reason.isEmpty })
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

    @Test func `a CSV row that is too short is rejected, quotes and line ends in fields are kept`()
        throws
    {
        let text = "type,time,note,n\r\na,1,\"x\"\"y\nz\",5\r\nb,2\r\nc,3,,007\r\n"
        let (batches, rejected) = try run(text)
        let found = try events(batches)
        #expect(found.map(\.type) == ["a", "c"])
        #expect(found.first?["note"] == .string("x\"y\nz"))
        #expect(found.last?["note"] == nil)
        #expect(rejected.count == 1)
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
        let whole = try run(text, rows: 17).batches
        #expect(whole.count > 10)
        for (index, batch) in whole.enumerated() {
            let rest = try run(
                text, rows: 17, block: 1 + random.below(64), from: batch.position
            ).batches
            let isSame = rest.map(\.bytes) == whole[(index + 1)...].map(\.bytes)
            #expect(isSame, "seed \(seed), behind batch \(index)")
        }
    }

    @Test(arguments: 0..<300)
    func `whatever the input, every batch that comes out is valid`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let line = "{\"type\":\"a\",\"time\":1700000000,\"x\":{\"y\":[1,2.5e3,\"\\u00e9\"]}}\n"
        var bytes = Array(String(repeating: line, count: 8).utf8)
        for _ in 0..<1 + random.below(12) {
            bytes[random.below(bytes.count)] = UInt8(random.below(256))
        }
        var importer = Importer(MemorySource(bytes, blockSize: 1 + random.below(100)))
        var rows = 0
        do {
            while let batch = try importer.next(reject: { _ in rows += 1 }) {
                rows += try EventBatch(validating: batch.bytes).rowCount
            }
        } catch is InputError {
            return
        }
        #expect(rows > 0, "seed \(seed)")
    }
}
