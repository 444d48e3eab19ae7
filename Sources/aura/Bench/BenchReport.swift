/// The figures of a run, under the names of every format.
struct BenchReport: Sendable {
    let plan: BenchPlan
    let result: BenchRun.Result
    /// Events of the run that the server has; nil if it was not asked.
    let stored: UInt64?

    private static let percentiles: [(name: String, percent: Double)] = [
        ("latency_p50_ms", 50), ("latency_p90_ms", 90), ("latency_p99_ms", 99),
        ("latency_p99_9_ms", 99.9),
    ]

    /// One line each.
    var properties: [(name: String, cell: Answer.Cell)] {
        let tally = result.tally
        let seconds = result.elapsed / .seconds(1)
        let latencies = tally.latencies
        var properties: [(name: String, cell: Answer.Cell)] = [
            ("connections", .count(UInt64(plan.connections))),
            ("batch_events", .count(UInt64(plan.batchRows))),
            ("in_flight", .count(UInt64(plan.inFlight))),
            ("offered_events_per_second", plan.eventsPerSecond.map { .number($0) } ?? .absent),
            ("seconds", BenchReport.number(seconds)),
            ("batches", .count(UInt64(tally.batches))),
            ("events", .count(tally.events)),
            ("events_per_second", BenchReport.rate(Double(tally.events), seconds)),
            ("megabytes_per_second", BenchReport.rate(Double(tally.bytes) / 1e6, seconds)),
        ]
        properties += BenchReport.percentiles.map { name, percent in
            (name, BenchReport.milliseconds(latencies.percentile(percent)))
        }
        properties += [
            (
                "latency_max_ms",
                BenchReport.milliseconds(tally.batches > 0 ? latencies.maximum : nil)
            ),
            ("unsent_batches", .count(UInt64(tally.unsent))),
            ("acknowledged_events", .count(tally.acknowledged)),
        ]
        if let stored { properties.append(("stored_events", .count(stored))) }
        return properties
    }

    /// What the figures do not say of themselves.
    var warning: String? {
        guard result.tally.unsent > 0 else { return nil }
        return "the server was slower than the rate: \(result.tally.unsent) batches that were due "
            + "were not sent, and their latencies are those until the end"
    }

    /// Why the server's count shows that something is wrong; nil if it does not.
    var finding: String? {
        let tally = result.tally
        // What was under way when a run ended early may be stored.
        let most = result.trouble == nil ? tally.acknowledged : tally.sent
        guard let stored, !(tally.acknowledged...max(most, tally.acknowledged)).contains(stored)
        else { return nil }
        return "\(Figures.grouped(tally.acknowledged)) events were acknowledged, and the server "
            + "counts \(Figures.grouped(stored))"
    }

    private static func rate(_ amount: Double, _ seconds: Double) -> Answer.Cell {
        seconds > 0 ? number(amount / seconds) : .absent
    }

    private static func milliseconds(_ latency: Duration?) -> Answer.Cell {
        latency.map { number($0 / .milliseconds(1)) } ?? .absent
    }

    /// To six decimals, which is more than any of them means.
    private static func number(_ value: Double) -> Answer.Cell {
        .number((value * 1e6).rounded() / 1e6)
    }
}
