import AuraCore
import AuraWire

/// Makes rows with named columns of an answer of the index.
struct MetricTable {
    let plan: MetricPlan
    let metrics: Metrics
    /// Whether people read it: figures are rounded, and estimates have a `~`.
    let isForPeople: Bool

    /// The rows in their order.
    var answer: Answer { Answer(columns: columns, rows: metrics.rows.map(cells)) }

    private var columns: [Answer.Column] {
        var columns: [Answer.Column] = []
        if let bucket = plan.bucket { columns.append(Answer.Column(name: bucket.name)) }
        if plan.query.isByType { columns.append(Answer.Column(name: "type")) }
        for name in plan.names {
            columns.append(Answer.Column(name: name.text, isNumeric: true))
            if name == .users, !isForPeople { columns.append(Answer.Column(name: "users_exact")) }
        }
        // Without buckets nothing else tells the time that a row is about.
        if plan.bucket == nil {
            columns += [Answer.Column(name: "from"), Answer.Column(name: "to")]
        }
        return columns
    }

    private func cells(_ row: MetricRow) -> [Answer.Cell] {
        var cells: [Answer.Cell] = []
        if let bucket = plan.bucket {
            cells.append(row.bucket.map { bucket.cell(.bucket($0)) } ?? .absent)
        }
        if plan.query.isByType { cells.append(row.type.map { .text($0) } ?? .absent) }
        for name in plan.names {
            cells.append(cell(name, row))
            if name == .users, !isForPeople {
                cells.append(row.users.map { .bool($0.isExact) } ?? .absent)
            }
        }
        if plan.bucket == nil {
            cells.append(.text(metrics.window.lowerBound.description))
            cells.append(.text(metrics.window.upperBound.description))
        }
        return cells
    }

    private func cell(_ name: MetricName, _ row: MetricRow) -> Answer.Cell {
        switch name {
        case .count: return .count(row.count)
        case .errors: return .count(row.errors)
        case .users:
            guard let users = row.users else { return .absent }
            return isForPeople && !users.isExact ? .text("~\(users.count)") : .count(users.count)
        case .rate, .errorRate, .sum, .mean, .deviation, .least, .greatest, .quantile:
            guard let number = number(name, row) else { return .absent }
            return .number(isForPeople ? Figures.rounded(number) : number)
        }
    }

    private func number(_ name: MetricName, _ row: MetricRow) -> Double? {
        switch name {
        case .count: Double(row.count)
        case .errors: Double(row.errors)
        case .users: row.users.map { Double($0.count) }
        case .rate: seconds(row) > 0 ? Double(row.count) / seconds(row) : nil
        case .errorRate: row.errorRate
        case .sum: row.values?.sum
        case .mean: row.values?.mean
        case .deviation: row.values?.deviation
        case .least: row.values?.least
        case .greatest: row.values?.greatest
        case .quantile(let quantile, _):
            plan.query.quantiles.firstIndex(of: quantile).flatMap {
                row.quantiles.indices.contains($0) ? row.quantiles[$0] : nil
            }
        }
    }

    /// The seconds that a row is about: of a bucket, those within the window.
    private func seconds(_ row: MetricRow) -> Double {
        var range = window
        if let start = row.bucket?.microseconds, let width = plan.query.bucket {
            range = range.clamped(to: start..<start + width)
        }
        return Double(range.upperBound - range.lowerBound) / 1e6
    }

    private var window: Range<Int64> {
        metrics.window.lowerBound.microseconds..<metrics.window.upperBound.microseconds
    }

    // MARK: - Series

    /// The first figure over time, as bars, a line for each type; none without buckets.
    func sparklines(width: Int) -> [String] {
        guard let step = plan.query.bucket, let name = plan.names.first,
            let last = metrics.rows.compactMap(\.bucket?.microseconds).max(),
            let first = metrics.rows.compactMap(\.bucket?.microseconds).min(), first < last
        else { return [] }
        let byType = Dictionary(grouping: metrics.rows) { ExactText($0.type ?? "") }
        let greatest = metrics.rows.compactMap { number(name, $0) }.max() ?? 0
        let places = Int(min((last - first) / step + 1, Int64(max(8, width - 32))))
        return byType.keys.sorted().prefix(MetricTable.sparklineCount).map { type in
            var numbers = [UInt64](repeating: 0, count: places)
            for row in byType[type] ?? [] {
                guard let start = row.bucket?.microseconds, let number = number(name, row),
                    number > 0, greatest.isFinite
                else { continue }
                let place = places - 1 - Int((last - start) / step)
                if place >= 0 {
                    numbers[place] = max(1, UInt64(number / greatest * MetricTable.barScale))
                }
            }
            let title = DisplayWidth.fit(DisplayWidth.visible(type.text), into: 20)
            return "\(name.text) \(title.isEmpty ? "" : title + " ")\(Sparkline.of(numbers))"
        }
    }

    /// More lines than these say less.
    private static let sparklineCount = 10
    private static let barScale = 1_000_000.0
}

extension MetricGaps {
    /// Why an answer is not whole, for people.
    var words: [String] {
        let known: [(MetricGaps, String)] = [
            (.givenUp, "the index has no buckets that end there, and the events are gone"),
            (.beyondFuture, "events lie more than a day in the future, and are not counted"),
            (.sharedSeries, "so many types or values came that some are not counted apart"),
            (.missingChunk, "some events cannot be read"),
        ]
        let words = known.filter { contains($0.0) }.map(\.1)
        return words.isEmpty && !isEmpty ? ["for a reason that a later version knows"] : words
    }
}

extension CommandFailure {
    /// An answer of the index that is not whole.
    init(incomplete metrics: Metrics) {
        let parts = metrics.gaps.words + metrics.missing.map(\.words)
        let isWidenable = metrics.gaps.contains(.givenUp)
        self.init(
            .partial, "the answer is not whole:" + parts.map { "\n  " + $0 }.joined(),
            hint: isWidenable
                ? "ask for whole buckets with --widen"
                : metrics.missing.isEmpty
                    ? "'aura count' counts the events themselves"
                    : "put the files back from a copy, or see 'aura store verify'")
    }
}
