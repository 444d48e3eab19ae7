import AuraCore
import AuraTesting

@testable import AuraQuery

/// Random queries, of every form that there is.
struct QueryGenerator {
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    // MARK: Chance

    private mutating func flag() -> Bool { random.chance(50) }

    private mutating func some<Element>(
        _ counts: ClosedRange<Int>, _ element: (inout QueryGenerator) -> Element
    ) -> [Element] {
        (0..<counts.lowerBound + random.below(counts.count)).map { _ in element(&self) }
    }

    private mutating func maybe<Element>(
        _ percent: Int, _ element: (inout QueryGenerator) -> Element
    ) -> Element? {
        random.chance(percent) ? element(&self) : nil
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        random.element(of: elements)
    }

    // MARK: Names and texts

    mutating func name() -> Expression.Name {
        if random.chance(30) {
            let text = pick(["select", "a b", "ü\"", "properties.device", "1"])
            return Expression.Name(text: text, isQuoted: true, place: .none)
        }
        let text = pick(["a", "user_id", "Type", "zeit_ü", "_x1"])
        return Expression.Name(text: text, isQuoted: false, place: .none)
    }

    private mutating func text() -> String {
        some(0...4) { $0.pick(["a", "'", "\"", "\\", "ü", "\n", "%", " ", "--", "/*", "$"]) }
            .joined()
    }

    private func made(_ form: Expression.Form) -> Expression {
        Expression(form: form, place: .none)
    }

    // MARK: Expressions

    mutating func expression(depth: Int = 4) -> Expression {
        guard depth > 0 else { return leaf() }
        let next = depth - 1
        switch random.below(18) {
        case 0...2: return leaf()
        case 3:
            return made(.unary(pick(Expression.UnaryOperator.allCases), expression(depth: next)))
        case 4...6:
            return made(
                .binary(
                    pick(Expression.BinaryOperator.allCases), expression(depth: next),
                    expression(depth: next)))
        case 7:
            let test = pick(Expression.Test.allCases)
            return made(.test(expression(depth: next), test, isNegated: flag()))
        case 8:
            return made(
                .distinct(expression(depth: next), expression(depth: next), isNegated: flag()))
        case 9:
            return made(
                .between(
                    expression(depth: next), expression(depth: next), expression(depth: next),
                    isNegated: flag()))
        case 10:
            let items = some(1...3) { $0.expression(depth: next) }
            return made(.among(expression(depth: next), items, isNegated: flag()))
        case 11:
            return made(
                .like(
                    Expression.Pattern(
                        kind: pick(Expression.Pattern.Kind.allCases),
                        value: expression(depth: next), pattern: expression(depth: next),
                        escape: maybe(30) { $0.expression(depth: next) }, isNegated: flag())))
        case 12: return made(.choice(choice(depth: next)))
        case 13: return made(.cast(expression(depth: next), type(), isTried: flag()))
        case 14: return made(.list(some(0...3) { $0.expression(depth: next) }))
        case 15: return made(.element(expression(depth: next), expression(depth: next)))
        case 16: return made(query(depth: next))
        default: return made(.call(call(depth: next)))
        }
    }

    private mutating func leaf() -> Expression {
        switch random.below(9) {
        case 0: made(.null)
        case 1: made(.bool(flag()))
        case 2: made(.integer(pick([0, 1, 10, Int128(Int64.max) + 1, .max])))
        case 3: made(.float(pick([0, 1, 0.1, 1e300, 1e-300, 1e22])))
        case 4: made(.text(text()))
        case 5: made(.parameter(pick(["1", "2", "name"])))
        case 6: made(.interval(amount: made(.text("1 hour 2 minutes")), unit: ""))
        case 7: made(.interval(amount: made(.integer(3)), unit: pick(["hour", "month"])))
        default: made(.column(Expression.ColumnName(parts: some(1...3) { $0.name() })))
        }
    }

    private mutating func query(depth: Int) -> Expression.Form {
        switch random.below(3) {
        case 0: .value(query(nesting: depth))
        case 1: .exists(query(nesting: depth))
        default:
            .amongRows(
                expression(depth: depth), query(nesting: depth), isNegated: flag())
        }
    }

    private mutating func choice(depth: Int) -> Expression.Choice {
        Expression.Choice(
            subject: maybe(40) { $0.expression(depth: depth) },
            branches: some(1...2) {
                Expression.Choice.Branch(
                    condition: $0.expression(depth: depth), result: $0.expression(depth: depth))
            }, otherwise: maybe(50) { $0.expression(depth: depth) })
    }

    private mutating func type() -> Expression.TypeName {
        let names = [
            "BIGINT", "DOUBLE PRECISION", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "INTEGER[]",
            "TIMESTAMP",
        ]
        return Expression.TypeName(text: pick(names), place: .none)
    }

    private mutating func call(depth: Int) -> Expression.Call {
        var call = Expression.Call(
            name: pick(["count", "left", "quantile_cont", "lag"]), namePlace: .none, arguments: [])
        if random.chance(20) {
            call.isOfRows = true
        } else {
            call.arguments = some(0...2) { generator in
                Expression.Argument(
                    name: generator.maybe(20) { _ in "width" },
                    value: generator.expression(depth: depth))
            }
        }
        if !call.arguments.isEmpty {
            call.isDistinct = flag()
            if random.chance(20) { call.order = some(1...2) { $0.orderItem(depth: depth) } }
            call.ignoresNulls = random.chance(20)
        }
        if random.chance(10) { call.groupOrder = some(1...2) { $0.orderItem(depth: depth) } }
        call.filter = maybe(20) { $0.expression(depth: depth) }
        call.window = maybe(30) { generator in
            generator.flag() ? .named(generator.name()) : .here(generator.window(depth: depth))
        }
        return call
    }

    private mutating func orderItem(depth: Int) -> OrderItem {
        OrderItem(
            expression: expression(depth: depth), isDescending: flag(),
            hasNullsFirst: maybe(50) { $0.flag() })
    }

    private mutating func window(depth: Int) -> WindowSpecification {
        WindowSpecification(
            base: maybe(20) { $0.name() }, partition: some(0...2) { $0.expression(depth: depth) },
            order: some(0...2) { $0.orderItem(depth: depth) },
            frame: maybe(50) { generator in
                WindowFrame(
                    unit: generator.pick(WindowFrame.Unit.allCases),
                    start: generator.bound(depth: depth), end: generator.bound(depth: depth))
            })
    }

    private mutating func bound(depth: Int) -> WindowFrame.Bound {
        switch random.below(5) {
        case 0: .unboundedPreceding
        case 1: .preceding(expression(depth: depth))
        case 2: .currentRow
        case 3: .following(expression(depth: depth))
        default: .unboundedFollowing
        }
    }

    // MARK: Queries

    mutating func query(nesting depth: Int = 3) -> Query {
        let next = max(0, depth - 1)
        var query = Query(body: body(depth: next))
        query.named =
            depth > 1 && random.chance(20)
            ? some(1...2) { generator in
                Query.Named(
                    name: generator.name(), columns: generator.some(0...2) { $0.name() },
                    query: generator.query(nesting: next))
            } : []
        if random.chance(30) { query.order = some(1...2) { $0.orderItem(depth: next) } }
        query.limit = maybe(30) { $0.expression(depth: next) }
        query.offset = maybe(20) { $0.expression(depth: next) }
        return query
    }

    private mutating func body(depth: Int) -> Query.Body {
        var body = intersected(depth: depth)
        while random.chance(20) {
            let kind = flag() ? Query.Combined.Kind.union : .difference
            body = .combined(
                Query.Combined(
                    kind: kind, isAll: flag(), left: body, right: intersected(depth: depth)))
        }
        return body
    }

    private mutating func intersected(depth: Int) -> Query.Body {
        let left = term(depth: depth)
        return random.chance(10)
            ? .combined(
                Query.Combined(
                    kind: .intersection, isAll: flag(), left: left, right: term(depth: depth)))
            : left
    }

    private mutating func term(depth: Int) -> Query.Body {
        depth > 0 && random.chance(15)
            ? .query(query(nesting: depth - 1)) : .select(select(depth: depth))
    }

    private mutating func grouping(depth: Int) -> Select.Grouping {
        random.chance(70) ? .expression(expression(depth: depth)) : groupingSets(depth: depth)
    }

    private mutating func groupingSets(depth: Int) -> Select.Grouping {
        switch random.below(3) {
        case 0: .rollup(some(1...2) { $0.expression(depth: depth) })
        case 1: .cube(some(1...2) { $0.expression(depth: depth) })
        default:
            .sets(
                some(1...3) { generator in
                    generator.random.chance(70)
                        ? .together(generator.some(0...2) { $0.expression(depth: depth) })
                        : generator.groupingSets(depth: depth)
                })
        }
    }

    private mutating func select(depth: Int) -> Select {
        var select = Select(items: some(1...3) { $0.item(depth: depth) })
        select.distinct =
            random.chance(20)
            ? (flag() ? .all : .on(some(1...2) { $0.expression(depth: depth) })) : .no
        select.from = maybe(80) { $0.table(depth: depth) }
        select.filter = maybe(40) { $0.expression(depth: depth) }
        if random.chance(40) {
            select.groupings = some(1...2) { $0.grouping(depth: depth) }
        } else {
            select.groupsByAll = random.chance(20)
        }
        select.having = maybe(20) { $0.expression(depth: depth) }
        if random.chance(20) {
            select.windows = some(1...2) { generator in
                Select.NamedWindow(
                    name: generator.name(), specification: generator.window(depth: depth))
            }
        }
        select.qualify = maybe(20) { $0.expression(depth: depth) }
        return select
    }

    private mutating func item(depth: Int) -> Select.Item {
        if random.chance(20) {
            return .all(
                of: maybe(50) { $0.name() }, excluding: some(0...2) { $0.name() }, place: .none)
        }
        return .expression(expression(depth: depth), alias: maybe(40) { $0.name() })
    }

    private mutating func table(depth: Int) -> Table {
        if depth > 0, random.chance(30) {
            let kind = pick(Table.JoinKind.allCases)
            var condition = Table.JoinCondition.none
            if kind != .cross {
                condition =
                    flag()
                    ? .on(expression(depth: depth - 1)) : .using(some(1...2) { $0.name() })
            }
            return .join(
                Table.Join(
                    left: table(depth: depth - 1), right: source(depth: depth - 1), kind: kind,
                    condition: condition, place: .none))
        }
        return source(depth: depth)
    }

    private mutating func source(depth: Int) -> Table {
        guard depth > 0, flag() else {
            return .named(some(1...3) { $0.name() }, alias: maybe(50) { $0.name() })
        }
        let alias = maybe(80) { $0.name() }
        let columns = alias == nil ? [] : some(0...2) { $0.name() }
        return .query(query(nesting: depth - 1), alias: alias, columns: columns, place: .none)
    }
}
