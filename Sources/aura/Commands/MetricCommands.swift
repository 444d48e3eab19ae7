import ArgumentParser
import AuraClient
import AuraCore
import AuraWire

/// `aura metric`: what the time-bucket index of a server knows.
struct Metric: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metric",
        abstract: "Rates, errors, durations and users from the index, at once.",
        discussion: """
            Examples:
              aura metric
              aura metric count,error_rate,p95 --by type
              aura metric count --type api.call --by 15m --from today
              aura metric users --where clinic_id=3 --by day --from -30d
              aura metric zscore --type user.login --bucket 1h
              aura metric seen

            A server whose setting 'index' is false keeps no figures.
            """,
        subcommands: [MetricShow.self, MetricScore.self, MetricSeen.self],
        defaultSubcommand: MetricShow.self)
}

/// `aura metric show`, which needs not be named.
struct MetricShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show figures by type, time and dimension (the default).",
        discussion: """
            Metrics: count, errors, rate (events a second), error_rate (0 to 1), users, and of the \
            value of each event, such as its duration: sum, mean, deviation, min, max, p50, p95, \
            p99 and other percentiles, which are at most 1/64 off. Without any: count, error_rate \
            and users, for one type or --by type also p50, p95 and p99.

            Times are those of 'aura count'; without any, the last 24 hours in whole buckets. \
            --by takes type and one of minute, hour, day or a width such as 15m, a multiple of ten \
            seconds. Many users are estimated: a table marks them with ~, the other formats say so \
            in users_exact.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var selection: SelectionOptions

    @Argument(help: "What to show, with commas between.")
    var metrics: [String] = []

    @Option(
        parsing: .unconditional,
        help: """
            Only events with that value of a dimension of the index: attribute=value, or \
            attribute:int64=value to name the value's type.
            """)
    var `where`: String?

    @Option(help: "What to show separately, with commas between.")
    var by: [String] = []

    @Flag(help: "Let the times grow to whole buckets of the index, so that no event is read.")
    var widen = false

    func run() async throws {
        let now = WallClock.now
        let plan = try MetricPlan(
            names: metrics, types: selection.type, by: by, times: selection.times(now: now),
            where: `where`, isWidened: widen, now: now)
        let server = ServerConnection(try connection.configuration())
        let (metrics, stored) = try await server.run { client in
            let metrics = try await plan.answer(from: client)
            // Where nothing was found, the types that there are tell what was meant.
            guard !metrics.rows.contains(where: { $0.count > 0 }), !plan.query.types.isEmpty else {
                return (metrics, [SightsInfo.OfType]())
            }
            return (metrics, try await client.sights().types)
        }
        let table = MetricTable(
            plan: plan, metrics: metrics, isForPeople: output.format(for: .output) == .table)
        output.write(table.answer, isComplete: metrics.isComplete, to: .output)
        explain(table, Set(stored.map { GroupKey.type($0.type) }))
        if !metrics.isComplete { throw CommandFailure(incomplete: metrics) }
    }

    /// What else is to be said, for people.
    private func explain(_ table: MetricTable, _ stored: Set<GroupKey>) {
        guard !output.quiet else { return }
        if !table.metrics.rows.contains(where: { $0.count > 0 }) {
            for name in selection.type where !stored.contains(.type(name)) {
                StandardError.write(Count.hint(unknownType: name, stored: stored))
            }
        }
        guard Terminal.output.isInteractive else { return }
        for line in table.sparklines(width: Terminal.output.width) {
            StandardError.write(line + "\n")
        }
        let watermark = Figures.grouped(table.metrics.watermark)
        StandardError.write("up to event \(watermark)\n")
    }
}

/// `aura metric zscore`: how unusual a bucket is.
struct MetricScore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zscore",
        abstract: "Tell how unusual a bucket of time is, compared with others.",
        discussion: """
            Examples:
              aura metric zscore --type user.login
              aura metric zscore --type api.call --of error_rate --bucket 15m --against 96
              aura metric zscore --of count --bucket day --at yesterday --json

            z counts standard deviations from the mean, robust_z the same by median and median \
            deviation, which a few outliers do not move; beyond 3 either way is unusual. At least 8 \
            buckets must be there to compare with.
            """)

    /// What is compared.
    enum Statistic: String, CaseIterable, ExpressibleByArgument {
        case count
        case errorRate = "error_rate"
        case mean
    }

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only events of this type.")
    var type: String?

    @Option(help: "The width of the bucket: minute, hour, day, or such as 15m.")
    var bucket = "1h"

    @Option(
        parsing: .unconditional,
        help: "A time in the bucket. Default: the last bucket that has ended.")
    var at: String?

    @Option(help: "What to compare: count, error_rate or mean.")
    var of = Statistic.count

    @Option(
        help: """
            week: the same time of up to 12 weeks before; or how many buckets just before.
            """)
    var against = "week"

    func run() async throws {
        let query = try query(now: WallClock.now)
        let server = ServerConnection(try connection.configuration())
        let score = try await server.run { try await $0.score(query) }
        let end = Timestamp(microseconds: query.bucket.microseconds + query.width)
        func cell(_ number: Double?) -> Answer.Cell { number.map { .number($0) } ?? .absent }
        let baseline = score.baseline
        output.write(
            properties: [
                ("type", type.map { .text($0) } ?? .absent), ("of", .text(of.rawValue)),
                ("from", .text(query.bucket.description)), ("to", .text(end.description)),
                ("closed", .bool(score.isClosed)), ("value", cell(score.value)),
                ("z", cell(score.z)), ("robust_z", cell(score.robustZ)),
                ("samples", .count(UInt64(baseline?.sampleCount ?? 0))),
                ("mean", cell(baseline?.mean)), ("deviation", cell(baseline?.deviation)),
                ("median", cell(baseline?.median)),
                ("median_deviation", cell(baseline?.medianDeviation)),
                ("watermark", .count(score.watermark)),
            ], to: .output)
        if baseline == nil, !output.quiet {
            StandardError.write(
                "hint: fewer than \(ScoreQuery.leastSamples) buckets to compare with; "
                    + "--against 24 takes those just before\n")
        }
    }

    /// What the server is asked.
    func query(now: Timestamp) throws -> ScoreQuery {
        guard case .bucket(let width, _) = CountDimension(bucket) else {
            throw CommandFailure(
                .usage, "'\(bucket)' is no width of a bucket",
                hint: "write minute, hour, day, 15m or 6h")
        }
        let time = try at.map { try TimeExpression.parse($0, of: "--at", now: now) }
        let place = (time ?? now).microseconds.flooredQuotient(width)
        var query = ScoreQuery(
            bucket: Timestamp(microseconds: (time == nil ? place - 1 : place) * width),
            width: width)
        query.type = type
        switch of {
        case .count: query.statistic = .count
        case .errorRate: query.statistic = .errorRate
        case .mean: query.statistic = .mean
        }
        if against != "week" {
            guard let count = wholeNumber(against), count >= ScoreQuery.leastSamples else {
                throw CommandFailure(
                    .usage, "'\(against)' is nothing to compare with",
                    hint: "write week, or a number from \(ScoreQuery.leastSamples) on")
            }
            query.comparison = .previous(count)
        }
        return query
    }
}

/// `aura metric seen`: when events were last seen.
struct MetricSeen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seen",
        abstract: "Show when events were last seen: any, of each type, of each producer.",
        discussion: """
            last_event is the time of the latest event, last_arrival when the server got the last \
            one, and seconds_ago how long ago that was.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let server = ServerConnection(try connection.configuration())
        let sights = try await server.run { try await $0.sights() }
        let now = WallClock.now
        func row(_ kind: String, _ name: String?, _ sight: Sight) -> [Answer.Cell] {
            let age = now.microseconds - sight.arrival.microseconds
            return [
                .text(kind), name.map { .text($0) } ?? .absent,
                sight.event.map { .text($0.description) } ?? .absent,
                .text(sight.arrival.description), .integer(max(0, age) / 1_000_000),
            ]
        }
        var rows = sights.any.map { [row("any", nil, $0)] } ?? []
        rows += sights.types.map { row("type", $0.type, $0.sight) }
        rows += sights.producers.map { row("producer", $0.name ?? "#\($0.producer)", $0.sight) }
        let columns =
            ["kind", "name", "last_event", "last_arrival"].map { Answer.Column(name: $0) }
            + [Answer.Column(name: "seconds_ago", isNumeric: true)]
        output.write(Answer(columns: columns, rows: rows), to: .output)
    }
}
