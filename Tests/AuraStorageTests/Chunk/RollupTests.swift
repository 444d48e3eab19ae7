import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// What chunks say of whole hours, against the events that went into them.
@Suite struct RollupTests {
    private static let hour = Resolution.hour.width
    private static let types = ["a.one", "b.two", "rare"]

    private var plan: IndexPlan {
        var plan = IndexPlan()
        plan.user = "user_id"
        plan.otherValue = "ms"
        plan.values[ExactText("b.two")] = "seconds"
        return plan
    }

    /// One shape after the other, so that every form of an hour is met whatever the seed.
    private func events(
        _ random: inout SeededRandom, userTypes: Int, shape: UInt64
    ) -> [Event] {
        let users = [3, 40, 5_000][Int(shape % 3)]
        let hours = [1, 5, 60][Int(shape / 3 % 3)]
        // As many as fill a sketch, where one hour has them all, and worth it elsewhere.
        let count = (hours == 1 ? 3_000 : 400) + random.below(2_000)
        return (0..<count).map { _ in
            var attributes: [Attribute] = []
            if random.chance(80) {
                let user = random.below(users)
                let value: AttributeValue =
                    random.below(userTypes) == 1 ? .int64(Int64(user)) : .string("u\(user)")
                attributes.append(Attribute("user_id", value))
            }
            for name in ["ms", "seconds"] where random.chance(70) {
                let number = random.below(3_000) - 100
                attributes.append(
                    Attribute(
                        name,
                        random.chance(30)
                            ? .int64(Int64(number)) : .float64(Double(number) / 7)))
            }
            return Event(
                type: random.chance(3) ? "rare" : random.element(of: Array(Self.types.prefix(2))),
                time: Timestamp(
                    microseconds: (Int64(random.below(hours)) - 2) * Self.hour
                        + Int64(random.below(Int(Self.hour)))),
                attributes: attributes.sorted { $0.name < $1.name })
        }
    }

    /// The users of hours the plain way.
    private func users(_ events: [Event]) -> [HourUsers] {
        Dictionary(grouping: events) { $0.time.microseconds.flooredQuotient(Self.hour) }
            .sorted { $0.key < $1.key }.compactMap { hour, events in
                let hashes = events.compactMap { $0["user_id"] }.map { ValueHash.of($0) }
                guard !hashes.isEmpty else { return nil }
                let all = Set(hashes).sorted()
                if all.count <= 32 { return HourUsers(hour: hour, form: .hashes(all)) }
                var words = [UInt64](repeating: 0, count: HyperLogLog.words)
                var span = words.mutableSpan
                for hash in all { HyperLogLog.insert(hash, into: &span, at: 0) }
                let registers = (0..<HyperLogLog.registers).compactMap { register -> UInt32? in
                    let rank = HyperLogLog.rank(of: register, in: words)
                    return rank == 0 ? nil : UInt32(register << 8) | UInt32(rank)
                }
                return HourUsers(
                    hour: hour,
                    form: registers.count <= 1_024 ? .registers(registers) : .sketch(words))
            }
    }

    /// The values of hours the plain way.
    private func values(_ events: [Event]) -> [HourValues] {
        Dictionary(grouping: events) { $0.time.microseconds.flooredQuotient(Self.hour) }
            .sorted { $0.key < $1.key }.compactMap { hour, events in
                var bins: [UInt64: UInt64] = [:]
                let values = events.flatMap { event in
                    event.attributes.filter {
                        $0.name == (event.type == "b.two" ? "seconds" : "ms")
                    }
                }
                for attribute in values {
                    switch attribute.value {
                    case .int64(let number):
                        bins[Histogram.bin(of: Double(number)), default: 0] += 1
                    case .float64(let number): bins[Histogram.bin(of: number), default: 0] += 1
                    default: break
                    }
                }
                return HourValues(
                    hour: hour,
                    of: bins.sorted { $0.key < $1.key }.map {
                        $0.value << Histogram.binBits | $0.key
                    })
            }
    }

    /// Minutes, where there are enough events in them, against the events.
    private func checkMinutes(
        of rollup: Rollup, _ events: [Event], _ random: inout SeededRandom, _ words: String
    ) throws {
        let minutes = events.map {
            $0.time.microseconds.flooredQuotient(Resolution.minute.width)
        }.sorted()
        let isWorthIt = Set(minutes).count * MinuteCounts.leastRows <= events.count
        let edges = [minutes[0], minutes[minutes.count - 1], Int64.min, Int64.max]
        for _ in 0..<20 {
            let ends = (0..<2).map { _ in
                random.chance(20)
                    ? random.element(of: edges)
                    : random.element(of: minutes) + Int64(random.below(3))
            }.sorted()
            let count = try rollup.count(inMinutes: ends[0]..<ends[1])
            let wanted = minutes.count { (ends[0]..<ends[1]).contains($0) }
            #expect(count == (isWorthIt ? UInt64(wanted) : nil), "\(words)")
        }
    }

    @Test func `hours have the users and values of their events`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        var forms: Set<Int> = []
        for shape in 0..<UInt64(Effort.count(45)) {
            let seed = first &+ shape
            var random = SeededRandom(seed: seed)
            // Users of two types have no hours: one shape in five, and never the same.
            let events = events(&random, userTypes: shape % 5 == 4 ? 2 : 1, shape: shape)
            var layout = ChunkLayout()
            layout.rollups = plan
            layout.sectionRows = random.element(of: [1, 1_000])
            layout.derivesColumns = random.chance(50)
            let strips = Strip.strips(
                of: events.enumerated().map {
                    SequencedEvent(sequence: UInt64($0 + 1), event: $1)
                })
            // Chunks that are merged roll up anew.
            var chunk = try Chunk.written(strips, layout, forced: .some(&random))
            if random.chance(30) { chunk = try Chunk.written(chunk.pieces(), layout) }
            try chunk.verify()
            let rollup = Rollup(of: chunk)
            let hasOneType = Set(events.compactMap { $0["user_id"]?.type }).count == 1
            #expect(try rollup.hasUsers(by: "user_id") == hasOneType, "seed \(seed)")
            #expect(try !rollup.hasUsers(by: "ms") && !rollup.hasUsers(by: nil))
            try checkMinutes(of: rollup, events, &random, "seed \(seed)")
            let all = Int64.min..<Int64.max
            for name in [nil] + Self.types {
                let ofType = events.filter { name == nil || $0.type == name }
                guard !ofType.isEmpty else { continue }
                let type = try name.flatMap { try rollup.type(ExactText($0)) }
                #expect((type == nil) == (name == nil))
                let users = hasOneType ? users(ofType) : []
                #expect(try rollup.users(ofType: type, in: all) == users, "seed \(seed)")
                for hour in users { forms.insert(hour.form.number) }
                if let last = users.last?.hour {
                    #expect(
                        try rollup.users(ofType: type, in: last..<last + 1) == users.suffix(1))
                }
                #expect(
                    try rollup.values(ofType: type, in: all)
                        == values(ofType),
                    "seed \(seed)")
                guard let type else { continue }
                #expect(
                    try rollup.hasValues(ofType: type, by: name == "b.two" ? "seconds" : "ms"))
                #expect(try !rollup.hasValues(ofType: type, by: "user_id"))
            }
        }
        #expect(forms == [0, 1, 2], "from seed \(first)")
    }

    @Test func `rows of which few lie in an hour are not rolled up`() throws {
        let strips = Strip.strips(
            of: (0..<10).map {
                let time = Timestamp(microseconds: Int64($0 / 2) * Self.hour)
                return SequencedEvent(
                    sequence: UInt64($0 + 1),
                    event: Event(
                        type: $0 < 3 ? "rare" : "b.two", time: time,
                        attributes: [Attribute("user_id", .int64(1))]))
            })
        var layout = ChunkLayout()
        layout.rollups = plan
        let chunk = try Chunk.written(strips, layout)
        #expect(try !Rollup(of: chunk).hasUsers(by: "user_id"))
        #expect(try chunk.open().footer.blocks.allSatisfy { $0.key.kind != .users })
    }

    @Test func `blocks of hours that are none are an error and nothing worse`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var refused = 0
        for shape in 0..<UInt64(Effort.count(300)) {
            let events = events(&random, userTypes: 1, shape: shape)
            let contents = [
                BlockContent(users(events)),
                BlockContent(values(events)),
            ]
            for content in contents {
                var bytes = content.bytes
                bytes[random.below(min(random.element(of: [100, 1 << 20]), bytes.count))] =
                    UInt8(truncatingIfNeeded: random.next())
                if random.chance(20) { bytes.removeLast(random.below(bytes.count)) }
                do {
                    let reader = try BlockReader(
                        encoding: content.encoding, count: content.count, bytes: bytes)
                    if content.encoding == .users {
                        _ = try reader.hoursOfUsers()
                    } else {
                        _ = try reader.hoursOfValues()
                    }
                } catch { refused += 1 }
            }
        }
        #expect(refused > 20, "seed \(seed)")
    }
}

extension HourUsers.Form {
    fileprivate var number: Int {
        switch self {
        case .hashes: 0
        case .registers: 1
        case .sketch: 2
        }
    }
}
