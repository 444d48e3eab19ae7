import AuraCore
import AuraStorage

/// Events that are only counted need not be read: the cells of the index have how many there are.
extension Plan {
    /// The same plan, with cells in the place of events wherever they suffice.
    ///
    /// - Parameter isUTC: Whether the clocks of the session show UTC.
    func readingCells(isUTC: Bool) -> Plan {
        var copy = mappingInputs { $0.readingCells(isUTC: isUTC) }
        if case .aggregate(let input, let aggregation) = copy.node,
            let counted = CountedPlan(input, aggregation, isUTC: isUTC)
        {
            copy.node = .aggregate(counted.cells, counted.aggregation)
        }
        return copy
    }
}

/// Groups of events that are computed from cells: each stands for as many events as it counts, its
/// *weight*.
private struct CountedPlan {
    private(set) var cells: Plan
    /// With aggregates of weights.
    private(set) var aggregation: Aggregation

    private let weight: BoundExpression

    /// nil if events themselves are needed.
    init?(_ input: Plan, _ aggregation: Aggregation, isUTC: Bool) {
        guard let events = ScannedColumns(input),
            !events.conditions.contains(where: \.isVolatileCall)
        else { return nil }
        self.aggregation = aggregation
        self.aggregation.keys = aggregation.keys.map(events.expression)
        self.aggregation.calls = aggregation.calls.map { $0.mapExpressions(events.expression) }
        var needed = self.aggregation.keys
        for call in self.aggregation.calls {
            needed += call.arguments + [call.filter].compactMap(\.self)
        }
        let pruning = ScanPruning(events.scan, events.conditions)
        needed += pruning.conditions
        var scan = events.scan
        let grain = CellGrain(needed.map { CellGrain($0, of: scan, isUTC: isUTC) })
        guard let resolution = grain.resolution else { return nil }
        let ofTypes = needed.contains { part in
            part.columns.contains { scan.fields[$0] == .type }
        }
        weight = BoundExpression(.column(scan.fields.count), .int64, .none)
        scan.fields.append(.weight)
        scan.cells = Scan.Cells(
            resolution: resolution, stretch: grain.stretch,
            isByType: ofTypes || scan.eventTypes != nil)
        let columns = events.columns + [Plan.Column(name: "weight", type: .int64)]
        cells = Plan(node: .scan(scan), columns: columns)
        if !events.conditions.isEmpty {
            cells = Plan(node: .filter(cells, events.conditions), columns: columns)
        }
        for (index, call) in self.aggregation.calls.enumerated() {
            guard let counted = counted(call) else { return nil }
            self.aggregation.calls[index] = counted
        }
    }

    /// The aggregate of cells that has the same result as one of events; nil if it needs those.
    private func counted(_ call: AggregateCall) -> AggregateCall? {
        guard call.order.isEmpty else { return nil }
        if call.isDistinct { return call }
        switch call.function.kind {
        case .least, .greatest, .allHold, .anyHolds: return call
        case .count:
            let isPresent = call.arguments.map { argument in
                BoundExpression(
                    .not(BoundExpression(.isNull(argument), .bool, .none)), .bool, .none)
            }
            let filters = [call.filter].compactMap(\.self) + isPresent
            let filter =
                filters.count > 1 ? BoundExpression(.all(filters), .bool, .none) : filters.first
            return AggregateCall(
                function: AggregateFunction(
                    kind: .eventCount, arguments: [.int64], result: .int64),
                arguments: [weight], filter: filter)
        case .countIf:
            let number = BoundExpression(.cast(call.arguments[0], isTried: false), .int64, .none)
            return weighted(.sum, number, call)
        case .sum where call.function.arguments == [.int64],
            .average where call.function.arguments == [.int64]:
            return weighted(call.function.kind, call.arguments[0], call)
        default: return nil
        }
    }

    /// An aggregate of values, each of which as many events have as its row stands for.
    private func weighted(
        _ kind: AggregateFunction.Kind, _ value: BoundExpression, _ call: AggregateCall
    ) -> AggregateCall {
        AggregateCall(
            function: AggregateFunction(
                kind: kind, arguments: [.int64, .int64], result: call.function.result),
            arguments: [value, weight], filter: call.filter)
    }
}

/// Rows of a scan, on their way through conditions and expressions alone.
private struct ScannedColumns {
    let scan: Scan
    let columns: [Plan.Column]
    /// Of the scan's columns.
    private(set) var conditions: [BoundExpression] = []
    /// What each column is, of the scan's columns; nil if they are the same.
    private var expressions: [BoundExpression]?

    /// nil if the rows come from elsewhere.
    init?(_ plan: Plan) {
        switch plan.node {
        case .scan(let scan):
            guard scan.cells == nil else { return nil }
            self.scan = scan
            columns = plan.columns
        case .filter(let input, let conditions):
            guard var below = ScannedColumns(input) else { return nil }
            below.conditions += conditions.map(below.expression)
            self = below
        case .project(let input, let expressions):
            guard var below = ScannedColumns(input),
                !expressions.contains(where: { $0.contains(\.isVolatileCall) })
            else { return nil }
            below.expressions = expressions.map(below.expression)
            self = below
        default: return nil
        }
    }

    /// An expression of the rows as one of the scan's columns.
    func expression(_ expression: BoundExpression) -> BoundExpression {
        guard let expressions else { return expression }
        return expression.mapColumns { index, _ in expressions[index] }
    }
}
