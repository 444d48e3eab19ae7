import AuraCore

@testable import AuraQuery

/// Answers queries row by row, as their plans say and with no thought for speed.
final class Reference {
    typealias Row = [Value]

    let world: DifferentialWorld
    let casting: Casting
    private let binder: Binder
    private let plan: Plan
    private var subqueryAnswers: [[Row]] = []
    private var sharedRows: [Int: [Row]] = [:]

    /// Binds a query to what an execution has bound it to.
    init(
        _ text: String, _ catalogue: AuraQuery.Catalogue, _ world: DifferentialWorld
    ) throws(TextError) {
        self.world = world
        casting = Casting(zone: world.settings.zone)
        binder = Binder(catalogue, world.settings)
        plan = try binder.plan(try Parser.statement(text))
    }

    /// The rows of the query.
    func answer() throws -> [Row] {
        for subquery in binder.subqueries {
            let rows = try rows(of: subquery.plan)
            if subquery.use == .value, rows.count > 1 {
                throw ComputationError("\(rows.count) rows where one is wanted")
            }
            subqueryAnswers.append(rows)
        }
        return try rows(of: plan)
    }

    /// The rows of a subquery of an expression.
    func subquery(_ number: Int) -> [Row] { subqueryAnswers[number] }

    // MARK: Plans

    private func rows(of plan: Plan) throws -> [Row] {
        switch plan.node {
        case .scan(let scan): return events(scan, plan.types)
        case .rows(let columns, let count):
            return (0..<count).map { row in columns.map { $0.value(row) } }
        case .filter(let input, let conditions):
            return try rows(of: input).filter { try holds(conditions, $0) }
        case .project(let input, let expressions):
            return try rows(of: input).map { row in try expressions.map { try value($0, row) } }
        case .aggregate(let input, let aggregation): return try groups(input, aggregation)
        case .fill(let input, _): return try rows(of: input)
        case .distinct(let input, let keys):
            var seen: Set<Row> = []
            return try rows(of: input).filter { row in
                seen.insert(try keys.map { try value($0, row) }).inserted
            }
        case .sort(let input, let keys, let limit):
            return part(try sorted(try rows(of: input), keys), limit)
        case .limit(let input, let limit): return part(try rows(of: input), limit)
        case .join(let join): return try pairs(join)
        case .window(let input, let calls):
            let rows = try rows(of: input)
            let columns = try calls.map { try ReferenceWindow($0, rows, self).values() }
            return rows.indices.map { row in rows[row] + columns.map { $0[row] } }
        case .union(let parts): return try parts.flatMap { try rows(of: $0) }
        case .shared(let number):
            if let known = sharedRows[number] { return known }
            let rows = try rows(of: binder.shared[number])
            sharedRows[number] = rows
            return rows
        case .unnest(let input, let lists):
            return try rows(of: input).flatMap { items(of: $0, lists) }
        case .explained:
            throw ComputationError("the reference measures nothing")
        }
    }

    private func events(_ scan: Scan, _ types: [ValueType]) -> [Row] {
        let found = world.events.enumerated().filter { _, event in
            scan.eventTypes.map { $0.contains { ExactText($0) == ExactText(event.type) } } ?? true
        }
        return found.map { index, event in
            zip(scan.fields, types).map { field, type in
                switch field {
                case .time: .instant(event.time.microseconds)
                case .type: .text(event.type)
                case .sequence: .int64(Int64(index) + 1)
                case .weight: .int64(1)
                case .attribute(let name): Value(event[name], as: type)
                }
            }
        }
    }

    private func part(_ rows: [Row], _ limit: RowLimit) -> [Row] {
        let rest = rows.dropFirst(limit.offset)
        return Array(limit.count.map { rest.prefix($0) } ?? rest)
    }

    private func pairs(_ join: Join) throws -> [Row] {
        let right = try rows(of: join.right)
        let rightKeys = try right.map { row in try join.keys.map { try value($0.right, row) } }
        var pairs: [Row] = []
        for row in try rows(of: join.left) {
            let keys = try join.keys.map { try value($0.left, row) }
            let start = pairs.count
            for (other, otherKeys) in zip(right, rightKeys)
            where keys == otherKeys && (join.matchesNulls || !keys.contains(where: \.isNull)) {
                if try holds(join.conditions, row + other) { pairs.append(row + other) }
            }
            if let nearest = join.nearest {
                try keepNearest(nearest, &pairs, from: start, width: join.left.columns.count)
            }
            if join.keepsLeft, pairs.count == start {
                pairs.append(row + join.right.columns.map { _ in .null })
            }
        }
        return pairs
    }

    private func keepNearest(
        _ nearest: Join.Nearest, _ pairs: inout [Row], from start: Int, width: Int
    ) throws {
        let other = nearest.right.shifted(by: width)
        let condition = BoundExpression(
            .compare(nearest.comparison, nearest.left, other), .bool, .none)
        let isLast = nearest.comparison == .greater || nearest.comparison == .greaterEqual
        let key = SortKey(expression: other, isDescending: isLast, hasNullsFirst: false)
        let fitting = try sorted(
            pairs[start...].filter { try holds([condition], $0) }, [key])
        pairs[start...] = fitting.prefix(1)
    }

    private func items(of row: Row, _ lists: [Int]) -> [Row] {
        let items = lists.map { list in
            if case .list(let items) = row[list] { items } else { [Value]() }
        }
        return (0..<(items.map(\.count).max() ?? 0)).map { index in
            var copy = row
            for (list, items) in zip(lists, items) {
                copy[list] = index < items.count ? items[index] : .null
            }
            return copy
        }
    }

    // MARK: Orders and groups

    /// Rows in the order of some keys; equal ones stay as they are.
    func sorted(_ rows: [Row], _ keys: [SortKey]) throws -> [Row] {
        let keyed = try rows.map { row in
            (keys: try keys.map { try value($0.expression, row) }, row: row)
        }
        return keyed.enumerated().sorted { left, right in
            switch Reference.order(left.element.keys, right.element.keys, keys) {
            case 0: left.offset < right.offset
            case let order: order < 0
            }
        }.map(\.element.row)
    }

    /// Which of two rows' keys comes first: a negative number for the left one, 0 if they are equal.
    static func order(_ left: Row, _ right: Row, _ keys: [SortKey]) -> Int {
        for (index, key) in keys.enumerated() {
            let (a, b) = (left[index], right[index])
            if a.isNull || b.isNull {
                if a.isNull && b.isNull { continue }
                return a.isNull == key.hasNullsFirst ? -1 : 1
            }
            if a < b { return key.isDescending ? 1 : -1 }
            if b < a { return key.isDescending ? -1 : 1 }
        }
        return 0
    }

    private func groups(_ input: Plan, _ aggregation: Aggregation) throws -> [Row] {
        let rows = try rows(of: input)
        let keys = try rows.map { row in try aggregation.keys.map { try value($0, row) } }
        var results: [Row] = []
        for set in aggregation.sets {
            var members: [Row: [Row]] = [:]
            if set.isEmpty { members[aggregation.keys.map { _ in .null }] = [] }
            for (row, all) in zip(rows, keys) {
                let own = all.indices.map { set.contains($0) ? all[$0] : .null }
                members[own, default: []].append(row)
            }
            for (key, rows) in members {
                results.append(try key + aggregation.calls.map { try aggregate($0, rows) })
            }
        }
        return results
    }

    /// The result of an aggregate for the rows of a group.
    func aggregate(_ call: AggregateCall, _ rows: [Row]) throws -> Value {
        var rows = rows
        if let filter = call.filter { rows = try rows.filter { try holds([filter], $0) } }
        if !call.order.isEmpty { rows = try sorted(rows, call.order) }
        var arguments = try rows.map { row in try call.arguments.map { try value($0, row) } }
        if call.isDistinct {
            var seen: Set<Row> = []
            arguments = arguments.filter { seen.insert($0).inserted }
        }
        return ReferenceAggregate(call.function).value(of: arguments)
    }
}
