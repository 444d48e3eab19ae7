import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Baselines and scores against figures that are worked out here.
@Suite struct ScoreTests {
    private static let hour = Resolution.hour.width
    private static let week = 7 * Resolution.day.width
    private let now = (1_700_000_000_000_000 as Int64) / 3_600_000_000 * 3_600_000_000

    /// A store with that many events in the hour of each week before, the latest first.
    private func store(_ counts: [Int], latest: Int) async throws -> EventStore {
        let store = try openStore(
            on: SimulatedFileSystem(), clock: StepClock(start: now + 2 * Self.hour))
        for (index, count) in ([latest] + counts).enumerated().reversed() where count > 0 {
            let start = now - Int64(index) * Self.week
            _ = try await store.append(
                batch(
                    (0..<count).map {
                        Event(type: "a", time: Timestamp(microseconds: start + Int64($0)))
                    }))
        }
        return store
    }

    @Test func `the same hour of weeks before is the baseline, and a late event corrects it`()
        async throws
    {
        let counts = [10, 12, 8, 11, 9, 10, 14, 6, 30]
        let store = try await store(counts, latest: 20)
        var query = ScoreQuery(bucket: Timestamp(microseconds: now), width: Self.hour)
        var score = try store.score(query)
        #expect(score.value == 20 && !score.isClosed)
        let baseline = try #require(score.baseline)
        #expect(baseline.sampleCount == 9)
        // The last eight, without the 30.
        #expect(baseline.median == 10 && baseline.medianDeviation == 1.5)
        let weights = counts.indices.map { (0..<$0).reduce(1.0) { weight, _ in weight * 0.9 } }
        let sum = weights.reduce(0, +)
        let mean = zip(weights, counts).reduce(0) { $0 + $1.0 * Double($1.1) } / sum
        let variance =
            zip(weights, counts).reduce(0) {
                $0 + $1.0 * (Double($1.1) - mean) * (Double($1.1) - mean)
            } / sum
        #expect(abs(baseline.mean - mean) < 1e-12)
        #expect(abs(baseline.deviation - variance.squareRoot()) < 1e-12)
        #expect(score.z == (20 - baseline.mean) / baseline.deviation)
        #expect(score.robustZ == 10 / (1.4826 * 1.5))
        let late = now - Self.week + 7
        _ = try await store.append(
            batch([
                Event(type: "a", time: Timestamp(microseconds: late)),
                Event(type: "b", time: Timestamp(microseconds: now + Self.hour)),
            ]))
        score = try store.score(query)
        #expect(score.isClosed && score.baseline?.median == 10.5)
        query.type = "b"
        // Nothing for nine weeks is usual as well, and does not deviate.
        #expect(try store.score(query).baseline?.mean == 0)
        #expect(try store.score(query).z == nil)
        try store.close()
    }

    @Test func `fewer than eight samples are no baseline`() async throws {
        let store = try await store([10, 12, 8, 11, 9, 10, 14], latest: 20)
        let query = ScoreQuery(bucket: Timestamp(microseconds: now), width: Self.hour)
        let score = try store.score(query)
        #expect(
            score.value == 20 && score.baseline == nil && score.z == nil && score.robustZ == nil)
        try store.close()
    }

    @Test func `buckets just before are another baseline`() async throws {
        let store = try openStore(
            on: SimulatedFileSystem(), clock: StepClock(start: now + Self.hour))
        var events: [Event] = []
        for minute in 0..<12 as Range<Int64> {
            for number in 0..<(minute == 11 ? 9 : 1 + minute % 3) {
                let time = now + minute * 60_000_000 + number
                events.append(Event(type: "a", time: Timestamp(microseconds: time)))
            }
        }
        _ = try await store.append(batch(events))
        var query = ScoreQuery(
            bucket: Timestamp(microseconds: now + 11 * 60_000_000), width: 60_000_000)
        query.comparison = .previous(9)
        let score = try store.score(query)
        #expect(score.value == 9 && score.baseline?.mean == 2)
        let deviation = try #require(score.baseline?.deviation)
        #expect(abs(deviation - (2.0 / 3).squareRoot()) < 1e-12)
        query.comparison = .previous(7)
        #expect(try store.score(query).baseline == nil)
        query.width = 7
        #expect(throws: EngineError.query(.unevenBucket(7))) { try store.score(query) }
        try store.close()
    }
}
