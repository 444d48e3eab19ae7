import AuraCore

/// Turns a query's text into a plan: finds what its names mean and which types things have.
///
/// One for each query, and for one thread.
final class Binder {
    let catalogue: Catalogue
    let settings: QuerySettings
    /// What tables about the store tell of; nil: nothing.
    let source: QuerySource?
    let casting: Casting
    /// What is asked inside of expressions, in the order in which it must be answered.
    var subqueries: [Subquery] = []
    /// Queries that are answered once for several uses.
    private(set) var shared: [Plan] = []
    /// The queries of WITH that can be named, the innermost last.
    private var named: [Named] = []
    /// Whether plans read cells of the index where they suffice.
    var readsCells = false
    /// The tables of the queries around the one that is read.
    var outerScopes: [Scope] = []

    /// A query in an expression.
    struct Subquery {
        enum Use { case value, rows, exists }

        /// As it was written: an item that a name stands for is bound once more.
        let query: Query?
        var plan: Plan
        let use: Use
        let place: Place
    }

    private struct Named {
        let name: String
        let number: Int
        let columns: [Plan.Column]
    }

    init(_ catalogue: Catalogue, _ settings: QuerySettings, _ source: QuerySource? = nil) {
        self.catalogue = catalogue
        self.settings = settings
        self.source = source
        casting = Casting(zone: settings.zone)
    }

    // MARK: Queries

    /// The plan of a query.
    func plan(_ query: Query) throws(TextError) -> Plan {
        let outer = named
        defer { named = outer }
        for with in query.named {
            var plan = try self.plan(with.query)
            guard !plan.contains(\.isOuter) else {
                throw TextError(
                    "'\(with.name.text)' cannot name columns of the query around",
                    at: with.name.place, hint: "write it into FROM instead of WITH")
            }
            try rename(&plan, with.columns)
            plan = sharing(plan)
            named.append(
                Named(name: with.name.text, number: shared.count - 1, columns: plan.columns))
        }
        if case .select(let select) = query.body {
            return try SelectBinder(self).plan(select, query)
        }
        let body = try plan(query.body)
        return try ordered(body, query)
    }

    /// The rows of a plan, which is carried out once for all uses.
    func sharing(_ plan: Plan) -> Plan {
        shared.append(plan)
        return Plan(node: .shared(shared.count - 1), columns: plan.columns)
    }

    /// The same rows, as what may stand in several places: anything but events is computed once.
    func repeatable(_ plan: Plan) -> Plan {
        plan.isCheap || plan.contains(\.isOuter) ? plan : sharing(plan)
    }

    /// The plan of the whole statement as it is carried out; those that it uses are finished with it.
    func finished(_ plan: Plan) -> Plan {
        var uses: [Int: Int] = [:]
        for plan in [plan] + subqueries.map(\.plan) + shared { plan.countUses(&uses) }
        var single: [Int: Plan] = [:]
        for number in shared.indices {
            shared[number] = finished(shared[number], single)
            if uses[number] == 1 { single[number] = shared[number] }
        }
        for number in subqueries.indices {
            subqueries[number].plan = finished(subqueries[number].plan, single)
        }
        return finished(plan, single)
    }

    private func finished(_ plan: Plan, _ single: [Int: Plan]) -> Plan {
        let plan = plan.inlining(single)
        return readsCells ? plan.readingCells(isUTC: settings.zone.fixedOffset == 0) : plan
    }

    func plan(_ body: Query.Body) throws(TextError) -> Plan {
        switch body {
        case .select(let select): try SelectBinder(self).plan(select, nil)
        case .query(let query): try plan(query)
        case .combined(let combined): try plan(combined)
        }
    }

    /// ORDER BY and LIMIT of a query that is no plain SELECT: of its columns.
    private func ordered(_ plan: Plan, _ query: Query) throws(TextError) -> Plan {
        var scope = Scope()
        scope.add(nil, plan.columns)
        let keys = try SelectBinder(self, scope).orderKeys(query, plan.allColumns)
        return try limited(plan, keys, query)
    }

    /// A plan in some order, with some of its rows.
    func limited(_ plan: Plan, _ keys: [SortKey], _ query: Query) throws(TextError) -> Plan {
        let limit = RowLimit(
            offset: try count(query.offset, "OFFSET") ?? 0, count: try count(query.limit, "LIMIT"))
        if !keys.isEmpty {
            return Plan(node: .sort(plan, keys, limit: limit), columns: plan.columns)
        }
        if limit == RowLimit() { return plan }
        return Plan(node: .limit(plan, limit), columns: plan.columns)
    }

    private func count(_ expression: Expression?, _ clause: String) throws(TextError) -> Int? {
        guard let expression else { return nil }
        let bound = try SelectBinder(self).bind(expression, .constant)
        guard let value = bound.constant else {
            throw TextError("\(clause) takes a constant", at: expression.place)
        }
        if value.isNull { return nil }
        guard let count = value.integer.flatMap({ Int(exactly: $0) }), count >= 0 else {
            throw TextError(
                "\(clause) takes a whole number from 0 on, not \(value)", at: expression.place)
        }
        return count
    }

    // MARK: Subqueries

    /// The number of a subquery of an expression that was met before; nil if it was not.
    func subquery(_ query: Query, _ use: Subquery.Use, _ place: Place) -> Int? {
        subqueries.firstIndex {
            $0.place.bytes == place.bytes && $0.use == use && $0.query == query
        }
    }

    // MARK: Tables

    /// The plan of a table or a query by its name.
    func table(_ path: [Expression.Name]) throws(TextError) -> Plan {
        let name = path.map(\.text).joined(separator: ".")
        let place = (path.first?.place ?? .none).through(path.last?.place ?? .none)
        if let known = named.last(where: { $0.name == name })
            ?? named.last(where: { $0.name.lowercased() == name.lowercased() })
        {
            return Plan(node: .shared(known.number), columns: known.columns)
        }
        if name.lowercased() == "events" { return scan(nil) }
        if let table = InformationTable(name: name) { return table.plan(self) }
        if let type = catalogue.eventType(named: name) { return scan(type) }
        let candidates = ["events"] + catalogue.typeNames + named.map(\.name)
        throw TextError(
            "there is no table or event type '\(name)'", at: place,
            hint: nearest(to: name, among: candidates).map { "did you mean '\($0)'?" }
                ?? "all events are in the table 'events', those of one type in one of its name")
    }

    private func scan(_ eventType: String?) -> Plan {
        let fields = catalogue.fields(of: eventType)
        let scan = Scan(
            eventTypes: eventType.map { [$0] }, fields: fields.map(\.field))
        return Plan(node: .scan(scan), columns: fields.map(\.column))
    }

    /// Gives columns other names.
    func rename(_ plan: inout Plan, _ names: [Expression.Name]) throws(TextError) {
        guard names.count <= plan.columns.count else {
            throw TextError(
                "\(names.count) names for \(plan.columns.count) columns",
                at: names[plan.columns.count].place)
        }
        for (index, name) in names.enumerated() { plan.columns[index].name = name.text }
    }
}

extension Plan {
    /// Whether it reads events, or less, and does nothing with many of them together.
    fileprivate var isCheap: Bool {
        switch node {
        case .scan, .rows, .shared: true
        case .filter(let input, let parts), .project(let input, let parts):
            input.isCheap && !parts.contains { $0.contains(\.isVolatileCall) }
        default: false
        }
    }

    /// Its columns as expressions of its rows.
    var allColumns: [BoundExpression] {
        columns.indices.map { BoundExpression(.column($0), columns[$0].type, .none) }
    }

    /// The same with other types.
    func cast(to columns: [Column], _ binder: Binder) throws(TextError) -> Plan {
        if types == columns.map(\.type) { return Plan(node: node, columns: columns) }
        var expressions: [BoundExpression] = []
        for (column, wanted) in zip(allColumns, columns) {
            expressions.append(try binder.coerced(column, to: wanted.type))
        }
        return Plan(node: .project(self, expressions), columns: columns)
    }
}
