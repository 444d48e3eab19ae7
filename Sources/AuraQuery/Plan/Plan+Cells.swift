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
            copy.node = .project(counted.groups, counted.results)
        }
        return copy
    }
}

/// Groups of events that are computed from cells: each stands for as many events as it counts, its
/// *weight*.
private struct CountedPlan {
    /// The groups, with aggregates of weights.
    private(set) var groups: Plan
    /// What was asked for, from the columns of those.
    private(set) var results: [BoundExpression] = []

    private let weight: BoundExpression
    private var calls: [AggregateCall] = []
    private let keyCount: Int

    /// nil if events themselves are needed.
    init?(_ input: Plan, _ aggregation: Aggregation, isUTC: Bool) {
        guard let events = ScannedColumns(input),
            !events.conditions.contains(where: \.isVolatileCall)
        else { return nil }
        let keys = aggregation.keys.map(events.expression)
        let asked = aggregation.calls.map { $0.mapExpressions(events.expression) }
        var needed = keys + asked.flatMap { $0.arguments + [$0.filter].compactMap(\.self) }
        let pruning = ScanPruning(events.scan, events.conditions)
        needed += pruning.conditions
        let scan = events.scan
        let grain = CellGrain(needed.map { CellGrain($0, of: scan, isUTC: isUTC) })
        guard let resolution = grain.resolution else { return nil }
        weight = BoundExpression(.column(scan.fields.count), .int64, .none)
        keyCount = keys.count
        var cells = scan
        cells.fields.append(.weight)
        let ofTypes = needed.contains { part in
            part.columns.contains { scan.fields[$0] == .type }
        }
        cells.cells = Scan.Cells(
            resolution: resolution, isByType: ofTypes || scan.eventTypes != nil)
        let columns = events.columns + [Plan.Column(name: "weight", type: .int64)]
        groups = Plan(node: .scan(cells), columns: columns)
        if !events.conditions.isEmpty {
            groups = Plan(node: .filter(groups, events.conditions), columns: columns)
        }
        results = keys.enumerated().map { index, key in
            BoundExpression(.column(index), key.type, key.place)
        }
        for call in asked {
            guard let result = self.result(of: call) else { return nil }
            results.append(result)
        }
        groups = Plan(
            aggregate: groups, Aggregation(keys: keys, sets: aggregation.sets, calls: calls))
    }

    /// An aggregate's result; nil if it needs events themselves.
    private mutating func result(of call: AggregateCall) -> BoundExpression? {
        guard call.order.isEmpty else { return nil }
        let type = call.function.result
        if call.isDistinct { return column(call) }
        switch call.function.kind {
        case .least, .greatest, .allHold, .anyHolds: return column(call)
        case .count:
            return counted(call).map { count in
                let zero = BoundExpression(.int64(0), .int64, .none)
                return BoundExpression(.coalesce([count, zero]), type, .none)
            }
        case .countIf:
            return sum(
                BoundExpression(.cast(call.arguments[0], isTried: false), .int64, .none), call)
        case .sum where call.function.arguments == [.int64]: return sum(call.arguments[0], call)
        case .average where call.function.arguments == [.int64]:
            guard let sum = sum(call.arguments[0], call), let count = counted(call),
                let divide = BoundFunction.operation("/", [.float64, .float64])
            else { return nil }
            let parts = [sum, count].map {
                BoundExpression(.cast($0, isTried: false), .float64, .none)
            }
            return BoundExpression(.call(divide, parts), .float64, .none)
        default: return nil
        }
    }

    /// The result of one more call.
    private mutating func column(_ call: AggregateCall) -> BoundExpression {
        calls.append(call)
        return BoundExpression(
            .column(keyCount + calls.count - 1), call.function.result, .none)
    }

    /// How many rows a call takes that have a value; NULL for none.
    private mutating func counted(_ call: AggregateCall) -> BoundExpression? {
        var filters = [call.filter].compactMap(\.self)
        filters += call.arguments.map { argument in
            BoundExpression(
                .not(BoundExpression(.isNull(argument), .bool, .none)), .bool, .none)
        }
        let filter =
            filters.count > 1 ? BoundExpression(.all(filters), .bool, .none) : filters.first
        let sum = column(
            AggregateCall(
                function: AggregateFunction(kind: .sum, arguments: [.int64], result: .int128),
                arguments: [weight], filter: filter))
        return BoundExpression(.cast(sum, isTried: false), .int64, .none)
    }

    /// The sum of a value times how often it stands there.
    private mutating func sum(
        _ value: BoundExpression, _ call: AggregateCall
    ) -> BoundExpression? {
        guard let multiply = BoundFunction.operation("*", [.int128, .int128]) else { return nil }
        let factors = [value, weight].map {
            BoundExpression(.cast($0, isTried: false), .int128, .none)
        }
        return column(
            AggregateCall(
                function: AggregateFunction(kind: .sum, arguments: [.int128], result: .int128),
                arguments: [BoundExpression(.call(multiply, factors), .int128, .none)],
                filter: call.filter))
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

extension BoundFunction {
    /// An operator for operands of these types.
    fileprivate static func operation(_ name: String, _ types: [ValueType]) -> BoundFunction? {
        ScalarFunction.all[name]?.first { $0.parameters == types }.map {
            BoundFunction(name: name, function: $0)
        }
    }
}
