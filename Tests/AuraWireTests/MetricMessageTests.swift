import AuraCore
import AuraTesting
import AuraWire
import NIOCore
import Testing

@Suite struct MetricMessageTests {
    private func payload(_ message: some WireMessage) -> [UInt8] {
        var buffer = ByteBuffer()
        message.encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test func `random metrics, scores and sights come back as they were`() throws {
        for seed in 0..<UInt64(Effort.count(2_000)) {
            var random = SeededRandom(seed: seed)
            let query = random.metricQuery()
            #expect(try MetricQuery(payload: payload(query).rawSpan) == query, "seed \(seed)")
            let metrics = random.metrics()
            let bytes = payload(metrics)
            #expect(try Metrics(payload: bytes.rawSpan) == metrics, "seed \(seed)")
            let rows = metrics.rows.reduce(0) { $0 + $1.encodedSize }
            #expect(bytes.count == 33 + rows, "seed \(seed)")
            let scoreQuery = random.scoreQuery()
            #expect(
                try ScoreQuery(payload: payload(scoreQuery).rawSpan) == scoreQuery, "seed \(seed)")
            let score = random.score()
            #expect(try Score(payload: payload(score).rawSpan) == score, "seed \(seed)")
            let sights = random.sights()
            let encoded = payload(sights)
            #expect(try SightsInfo(payload: encoded.rawSpan) == sights, "seed \(seed)")
            let most =
                sights.types.reduce(0) { $0 + $1.encodedSize }
                + sights.producers.reduce(0) { $0 + $1.encodedSize }
            #expect(encoded.count <= 34 + most, "seed \(seed)")
        }
    }

    @Test func `reasons that a later version knows make an answer incomplete`() throws {
        let time = Timestamp(microseconds: 0)
        let later = Metrics(
            watermark: 1, gaps: MetricGaps(rawValue: 0x40), window: time..<time, rows: [])
        let read = try Metrics(payload: payload(later).rawSpan)
        #expect(read.gaps.rawValue == 0x40 && !read.isComplete)
    }
}

extension SeededRandom {
    private mutating func name() -> String {
        element(of: ["", "a", "user.login", "größe", "\u{1F600}", "x y"])
    }

    private mutating func time() -> Timestamp {
        Timestamp(microseconds: Int64(bitPattern: next()))
    }

    private mutating func figure() -> Double { Double(below(1_000_000)) / 7 - 1_000 }

    private mutating func dimension() -> MetricQuery.Dimension? {
        guard chance(50) else { return nil }
        return MetricQuery.Dimension(
            attribute: name(), value: chance(50) ? .string(name()) : .int64(Int64(below(100))))
    }

    private mutating func sight() -> Sight {
        Sight(event: chance(50) ? time() : nil, arrival: time())
    }

    fileprivate mutating func metricQuery() -> MetricQuery {
        var query = MetricQuery()
        query.types = (0..<below(4)).map { _ in name() }
        query.dimension = dimension()
        if chance(50) { query.start = time() }
        if chance(50) { query.end = time() }
        query.isByType = chance(50)
        if chance(50) { query.bucket = Int64(bitPattern: next()) }
        query.parts = MetricQuery.Parts(rawValue: UInt8(below(8)))
        query.quantiles = (0..<below(4)).map { _ in figure() }
        query.edges = chance(50) ? .fromRows : .widened
        return query
    }

    fileprivate mutating func metrics() -> Metrics {
        let start = Int64(below(1 << 50))
        return Metrics(
            watermark: next(), gaps: MetricGaps(rawValue: UInt8(below(256))),
            window: Timestamp(
                microseconds: start)..<Timestamp(microseconds: start + Int64(below(1 << 50))),
            rows: (0..<below(20)).map { _ in
                var row = MetricRow(
                    type: chance(50) ? name() : nil, bucket: chance(50) ? time() : nil)
                (row.count, row.errors) = (next(), next())
                if chance(50) {
                    row.values = ValueSummary(
                        count: next(), sum: figure(), deviation: figure(), least: figure(),
                        greatest: figure())
                }
                row.quantiles = (0..<below(4)).map { _ in figure() }
                if chance(50) { row.users = UserCount(count: next(), isExact: chance(50)) }
                return row
            })
    }

    fileprivate mutating func scoreQuery() -> ScoreQuery {
        var query = ScoreQuery(bucket: time(), width: Int64(bitPattern: next()))
        if chance(50) { query.type = name() }
        query.dimension = dimension()
        query.statistic = element(of: [.count, .errorRate, .mean])
        if chance(50) { query.comparison = .previous(below(1 << 32)) }
        return query
    }

    fileprivate mutating func score() -> Score {
        let baseline = Baseline(
            sampleCount: below(1 << 32), mean: figure(), deviation: figure(), median: figure(),
            medianDeviation: figure())
        return Score(
            value: chance(50) ? figure() : nil, isClosed: chance(50),
            baseline: chance(50) ? baseline : nil, watermark: next())
    }

    fileprivate mutating func sights() -> SightsInfo {
        SightsInfo(
            watermark: next(), any: chance(50) ? sight() : nil,
            types: (0..<below(5)).map { _ in SightsInfo.OfType(type: name(), sight: sight()) },
            producers: (0..<below(5)).map { _ in
                SightsInfo.OfProducer(
                    producer: UInt32(truncatingIfNeeded: next()), name: chance(50) ? name() : nil,
                    sight: sight())
            })
    }
}
