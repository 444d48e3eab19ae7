import AuraCore
import AuraQuery
import AuraStorage
import AuraTesting
import Foundation
import Testing

/// What the index costs: figures, not verdicts, for machines differ and are busy.
///
/// `AURA_INDEX_FIGURES=1 Tools/test --filter IndexFigures` prints them, of a release build; the value
/// is the number of millions of events, spread over 30 days.
@Suite struct IndexFigures {
    private static let millions =
        ProcessInfo.processInfo.environment["AURA_INDEX_FIGURES"].flatMap { Int($0) }

    @Test(.enabled(if: IndexFigures.millions != nil))
    func `applying, memory and reading, of the benchmark's workload`() throws {
        let count = (Self.millions ?? 1) * 1_000_000
        var plan = IndexPlan()
        plan.errors[ExactText("api.error")] = .always
        plan.otherValue = "duration_ms"
        plan.user = "user_id"
        var state = IndexState(plan)
        var workload = ClinicWorkload(events: count)
        var times: [Double] = []
        var plain = 0.0
        var sequence: UInt64 = 1
        while let batch = try workload.next(1_000) {
            let origin = IndexState.Origin(firstSequence: sequence, arrival: workload.now)
            times.append(cpuSeconds { state.apply(batch, origin) })
            if times.count % 100 == 0 { plain += cpuSeconds { PlainTally.run(batch) } }
            sequence += UInt64(batch.rowCount)
        }
        let total = times.reduce(0, +)
        let sorted = times.sorted()
        print("events \(count), series \(state.series.keys.count)")
        print("apply: \(total / Double(count) * 1e9) ns an event")
        print(
            "apply, median batch: \(sorted[sorted.count / 2] * 1e6) µs, longest \((sorted.last ?? 0) * 1e3) ms"
        )
        print(
            "the plain twin (a dictionary of minutes): \(plain / Double(count) * 100 * 1e9) ns an event"
        )
        print("memory: \(Double(state.byteCount) / 1_048_576) MiB")
        let bytes = cpuValue("encode") { state.encoded() }
        print("checkpoint: \(bytes.count) bytes")
        _ = try cpuValue("decode") { try IndexState(decoding: bytes.rawSpan, plan: plan) }
        try read(state, workload)
    }

    private func read(_ state: IndexState, _ workload: ClinicWorkload) throws {
        let view = EventIndex.View(state: state, snapshot: .empty)
        var random = SeededRandom(seed: 1)
        for (name, parts) in [
            ("count", []), ("values", .values), ("quantiles", .quantiles), ("users", .users),
        ] as [(String, MetricQuery.Parts)] {
            var times: [Double] = []
            for _ in 0..<2_000 {
                var query = MetricQuery()
                query.types = parts == .users && random.chance(50) ? [] : ["message.sent"]
                query.edges = .widened
                query.parts = parts
                let length = Int64(random.below(Int(30 * Resolution.day.width)))
                query.end = Timestamp(microseconds: workload.now)
                query.start = Timestamp(microseconds: workload.now - length)
                times.append(try cpuSeconds { _ = try MetricReader.read(query, from: view) })
            }
            times.sort()
            print(
                "\(name), any window up to 30 days: p50 \(times[1_000] * 1e6) µs, p99 \(times[1_980] * 1e6) µs"
            )
        }
        let rules = (0..<10_000).map { number in
            var query = MetricQuery()
            query.types = [workload.types[number % 31].name]
            query.edges = .widened
            query.end = Timestamp(microseconds: workload.now)
            query.start = Timestamp(
                microseconds: workload.now - Int64(5 + number % 120) * Resolution.minute.width)
            return query
        }
        _ = try cpuValue("10,000 rules") {
            for query in rules { _ = try MetricReader.read(query, from: view) }
        }
        var query = MetricQuery()
        query.isByType = true
        _ = try cpuValue("Q1, by type") { try MetricReader.read(query, from: view) }
        query.bucket = Resolution.hour.width
        _ = try cpuValue("by type and hour, 30 days") { try MetricReader.read(query, from: view) }
        query.isByType = false
        _ = try cpuValue("Q3, by hour, 30 days") { try MetricReader.read(query, from: view) }
        query.bucket = 5 * Resolution.minute.width
        query.start = Timestamp(microseconds: workload.now - Resolution.day.width)
        query.edges = .widened
        _ = try cpuValue("Q6, by 5 minutes, 24 hours") { try MetricReader.read(query, from: view) }
    }
}

/// The time-bucket index as one would write it first.
private enum PlainTally {
    static func run(_ batch: EventBatch) {
        struct Key: Hashable {
            var minute: Int64
            var type: String
        }
        var counts: [Key: (count: Int, users: Set<AttributeValue>)] = [:]
        for event in batch.events() {
            let minute = event.time.microseconds / 60_000_000
            let key = Key(minute: minute, type: event.type)
            counts[key, default: (0, [])].count += 1
            if let user = event["user_id"] { counts[key, default: (0, [])].users.insert(user) }
        }
    }
}

/// Events shaped as those of `Benchmarks/peers/gen.py`.
struct ClinicWorkload {
    let types: [(name: String, weight: Double)] = [
        ("user.created", 0.4), ("user.login", 14), ("user.logout", 9),
        ("user.profile_updated", 1.2),
        ("auth.failed", 1.6), ("user.signup", 0.4), ("patient.created", 0.3),
        ("patient.updated", 2.5), ("appointment.created", 3), ("appointment.status_changed", 4),
        ("appointment.cancelled", 0.6), ("appointment.completed", 2.2),
        ("assessment.completed", 1.8), ("risk_prediction.generated", 1.5),
        ("therapy_session.created", 1.2), ("therapy_session.started", 1),
        ("therapy_session.completed", 0.9), ("therapy_session.cancelled", 0.2),
        ("chatbot.interaction", 12), ("message.sent", 16), ("thread.created", 1.5),
        ("video_call.started", 1), ("video_call.ended", 1), ("attachment.uploaded", 1.4),
        ("notification.sent", 13), ("api.error", 1), ("task.completed", 3),
        ("report.generated", 0.6), ("data.export", 0.2), ("webhook.received", 3),
        ("system.test", 0.5),
    ]
    private var random = SeededRandom(seed: 20_240_301)
    private var left: Int
    private let gap: Double
    private var time: Double
    private let picks: [Int]

    /// The time of the last event, µs.
    var now: Int64 { Int64(time) }

    init(events: Int) {
        left = events
        gap = Double(30 * Resolution.day.width) / Double(events)
        time = 1_709_251_200_000_000
        picks = types.enumerated().flatMap { number, type in
            Array(repeating: number, count: Int(type.weight * 10))
        }
    }

    /// The next events; nil at the end.
    mutating func next(_ count: Int) throws -> EventBatch? {
        guard left >= count else { return nil }
        left -= count
        var builder = BatchBuilder()
        let user = try builder.column("user_id", .int64)
        let duration = try builder.column("duration_ms", .float64)
        let status = try builder.column("patient_id", .int64)
        for _ in 0..<count {
            time += gap * 2 * unit()
            let late = random.chance(1) ? unit() * 3.6e9 : 0
            let type = random.element(of: picks)
            try builder.beginRow(
                type: builder.type(types[type].name),
                time: Timestamp(microseconds: Int64(time - late)))
            // About Zipf's distribution with exponent one.
            builder.set(user, integer: Int64(exp(unit() * log(200_000))))
            if type >= 18 && random.chance(90) {
                builder.set(duration, bits: Int64(bitPattern: exp(5 + 2 * unit()).bitPattern))
            }
            if random.chance(50) { builder.set(status, integer: Int64(random.below(100_000))) }
        }
        return try EventBatch(validating: builder.finish() ?? [])
    }

    private mutating func unit() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
}

/// Processor seconds of this thread that the body takes.
private func cpuSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let start = now()
    try body()
    return now() - start
}

/// Prints the milliseconds of a body, and returns what it does.
private func cpuValue<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
    var values: [Value] = []
    let seconds = try cpuSeconds { values.append(try body()) }
    print("\(name): \(seconds * 1e3) ms")
    return values[0]
}
