import AuraClient
import AuraCore
import AuraEngine
import AuraQuery
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Testing

/// METRIC, SCORE and SIGHTS over a real socket.
@Suite(.serialized) struct ServerMetricTests {
    private static let plan: IndexPlan = {
        var plan = IndexPlan()
        plan.errors[ExactText("api.error")] = .always
        plan.values[ExactText("lab.result")] = "value"
        plan.otherValue = "duration_ms"
        plan.user = "user_id"
        plan.dimensions = ["clinic_id"]
        return plan
    }()

    private static let minute: Int64 = 60_000_000
    private static let start = TestClock.start.aligned(to: Resolution.hour.width)

    /// Events of two types, one every second, of seven users in three clinics.
    private func events(_ count: Int) -> [Event] {
        (0..<count).map { index in
            Event(
                type: index % 4 == 0 ? "api.error" : "api.call",
                time: Timestamp(microseconds: Self.start - Int64(count - index) * 1_000_000),
                attributes: [
                    Attribute("clinic_id", .int64(Int64(index % 3))),
                    Attribute("duration_ms", .float64(Double(index % 10))),
                    Attribute("user_id", .int64(Int64(index % 7))),
                ])
        }
    }

    private func ask<Answer: WireMessage>(
        _ client: RawClient, _ request: some WireMessage, id: UInt32
    ) throws -> [Answer] {
        try client.send(request, id: id)
        var answers: [Answer] = []
        while true {
            let frame = try client.next()
            try #require(frame.header.opcode == Answer.opcode && frame.header.requestID == id)
            #expect(frame.header.flags.contains(.response))
            answers.append(try Answer(payload: frame.payload.rawSpan))
            if !frame.header.flags.contains(.more) { return answers }
        }
    }

    @Test func `a metric tells what a loop over the events tells`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let client = try world.greeted()
            let all = events(600)
            _ = try client.append(encoded(all))
            var query = MetricQuery()
            query.isByType = true
            query.bucket = Self.minute
            query.parts = .all
            query.quantiles = [0.5]
            let answers: [Metrics] = try ask(client, query, id: 4)
            let answer = try #require(answers.first)
            #expect(answers.count == 1 && answer.isComplete && answer.missing.isEmpty)
            #expect(answer.watermark == 600)
            #expect(answer.window.lowerBound == all.first?.time)
            let buckets = Dictionary(grouping: all) {
                $0.time.microseconds.aligned(to: Self.minute)
            }
            #expect(answer.rows.count == 2 * buckets.count)
            for row in answer.rows {
                let bucket = try #require(row.bucket).microseconds
                let expected = try #require(buckets[bucket]).filter { $0.type == row.type }
                #expect(row.count == UInt64(expected.count))
                #expect(row.errors == (row.type == "api.error" ? row.count : 0))
                let values = expected.compactMap { event -> Double? in
                    if case .float64(let value)? = event["duration_ms"] { value } else { nil }
                }.sorted()
                let summary = try #require(row.values)
                #expect(summary.count == row.count && summary.sum == values.reduce(0, +))
                #expect(summary.least == values.first && summary.greatest == values.last)
                let median = values[(values.count + 1) / 2 - 1]
                let found = try #require(row.quantiles.first)
                #expect(abs(found - median) <= median / 64)
                #expect(row.users?.isExact == true)
                let users = Set(expected.map { $0["user_id"] })
                #expect(row.users?.count == UInt64(users.count))
            }
            query = MetricQuery()
            query.types = ["api.call"]
            query.dimension = .init(attribute: "clinic_id", value: .int64(1))
            query.start = Timestamp(microseconds: Self.start - 299_500_000)
            query.end = Timestamp(microseconds: Self.start - 7_000_000)
            let narrow: [Metrics] = try ask(client, query, id: 5)
            let expected = all.filter {
                $0.type == "api.call" && $0["clinic_id"] == .int64(1)
                    && $0.time.microseconds >= Self.start - 299_500_000
                    && $0.time.microseconds < Self.start - 7_000_000
            }
            #expect(narrow.first?.rows.map(\.count) == [UInt64(expected.count)])
            query.edges = .widened
            let widened: [Metrics] = try ask(client, query, id: 6)
            #expect(
                widened.first?.window.lowerBound
                    == Timestamp(microseconds: Self.start - 300_000_000))
            #expect(widened.first?.window.upperBound == Timestamp(microseconds: Self.start))
        }
    }

    @Test func `a long answer comes in several frames, and the client joins them`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let client = try world.greeted()
            let all = events(40)
            let hours = (0..<2_000).map { hour -> Event in
                var event = all[hour % 40]
                event.time = Timestamp(
                    microseconds: Self.start - Int64(hour) * Resolution.hour.width)
                return event
            }
            _ = try client.append(encoded(hours))
            var query = MetricQuery()
            query.isByType = true
            query.bucket = Resolution.hour.width
            query.parts = .all
            query.quantiles = (0..<100).map { Double($0) / 100 }
            let frames: [Metrics] = try ask(client, query, id: 4)
            #expect(frames.count > 2)
            let rows = frames.flatMap(\.rows)
            #expect(rows.count == 2_000 && rows.allSatisfy { $0.count == 1 })
            #expect(rows.map(\.bucket?.microseconds) == hours.map(\.time.microseconds).sorted())
            let other = AuraClient(
                ClientConfiguration(host: "127.0.0.1", port: world.port, producer: "reader"))
            #expect(try await other.metrics(query).rows == rows)
            try await other.close()
        }
    }

    @Test func `a score compares with what is usual`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let client = try world.greeted()
            // One more in each minute; twenty in the last but one.
            var all: [Event] = []
            for minute in 1...30 {
                for second in 0..<(minute == 1 ? 20 : 1 + minute % 2) {
                    all.append(
                        Event(
                            type: "a",
                            time: Timestamp(
                                microseconds: Self.start - Int64(minute) * Self.minute
                                    + Int64(second))))
                }
            }
            _ = try client.append(encoded(all))
            var query = ScoreQuery(
                bucket: Timestamp(microseconds: Self.start - Self.minute), width: Self.minute)
            query.type = "a"
            query.comparison = .previous(20)
            let scores: [Score] = try ask(client, query, id: 4)
            let score = try #require(scores.first)
            #expect(score.value == 20 && score.watermark == UInt64(all.count))
            #expect(score.baseline?.sampleCount == 20 && score.baseline?.mean == 1.5)
            #expect(score.z == 37 && score.baseline?.deviation == 0.5)
            query.comparison = .sameTimeOfWeek
            let none: [Score] = try ask(client, query, id: 5)
            #expect(none.first?.baseline == nil && none.first?.z == nil)
        }
    }

    @Test func `sights name types and producers, in as many frames as it takes`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let raw = try world.greeted()
            let empty: [SightsInfo] = try ask(raw, SightsRequest(), id: 4)
            #expect(empty == [SightsInfo(watermark: 0, any: nil)])
            let writer = AuraClient(
                ClientConfiguration(host: "127.0.0.1", port: world.port, producer: "web-1"))
            let time = Timestamp(microseconds: Self.start)
            let names = (0..<3_000).map { number -> String in
                let digits = String(number)
                return String(repeating: "t", count: 120 - digits.utf8.count) + digits
            }
            for name in names { try await writer.recordBuffered(Event(type: name, time: time)) }
            try await writer.flush()
            _ = try raw.append(someBatch(1, type: "zz"))
            let frames: [SightsInfo] = try ask(raw, SightsRequest(), id: 5)
            #expect(frames.count > 1)
            let types = frames.flatMap(\.types)
            #expect(types.map(\.type) == names.sorted() + ["zz"])
            #expect(types.allSatisfy { $0.sight.arrival >= Timestamp(microseconds: Self.start) })
            let producers = frames.flatMap(\.producers)
            #expect(producers.first { $0.name == "web-1" }?.sight.event == time)
            #expect(frames.allSatisfy { $0.any == frames[0].any && $0.watermark == 3_001 })
            let joined = try await writer.sights()
            #expect(joined.types == types && joined.producers == producers)
            try await writer.close()
        }
    }

    // MARK: - Refusals

    private func refusal(_ client: RawClient, _ request: some WireMessage) throws -> String {
        try client.send(request, id: 9)
        let failure = try client.next(WireFailure.self, id: 9)
        #expect(failure.code == .badQuery && failure.failureClass == .fixRequest)
        return failure.message
    }

    @Test func `a server without an index says how to get one`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let bucket = Timestamp(microseconds: 0)
            #expect(try refusal(client, MetricQuery()).contains("index: true"))
            #expect(
                try refusal(client, ScoreQuery(bucket: bucket, width: Self.minute))
                    .contains("index: true"))
            #expect(try refusal(client, SightsRequest()).contains("index: true"))
            #expect(try client.count() == 0)
        }
    }

    @Test func `a question that cannot be answered is refused with the reason`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let client = try world.greeted()
            var other = events(40)
            for index in other.indices where index % 2 == 0 {
                other[index].type = "lab.result"
                other[index].attributes.append(Attribute("value", .float64(1)))
            }
            _ = try client.append(encoded(other))
            func message(_ change: (inout MetricQuery) -> Void) throws -> String {
                var query = MetricQuery()
                change(&query)
                return try refusal(client, query)
            }
            #expect(
                try message { $0.dimension = .init(attribute: "nothing", value: .bool(true)) }
                    .contains("'nothing'"))
            #expect(try message { $0.quantiles = [0.9, 0.5] }.contains("ascend"))
            #expect(try message { $0.quantiles = [1.5] }.contains("0…1"))
            #expect(try message { $0.bucket = 7 }.contains("multiples of ten seconds"))
            #expect(
                try message {
                    $0.start = Timestamp(microseconds: 5)
                    $0.end = Timestamp(microseconds: 5)
                }.contains("swap"))
            #expect(try message { $0.parts = .values }.contains("duration_ms, value"))
            _ = try client.append(
                encoded([Event(type: "old", time: Timestamp(microseconds: 1))]))
            #expect(try message { $0.bucket = 10_000_000 }.contains("more than 1000000 groups"))
            let score = ScoreQuery(bucket: Timestamp(microseconds: 0), width: 5)
            #expect(try refusal(client, score).contains("multiples of ten seconds"))
            var many = ScoreQuery(bucket: Timestamp(microseconds: 0), width: Self.minute)
            many.comparison = .previous(10_001)
            #expect(try refusal(client, many).contains("10000"))
            #expect(try client.count() == 41)
        }
    }

    @Test func `questions of every kind that are cancelled are answered once`() async throws {
        try await withServer(
            indexPlan: Self.plan, configure: { $0.queryThreads = 1 }
        ) { world in
            let client = try world.greeted()
            _ = try client.append(encoded(events(1_000)))
            var query = MetricQuery()
            query.start = Timestamp(microseconds: Self.start - 900_500_000)
            let score = ScoreQuery(
                bucket: Timestamp(microseconds: Self.start), width: Self.minute)
            var bytes: [UInt8] = []
            for id in stride(from: UInt32(1), through: 10, by: 3) {
                bytes += RawClient.frame(query, id: id)
                bytes += RawClient.frame(score, id: id + 1)
                bytes += RawClient.frame(SightsRequest(), id: id + 2)
            }
            for id in 2...12 { bytes += RawClient.frame(Cancel(requestID: UInt32(id))) }
            try client.send(bytes)
            var answered: [UInt32: Int] = [:]
            while answered.count < 12 {
                let frame = try client.next()
                if frame.header.opcode == .error {
                    let failure = try WireFailure(payload: frame.payload.rawSpan)
                    #expect(failure.code == .cancelled)
                }
                answered[frame.header.requestID, default: 0] += 1
            }
            #expect(answered == Dictionary(uniqueKeysWithValues: (1...12).map { ($0, 1) }))
            #expect(try client.count() == 1_000)
        }
    }

    @Test func `a chunk that cannot be read is named where its rows are needed`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let client = try world.greeted()
            _ = try client.append(encoded(events(100)))
            try await world.store.flush()
            try world.disk.flipBit("/data/chunks/0000000000000001.chunk", 64 * 8)
            // Cells know what the chunk held.
            let whole: [Metrics] = try ask(client, MetricQuery(), id: 4)
            #expect(whole.first?.isComplete == true && whole.first?.rows.first?.count == 100)
            var query = MetricQuery()
            query.start = Timestamp(microseconds: Self.start - 50_500_000)
            let cut: [Metrics] = try ask(client, query, id: 5)
            let answer = try #require(cut.first)
            #expect(answer.gaps == .missingChunk)
            #expect(answer.missing.map(\.chunk) == ["chunks/0000000000000001.chunk"])
            #expect(answer.missing.first?.sequences == 1...100)
        }
    }

    @Test func `a key needs the scope to read`() async throws {
        let authenticator: Authenticator = { _ in
            .success(AccessGrant(scopes: .ingest, keyID: "k"))
        }
        try await withServer(authenticator: authenticator, indexPlan: Self.plan) { world in
            let client = try world.client()
            try client.greet(key: "k")
            for (number, send) in [
                { try client.send(MetricQuery(), id: $0) },
                {
                    try client.send(
                        ScoreQuery(bucket: Timestamp(microseconds: 0), width: 1), id: $0)
                },
                { try client.send(SightsRequest(), id: $0) },
            ].enumerated() as EnumeratedSequence<[(UInt32) throws -> Void]> {
                try send(UInt32(number + 1))
                let failure = try client.next(WireFailure.self, id: UInt32(number + 1))
                #expect(failure.code == .wrongScope && failure.message.contains("'read'"))
            }
        }
    }

    @Test func `the status tells that there is an index, and how far it has come`() async throws {
        try await withServer(indexPlan: Self.plan) { world in
            let client = try world.greeted()
            _ = try client.append(encoded(events(100)))
            try client.send(StatusRequest(), id: 4)
            let counters = try client.next(StatusInfo.self, id: 4).counters
            #expect(counters.first { $0.name == "index.watermark" }?.value == 100)
            #expect(counters.first { $0.name == "index.bytes" }?.value ?? 0 > 0)
            #expect(counters.first { $0.name == "index.audit.mismatches" }?.value == 0)
        }
        try await withServer { world in
            let client = try world.greeted()
            try client.send(StatusRequest(), id: 4)
            let counters = try client.next(StatusInfo.self, id: 4).counters
            #expect(!counters.contains { $0.name.hasPrefix("index.") })
        }
    }
}
