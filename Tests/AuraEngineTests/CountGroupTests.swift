import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Groups of counts: how many there may be, which there are, and in which order.
@Suite struct CountGroupTests {
    /// Four numbers, by which events are grouped.
    private typealias Key = SIMD4<Int64>

    private static let names = ["a", "b", "c", "d"]

    private func events(_ keys: [Key]) -> [Event] {
        keys.map { key in
            Event(
                type: "t", time: Timestamp(seconds: 1),
                attributes: (0..<4).map { Attribute(Self.names[$0], .int64(key[$0])) })
        }
    }

    /// Counts by all four numbers, and compares with a loop over the keys.
    private func check(_ batches: [[Key]], _ comment: Comment) async throws {
        let store = try openStore(on: SimulatedFileSystem(), segmentSize: 4 << 20)
        var expected: [Key: UInt64] = [:]
        for keys in batches {
            _ = try await store.append(batch(events(keys)))
            for key in keys { expected[key, default: 0] += 1 }
        }
        var query = CountQuery()
        query.groupings = Self.names.map { .attribute($0) }
        let result = try store.count(query)
        var found: [Key: UInt64] = [:]
        for row in result.rows {
            var key = Key()
            for (index, part) in row.keys.enumerated() {
                guard case .attribute(.int64(let number)?) = part else { continue }
                key[index] = number
            }
            found[key] = row.count
        }
        #expect(found.count == result.rows.count, comment)
        #expect(found == expected, comment)
        let places = result.rows.map(\.keys)
        #expect(zip(places, places.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        try store.close()
    }

    @Test func `four groupings whose keys together exceed any number are counted one by one`()
        async throws
    {
        // 60,001⁴ exceeds 2⁶³.
        let keys = (0..<Int64(60_000)).map { Key(repeating: $0) }
        try await check([keys], "60,000 of each")
    }

    @Test(arguments: 0..<UInt64(Effort.count(12)))
    func `groupings of any number of keys equal a plain loop`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var batches: [[Key]] = []
        for _ in 0...random.below(3) {
            let widths = (0..<4).map { _ in 1 + random.below(random.element(of: [2, 40, 3_000])) }
            batches.append(
                (0...random.below(3_000)).map { _ in
                    var key = Key()
                    for index in 0..<4 { key[index] = Int64(random.below(widths[index])) }
                    return key
                })
        }
        try await check(batches, "seed \(seed)")
    }

    // MARK: Which groups there are

    /// The rows of a count by the attribute `x` and, if given, over those that have the values.
    private func count(
        _ values: [AttributeValue], filter: [AttributeValue]? = nil
    ) async throws -> [CountResult.Row] {
        let store = try openStore(on: SimulatedFileSystem())
        // A batch for each, and one for all, so that strips are merged as well.
        let events = values.map {
            Event(type: "t", time: Timestamp(seconds: 1), attributes: [Attribute("x", $0)])
        }
        for event in events { _ = try await store.append(batch([event])) }
        _ = try await store.append(batch(events))
        var query = CountQuery()
        query.groupings = [.attribute("x")]
        if let filter { query.filters = [.init(attribute: "x", values: filter)] }
        let rows = try store.count(query).rows
        try store.close()
        return rows
    }

    @Test func `all NaNs are one group, both zeros another, and filters agree`() async throws {
        let nan = Double(bitPattern: 0x7FF8_0000_0000_0001)
        let values: [AttributeValue] = [
            .float64(.nan), .float64(-0.0), .float64(nan), .float64(1), .float64(-.nan),
            .float64(0), .float64(-.infinity), .int64(0),
        ]
        let rows = try await count(values)
        let keys: [AttributeValue] = [
            .int64(0), .float64(-.infinity), .float64(0), .float64(1), .float64(.nan),
        ]
        #expect(rows.map(\.keys) == keys.map { [.attribute($0)] })
        #expect(rows.map(\.count) == [2, 2, 4, 2, 6])
        let isZeroPlain = rows.allSatisfy {
            guard case .attribute(.float64(let value)?) = $0.keys[0] else { return true }
            return value.isNaN || value != 0 || value.sign == .plus
        }
        #expect(isZeroPlain)
        for value in values {
            let found = try await count(values, filter: [value])
            #expect(found.map(\.keys) == [[.attribute(value)]], "\(value)")
            let several = try await count(values, filter: [value, .float64(7), .string("0")])
            #expect(several == found)
        }
    }

    @Test func `texts that only look alike are groups of their own`() async throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let values: [AttributeValue] = [
            .string(composed), .string(decomposed), .string(decomposed),
        ]
        let rows = try await count(values)
        #expect(rows.map(\.count) == [4, 2])
        let found = try await count(values, filter: [.string(composed)])
        #expect(found.map(\.count) == [2])

        let store = try openStore(on: SimulatedFileSystem())
        for type in [composed, decomposed, decomposed] {
            let event = Event(
                type: type, time: Timestamp(seconds: 1), attributes: [Attribute(type, .int64(1))])
            _ = try await store.append(batch([event]))
        }
        var query = CountQuery()
        query.groupings = [.type, .attribute(composed)]
        let types = try store.count(query).rows
        #expect(types.map(\.count) == [2, 1])
        #expect(types.map { $0.keys[1] } == [.attribute(nil), .attribute(.int64(1))])
        query.types = [composed]
        #expect(try store.count(query).rows.map(\.count) == [1])
        try store.close()
    }

    @Test func `rows ascend by their keys' values, whatever their type`() async throws {
        let time = Timestamp(seconds: 1_700_000_000)
        let sorted: [AttributeValue] = [
            .bool(false), .bool(true), .int64(-10), .int64(9), .float64(-1), .float64(.infinity),
            .string(""), .string("a"), .string("ab"), .string("e\u{301}"), .string("\u{E9}"),
            .timestamp(time), .timestamp(Timestamp(microseconds: time.microseconds + 1)),
            .timestamp(Timestamp(microseconds: time.microseconds + 1_000_000)),
            .uuid(UUIDBytes(high: 1, low: 9)), .uuid(UUIDBytes(high: 2, low: 1)),
            .ipPrefix(IPPrefix(v4: 9, 0, 0)), .ipPrefix(IPPrefix(v4: 10, 0, 0)),
        ]
        var random = SeededRandom(seed: 1)
        let rows = try await count(sorted.shuffled(using: &random))
        #expect(rows.map(\.keys) == sorted.map { [.attribute($0)] })
    }

    // MARK: Limits

    @Test func `more groups or text than an answer may have are refused with a way out`() throws {
        let store = try openStore(on: SimulatedFileSystem())
        for index in 0..<4 {
            let events = (0..<10).map {
                Event(
                    type: "t", time: Timestamp(seconds: 1),
                    attributes: [Attribute("x", .string("\(index)-\($0)-12345"))])
            }
            let one = try batch(events)
            store.submit(one.bytes, layout: one.layout, origin: BatchOrigin(clientHash: 0)) {
                if case .failure(let refusal) = $0 { Issue.record("\(refusal)") }
            }
        }
        var query = CountQuery()
        query.groupings = [.attribute("x")]
        query.groupLimit = 40
        query.textLimit = 360
        // Closing waits for what was submitted.
        try store.close()
        #expect(try store.count(query).rows.count == 40)
        query.groupLimit = 39
        #expect(throws: EngineError.query(.tooManyGroups(39))) { try store.count(query) }
        query.groupLimit = 40
        query.textLimit = 359
        #expect(throws: EngineError.query(.tooMuchText(359))) { try store.count(query) }
        #expect("\(QueryError.tooManyGroups(39))".contains("narrow the time range"))
    }

    @Test func `a count stops before the next strip once nobody wants it`() async throws {
        let store = try openStore(on: SimulatedFileSystem())
        var random = SeededRandom(seed: 1)
        for _ in 0..<9 { _ = try await store.append(batch(someEvents(100, &random))) }
        var asked = 0
        #expect(throws: EngineError.query(.stopped)) {
            try store.count(CountQuery()) {
                asked += 1
                return asked == 4
            }
        }
        #expect(asked == 4)
        try store.close()
    }
}
