import AuraCore
import AuraStorage

/// Scans, and the conditions that are looked at where they read.
extension PlanText {
    /// Conditions behind a scan: those of the time alone are the scan's own.
    func filteredScan(
        _ scan: Scan, _ plan: Plan, _ conditions: [BoundExpression], _ needed: NeededColumns,
        _ profile: StepProfile?
    ) -> Step {
        let below = self.scan(scan, plan, conditions, needed)
        let rest = ScanPruning(scan, conditions).conditions
        if rest.isEmpty { return below }
        let text = ExpressionText(columns: below.columns, casting: casting)
        return Step(
            words: "filter by \(text.text(all: rest))", profile: profile, inputs: [below],
            columns: below.columns)
    }

    /// - Parameters:
    ///   - conditions: What its rows must fulfil.
    ///   - needed: The columns that somebody looks at beside them.
    func scan(
        _ scan: Scan, _ plan: Plan, _ conditions: [BoundExpression], _ needed: NeededColumns
    ) -> Step {
        let pruning = ScanPruning(scan, conditions)
        var step = Step(profile: plan.profile, columns: PlanText.words(plan.columns))
        let text = ExpressionText(columns: step.columns, casting: casting)
        var words = "scan events"
        var edges: TimeRanges?
        if let cells = scan.cells, let index = source?.index,
            let counted = CountedRows(scan, plan.types, pruning, index).rows(cells)
        {
            words = "scan counts of events by \(cells.isByType ? "type and " : "")"
            words += cells.resolution.words
            edges = counted.edges
        }
        if let types = pruning.eventTypes {
            words +=
                " of " + (types.isEmpty ? "no type" : text.constants(types.map { .text($0.text) }))
        }
        step.words = words
        if let times = pruning.times { step.details.append("time \(self.words(times))") }
        if let edges { step.details.append("event by event \(self.words(edges))") }
        if !pruning.sought.isEmpty {
            step.details.append("blocks that may have \(text.text(all: pruning.sought))")
        }
        let read = needed.adding(pruning.conditions).columns.sorted().map { step.columns[$0].text }
        if !read.isEmpty { step.details.append("columns \(PlanText.list(read))") }
        step.details += plan.profile?.scanLines ?? []
        return step
    }

    /// Of a list so many items are said.
    private static let itemLimit = 20

    private static func list(_ items: [String]) -> String {
        let rest = items.count - itemLimit
        return items.prefix(itemLimit).joined(separator: ", ")
            + (rest > 0 ? ", … \(rest) more" : "")
    }

    private func words(_ times: TimeRanges) -> String {
        if times.ranges.isEmpty { return "never" }
        return times.ranges.map { range in
            let start = range.lowerBound == .min ? nil : "from \(words(range.lowerBound))"
            let end = range.upperBound == .max ? nil : "until \(words(range.upperBound))"
            return [start, end].compactMap(\.self).joined(separator: " ")
        }.joined(separator: ", ")
    }

    private func words(_ time: Int64) -> String { casting.text(.instant(time)) }
}

extension Resolution {
    fileprivate var words: String {
        switch self {
        case .tenSeconds: "10 seconds"
        case .minute: "minute"
        case .hour: "hour"
        case .day: "day"
        }
    }
}
