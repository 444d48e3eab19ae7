import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// Rows of a chunk that are looked for by what they have.
@Suite struct FindingTests {
    private static func user(_ number: Int) -> AttributeValue { .string("user-\(number)") }

    private static func session(_ number: Int) -> AttributeValue {
        .uuid(UUIDBytes(high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number)))
    }

    /// Events of many sessions, each of one user, mostly; some have numbers for users, or texts for
    /// sessions.
    private func events(_ random: inout SeededRandom, sessions: Int) -> [Event] {
        let spread: Int64 = random.element(of: [1, 977, 1 << 40])
        return (0..<3_000 + random.below(2_000)).map { _ in
            let session = random.below(sessions)
            var attributes: [Attribute] = []
            if random.chance(90) { attributes.append(Attribute("session", Self.session(session))) }
            if random.chance(5) {
                attributes.append(Attribute("session", .string("user-\(session)")))
            }
            if random.chance(80) {
                attributes.append(Attribute("user", Self.user(session / 2)))
            } else if random.chance(5) {
                attributes.append(Attribute("user", .int64(Int64(session))))
            }
            if random.chance(70) {
                let patient = AttributeValue.int64(Int64(session) * spread)
                attributes.append(Attribute("patient_id", patient))
            }
            return Event(
                type: random.element(of: ["a", "b", "b", "c"]),
                time: Timestamp(microseconds: Int64(random.below(100_000))),
                attributes: attributes)
        }
    }

    private func layout(_ random: inout SeededRandom) -> ChunkLayout {
        var layout = ChunkLayout()
        layout.sectionRows = random.element(of: [1, 10_000])
        layout.groupRows = random.element(of: [100, 1_000, 65_536])
        layout.entriesPerBlock = random.element(of: [1, 7, 500, 4_096])
        layout.derivesColumns = random.chance(50)
        layout.findsIDs = random.chance(70)
        return layout
    }

    private func filter(_ random: inout SeededRandom) -> (name: String, values: [AttributeValue]) {
        let name = random.element(of: ["session", "user", "patient_id", "nothing"])
        let values = (0..<random.element(of: [1, 1, 3])).map { _ -> AttributeValue in
            let number = random.below(5_000)
            switch random.below(8) {
            case 0: return .int64(Int64(number) * random.element(of: [1, 977, 1 << 40]))
            case 1: return .string("no such user \(number)")
            case 2, 3: return Self.session(number)
            default: return Self.user(number)
            }
        }
        return (name, values)
    }

    @Test func `whatever has a value is found, and little else`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        var narrowed = 0
        for round in 0..<Effort.count(30) {
            let seed = first &+ UInt64(round)
            var random = SeededRandom(seed: seed)
            let sessions = [5, 900, 4_000][round % 3]
            let strips = Strip.strips(
                of: events(&random, sessions: sessions).enumerated().map {
                    SequencedEvent(sequence: UInt64($0 + 1), event: $1)
                })
            var chunk = try Chunk.written(
                strips, layout(&random), cache: random.element(of: [0, 1 << 20]),
                forced: .some(&random))
            if random.chance(30) {
                chunk = try Chunk.written(
                    chunk.pieces(), layout(&random), forced: .some(&random))
            }
            try chunk.verify()
            for _ in 0..<20 {
                let (name, values) = filter(&random)
                let wanted = ValueFilter(name, values)
                for piece in try chunk.pieces() {
                    let start = Int64(random.below(100_000))
                    let range = TimeRanges([start..<start + 40_000])
                    let source: any RowSource
                    if random.chance(50) {
                        guard let part = try piece.rows(in: range) else { continue }
                        source = part
                    } else {
                        source = piece
                    }
                    let expected = try source.matches(name, values)
                    let found = try source.rows(where: wanted)
                    #expect(
                        try found.map { try $0.matches(name, values) } ?? [] == expected,
                        "seed \(seed), \(name) \(values)")
                    if let found, found.rowCount < source.rowCount {
                        #expect(found.rowCount == expected.count, "seed \(seed)")
                        narrowed += sessions == 4_000 ? 1 : 0
                    }
                }
            }
        }
        #expect(narrowed > 10, "from seed \(first)")
    }

    @Test func `groups without numbers of a range are passed over, and no others`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        var passedOver = 0
        for round in 0..<Effort.count(30) {
            let seed = first &+ UInt64(round)
            var random = SeededRandom(seed: seed)
            let strips = Strip.strips(
                of: (0..<1_000).map { number in
                    let value: Double =
                        switch random.below(20) {
                        case 0 where round % 3 == 0:
                            random.element(of: [.nan, .infinity, -.infinity, 1.0 / 3])
                        case 1 where round % 2 == 0: Double(random.below(100_000))
                        default: Double(number + random.below(2_000)) / 100
                        }
                    let isWhole = random.chance(round % 4 == 0 ? 30 : 0)
                    return SequencedEvent(
                        sequence: UInt64(number + 1),
                        event: Event(
                            type: "t", time: Timestamp(microseconds: Int64(number)),
                            attributes: [
                                Attribute("x", isWhole ? .int64(Int64(number)) : .float64(value))
                            ]))
                })
            let chunk = try Chunk.written(strips, layout(&random), forced: .some(&random))
            for _ in 0..<20 {
                let bound = Double(random.below(40_00)) / 100
                let range: ClosedRange<Double> =
                    random.element(of: [-.infinity...bound, bound...(.infinity), bound...bound])
                for piece in try chunk.pieces() {
                    let found = try piece.rows(where: ValueFilter("x", in: range))
                    #expect(try found != nil || !piece.has("x", in: range), "seed \(seed)")
                    passedOver += found == nil ? 1 : 0
                }
            }
        }
        #expect(passedOver > 0, "from seed \(first)")
    }

    @Test func `a filter passes what is in it, and of others one in fifty at most`() {
        var random = SeededRandom(seed: 11)
        for count in [0, 1, 30, 5_000] {
            let hashes = (0..<count).map { _ in random.next() }
            let filter = BloomFilter(hashes)
            #expect(filter.bytes.count <= 32 + count * 2)
            #expect(hashes.allSatisfy { BloomFilter.mayHold($0, filter.bytes.rawSpan) })
            let others = (0..<10_000).count { _ in
                BloomFilter.mayHold(random.next(), filter.bytes.rawSpan)
            }
            #expect(others < 200)
        }
    }

    @Test func `an id that is nowhere is not looked for in any row`() throws {
        let strips = Strip.strips(
            of: (0..<6_000).map {
                // In another order than they come.
                let time = Int64($0 * 4_999 % 6_000)
                return SequencedEvent(
                    sequence: UInt64($0 + 1),
                    event: Event(
                        type: "t", time: Timestamp(microseconds: time),
                        attributes: [
                            Attribute("patient_id", .int64(Int64($0))),
                            Attribute("session", Self.session($0)),
                            Attribute("user", Self.user($0)),
                        ]))
            })
        var layout = ChunkLayout()
        layout.groupRows = 500
        layout.findsIDs = true
        let chunk = try Chunk.written(strips, layout)
        // Every group but one is passed over by what is said of it.
        for (name, value) in [
            ("user", Self.user(1_234)), ("session", Self.session(1_234)),
            ("patient_id", .int64(1_234)),
        ] {
            let filter = ValueFilter(name, [value])
            let column = try #require(
                chunk.open().footer.columns.firstIndex { $0.name == ExactText(name) })
            let codes = try #require(try chunk.codes(of: filter)[column])
            let groups = try chunk.pieces().count { piece in
                try !chunk.codes(codes, in: piece.group, column).isEmpty
            }
            #expect(groups == 1, "\(name)")
        }
        #expect(try chunk.codes(of: ValueFilter("user", [Self.user(9_999)])).isEmpty)
        #expect(try chunk.codes(of: ValueFilter("session", [Self.session(7_777)])).isEmpty)
    }
}

extension RowSource {
    /// Whether a row has a number of the range, of which NaN is the greatest.
    fileprivate func has(_ name: String, in range: ClosedRange<Double>) throws -> Bool {
        try columns(named: name).contains { column in
            (0..<column.count).contains { index in
                switch column.value(index) {
                case .int64(let value): range.contains(Double(value))
                case .float64(let value): range.contains(value.isNaN ? .infinity : value)
                default: false
                }
            }
        }
    }

    /// The sequence numbers of the rows that have one of the values.
    fileprivate func matches(_ name: String, _ values: [AttributeValue]) throws -> [Int64] {
        let sequences = try sequences()
        var found: Set<Int64> = []
        for column in try columns(named: name) {
            for index in 0..<column.count where values.contains(column.value(index)) {
                found.insert(sequences[column.row(index)])
            }
        }
        return found.sorted()
    }
}
