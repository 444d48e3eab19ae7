import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import Foundation
import Logging

/// Measures what it takes to read a metric in the process of the engine.
///
/// `aura-metrics DIRECTORY READS [KIND]`: opens a store that nobody else has open, and asks that many
/// questions of each kind, or of those with that word in their name, about random types and windows of
/// the last 30 days, and of all that there are. Prints one JSON object: microseconds, median and 99th
/// percentile.
@main
struct AuraMetrics {
    private let store: EventStore
    private let types: [String]
    /// Where windows may begin.
    private var first: Int64
    private let earliest: Int64
    private let last: Int64
    private static let longest: Int64 = 30 * 86_400_000_000
    private let reads: Int
    private let kind: String?
    private var figures: [String] = []
    private var random = Draws(state: 1)

    static func main() throws {
        let arguments = CommandLine.arguments
        guard (3...4).contains(arguments.count), let reads = Int(arguments[2]), reads >= 100 else {
            throw Failure("usage: aura-metrics DIRECTORY READS [KIND], with 100 READS or more")
        }
        var metrics = try AuraMetrics(
            directory: arguments[1], reads: reads, kind: arguments.dropFirst(3).first)
        try metrics.run()
    }

    private init(directory: String, reads: Int, kind: String?) throws {
        var configuration = EventStoreConfiguration(
            directory: directory, newIncarnation: 1, fileSystem: PosixFileSystem()
        ) { 0 }
        configuration.indexPlan = .standard
        // What a server keeps under the default memory limit.
        configuration.cacheBytes = 20 << 20
        store = try EventStore(configuration)
        self.reads = reads
        self.kind = kind
        var query = MetricQuery()
        query.isByType = true
        let whole = try store.metrics(query)
        types = whole.rows.compactMap(\.type)
        earliest = whole.window.lowerBound
        first = max(earliest, whole.window.upperBound - AuraMetrics.longest)
        last = whole.window.upperBound
        guard !types.isEmpty else { throw Failure("\(directory) holds no events") }
    }

    private mutating func run() throws {
        for (name, width, parts) in AuraMetrics.kinds {
            try measure(name) { try $0.read(aligned: width, parts) }
        }
        try measure("count of all types by hour, 30 days") { metrics in
            var query = metrics.query(MetricQuery.Parts(), isOfAllTypes: true)
            query.bucket = 3_600_000_000
            query.start = Timestamp(microseconds: metrics.last - AuraMetrics.longest)
            query.end = Timestamp(microseconds: metrics.last)
            query.edges = .widened
            _ = try metrics.store.metrics(query)
        }
        try measure("z-score of an hour") { metrics in
            let hour: Int64 = 3_600_000_000
            let start = metrics.time(from: metrics.first, to: metrics.last) / hour * hour
            var query = ScoreQuery(bucket: Timestamp(microseconds: start), width: hour)
            query.type = metrics.types.randomElement(using: &metrics.random)
            _ = try metrics.store.score(query)
        }
        try measure("last seen") { _ = try $0.store.lastSeen() }
        if earliest < first {
            first = earliest
            for (name, width, parts) in AuraMetrics.kinds {
                try measure(name + ", any time") { try $0.read(aligned: width, parts) }
            }
        }
        print("{" + figures.joined(separator: ", ") + "}")
    }

    /// What is asked, the width to whose multiples the windows are cut, and the parts.
    private static let kinds: [(String, Int64?, MetricQuery.Parts)] = [
        ("count and errors, whole hours", 3_600_000_000, []),
        ("mean and deviation, whole hours", 3_600_000_000, .values),
        ("quantiles, whole hours", 3_600_000_000, .quantiles),
        ("users, whole hours", 3_600_000_000, .users),
        ("count and errors, widened to buckets", nil, []),
        ("count and errors, whole minutes, exact", 60_000_000, []),
        ("all of it, whole minutes, exact", 60_000_000, [.values, .quantiles, .users]),
    ]

    private mutating func read(aligned width: Int64?, _ parts: MetricQuery.Parts) throws {
        var query = query(parts, isOfAllTypes: Bool.random(using: &random))
        let start = time(from: first, to: last - 60_000_000)
        let end = time(from: start + 1, to: min(last, start + AuraMetrics.longest))
        if let width {
            query.start = Timestamp(microseconds: start / width * width)
            query.end = Timestamp(microseconds: (end / width + 1) * width)
        } else {
            query.start = Timestamp(microseconds: start)
            query.end = Timestamp(microseconds: end)
            query.edges = .widened
        }
        _ = try store.metrics(query)
    }

    private mutating func query(
        _ parts: MetricQuery.Parts, isOfAllTypes: Bool
    ) -> MetricQuery {
        var query = MetricQuery()
        // Values of different attributes have no mean in common: those ask for one type.
        if !isOfAllTypes || parts.contains(.values), let type = types.randomElement(using: &random)
        {
            query.types = [type]
        }
        query.parts = parts
        return query
    }

    private mutating func time(from lower: Int64, to upper: Int64) -> Int64 {
        Int64.random(in: lower..<max(lower + 1, upper), using: &random)
    }

    /// Asks again and again, the first tenth unmeasured.
    private mutating func measure(
        _ name: String, _ read: (inout AuraMetrics) throws -> Void
    ) throws {
        if let kind, !name.contains(kind) { return }
        let clock = ContinuousClock()
        for _ in 0..<reads / 10 { try read(&self) }
        var times: [Double] = []
        for _ in 0..<reads {
            let start = clock.now
            try read(&self)
            times.append(start.duration(to: clock.now) / .microseconds(1))
        }
        times.sort()
        let (median, late) = (times[reads / 2], times[reads * 99 / 100])
        figures.append(
            "\"\(name)\": {\"p50\": \(rounded(median)), \"p99\": \(rounded(late))}")
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// Random numbers from a seed.
///
/// Source: SplitMix64 (Steele, Lea, Flood, 2014).
struct Draws: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Why nothing could be measured.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
