import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// What a store answers does not depend on how it keeps its events.
@Suite struct MetamorphicTests {
    /// One way to keep them.
    private struct Keeping: CustomStringConvertible {
        var batchRows = 100
        /// Batches from one flush to the next; 0: nothing is flushed.
        var flushes = 0
        var isCompacted = false
        var isReopened = false
        var hasIndex = true
        var cacheBytes = 32 << 20
        var layout = ChunkLayout()
        var readers = 1

        init() {}

        init(_ random: inout SeededRandom) {
            batchRows = random.element(of: [1, 7, 60, 900])
            flushes = batchRows < 60 ? random.element(of: [0, 150]) : random.below(5)
            isCompacted = random.chance(60)
            isReopened = random.chance(40)
            hasIndex = random.chance(80)
            cacheBytes = random.element(of: [0, 20_000, 32 << 20])
            layout.groupRows = random.element(of: [1, 13, 256, 65_536])
            layout.sectionRows = random.element(of: [1, 100, 10_000])
            layout.entriesPerBlock = random.element(of: [1, 10, 4_096])
            readers = 1 + random.below(4)
        }

        var description: String {
            "batches of \(batchRows), flushed every \(flushes)"
                + (isCompacted ? ", compacted" : "") + (isReopened ? ", reopened" : "")
                + ", cache \(cacheBytes), groups of \(layout.groupRows), sections of "
                + "\(layout.sectionRows), \(layout.entriesPerBlock) entries a block, "
                + "\(readers) readers"
        }
    }

    /// All that is asked.
    private struct Questions: Sendable {
        var counts: [CountQuery] = []
        var metrics: [MetricQuery] = []
    }

    /// All that is answered, but for metrics where there is no index.
    private struct Answers: Equatable, Sendable {
        var counts: [[CountResult.Row]] = []
        var metrics: [String] = []
    }

    private static func events(_ random: inout SeededRandom) -> [Event] {
        (0..<1_500).map { number in
            let patient = random.below(600)
            var attributes = [Attribute("patient_id", .int64(Int64(patient)))]
            if random.chance(70) {
                attributes.append(Attribute("user_id", .string("user-\(patient / 3)")))
            }
            if random.chance(50) {
                attributes.append(
                    Attribute(
                        "session_id",
                        .uuid(UUIDBytes(high: UInt64(number / 4) &* 0x9E37_79B9_7F4A_7C15, low: 7)))
                )
            }
            if random.chance(40) {
                attributes.append(
                    Attribute(MetricModel.valueName, .float64(Double(random.below(900)) / 4)))
            }
            if random.chance(30) { attributes.append(Attribute("done", .bool(random.chance(50)))) }
            // Two weeks, some events late.
            let time = Int64(number) * 800_000_000 - Int64(random.chance(5) ? 9_000_000_000 : 0)
            return Event(
                type: random.element(of: ["api.error", "a.one", "a.two", "b"]),
                time: Timestamp(microseconds: 1_699_000_000_000_000 + time),
                attributes: attributes.sorted { $0.name < $1.name })
        }
    }

    private static func questions(_ random: inout SeededRandom) -> Questions {
        func time() -> Timestamp {
            Timestamp(microseconds: 1_699_000_000_000_000 + Int64(random.below(1_200_000_000_000)))
        }
        var questions = Questions()
        for _ in 0..<15 {
            var query = CountQuery()
            if random.chance(50) {
                let ends = [time(), time()].sorted()
                (query.start, query.end) = (
                    ends[0], Timestamp(microseconds: ends[1].microseconds + 1)
                )
            }
            switch random.below(4) {
            case 0: query.filters = [.init(attribute: "patient_id", text: "\(random.below(600))")]
            case 1: query.filters = [.init(attribute: "user_id", text: "user-\(random.below(200))")]
            case 2: query.filters = [.init(attribute: "done", text: "true")]
            default: break
            }
            query.groupings = random.element(of: [
                [], [.type], [.attribute("user_id")],
                [.bucket(microseconds: 3_600_000_000), .type],
            ])
            questions.counts.append(query)
            var metric = MetricQuery()
            (metric.start, metric.end) = (query.start, query.end)
            metric.isByType = random.chance(50)
            metric.parts = [.values, .quantiles]
            metric.quantiles = [0, 0.5, 0.99]
            questions.metrics.append(metric)
        }
        return questions
    }

    private static func answers(
        _ questions: Questions, _ store: EventStore, hasIndex: Bool
    ) throws -> Answers {
        var answers = Answers()
        for query in questions.counts {
            answers.counts.append(
                try store.count(query).rows.sorted { "\($0.keys)" < "\($1.keys)" })
        }
        for query in questions.metrics where hasIndex {
            let rows = try store.metrics(query).rows.map { row in
                // A mean may differ in its last digits: sums depend on their order.
                "\(row.type ?? "-") \(row.count) \(row.errors) "
                    + "\(String(describing: row.values?.least)) \(String(describing: row.quantiles))"
            }
            answers.metrics.append(rows.joined(separator: "\n"))
        }
        return answers
    }

    /// What a store answers that keeps the events that way; a patient is forgotten half way.
    private func kept(
        _ events: [Event], _ keeping: Keeping, _ questions: Questions, erasing: AttributeValue
    ) async throws -> (events: [Event], answers: [Answers]) {
        let clock = StepClock(start: 1_700_500_000_000_000)
        var configuration = EventStoreConfiguration(
            directory: "/data", newIncarnation: 11, fileSystem: SimulatedFileSystem(),
            clock: { clock.now() })
        configuration.segmentSize = 256 << 10
        configuration.indexPlan = keeping.hasIndex ? .standard : nil
        configuration.cacheBytes = keeping.cacheBytes
        configuration.chunkLayout = keeping.layout
        var store = try EventStore(configuration)
        var batches = 0
        for half in [events.prefix(events.count / 2), events.suffix(from: events.count / 2)] {
            for start in stride(from: half.startIndex, to: half.endIndex, by: keeping.batchRows) {
                let rows = start..<min(half.endIndex, start + keeping.batchRows)
                _ = try await store.append(batch(Array(events[rows])))
                batches += 1
                if keeping.flushes > 0, batches % keeping.flushes == 0 { try await store.flush() }
            }
            if half.startIndex == 0 {
                _ = try await store.erase(attribute: "patient_id", values: [erasing])
            }
        }
        if keeping.isCompacted { _ = try await store.compact() }
        if keeping.isReopened {
            try store.close()
            store = try EventStore(configuration)
        }
        let reader = store
        let answers = try await withThrowingTaskGroup(of: Answers.self) { group in
            for _ in 0..<keeping.readers {
                group.addTask {
                    try Self.answers(questions, reader, hasIndex: keeping.hasIndex)
                }
            }
            return try await group.reduce(into: [Answers]()) { $0.append($1) }
        }
        let all = try store.allEvents()
        try store.close()
        return (all, answers)
    }

    @Test(arguments: 1...UInt64(Effort.count(4)))
    func `answers are the same however events are kept`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let events = Self.events(&random)
        let questions = Self.questions(&random)
        let patient = AttributeValue.int64(Int64(random.below(600)))
        let plain = try await kept(events, Keeping(), questions, erasing: patient)
        let left = events.enumerated().filter {
            $0.offset >= events.count / 2 || $0.element["patient_id"] != patient
        }.map(\.element)
        #expect(Event.firstDifference(plain.events, left) == nil, "seed \(seed)")
        for _ in 0..<8 {
            let keeping = Keeping(&random)
            let other = try await kept(events, keeping, questions, erasing: patient)
            #expect(
                Event.firstDifference(other.events, left) == nil, "seed \(seed): \(keeping)")
            for answers in other.answers {
                #expect(
                    answers.counts == plain.answers[0].counts, "seed \(seed): \(keeping)")
                if keeping.hasIndex {
                    #expect(
                        answers.metrics == plain.answers[0].metrics, "seed \(seed): \(keeping)")
                }
            }
        }
    }
}
