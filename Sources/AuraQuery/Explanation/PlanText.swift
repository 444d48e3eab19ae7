import AuraCore
import AuraStorage

/// A plan in words, as EXPLAIN shows it: what is done last stands first.
struct PlanText {
    /// A step in words, and those that it takes rows from.
    struct Step {
        /// What it does; nil if it does nothing but pass columns on.
        var words: String?
        /// What else is to be said of it, line by line.
        var details: [String] = []
        var profile: StepProfile?
        var inputs: [Step] = []
        /// What the columns of its rows are.
        var columns: [ExpressionText.Words]
    }

    private(set) var lines: [String] = []
    let source: QuerySource?
    let casting: Casting
    /// Bytes that a step held at most.
    private var memory = 0
    /// The queries of WITH whose rows are taken, in the order in which they are met.
    private var used: [Int] = []

    /// - Parameter time: What the answer took; nil if there was none.
    init(
        _ explanation: Explanation, _ source: QuerySource?, _ settings: QuerySettings,
        answeredIn time: Duration? = nil
    ) {
        self.source = source
        casting = Casting(zone: settings.zone)
        add(explanation.plan, NeededColumns(allOf: explanation.plan), depth: 0)
        for (index, subquery) in explanation.subqueries.enumerated() {
            lines.append("subquery \(index + 1), answered first:")
            let needed = NeededColumns(allOf: subquery.plan)
            add(subquery.plan, subquery.use == .exists ? NeededColumns([]) : needed, depth: 1)
        }
        var next = 0
        while next < used.count {
            let plan = explanation.shared[used[next]]
            lines.append("query \(used[next] + 1) of WITH, answered once:")
            add(plan, NeededColumns(allOf: plan), depth: 1)
            next += 1
        }
        guard let time else { return }
        let held = memory > 0 ? ", at most \(PlanText.size(memory)) in a step" : ""
        let watermark = source.map { ", watermark \($0.snapshot.watermark)" } ?? ""
        lines.append(
            "answered in \(PlanText.milliseconds(Int(time / .nanoseconds(1)))), "
                + "threads \(settings.threads)\(held)\(watermark)")
    }

    private mutating func add(_ plan: Plan, _ needed: NeededColumns, depth: Int) {
        add(step(plan, needed), depth)
    }

    private mutating func add(_ step: Step, _ depth: Int) {
        var below = depth
        if let words = step.words {
            let indentation = String(repeating: "  ", count: depth)
            lines.append(indentation + words + (step.profile?.summary ?? ""))
            lines += step.details.map { "\(indentation)  \($0)" }
            below += 1
        }
        memory = max(memory, step.profile?[.memory] ?? 0)
        for input in step.inputs { add(input, below) }
    }

    // MARK: Steps

    private mutating func step(_ plan: Plan, _ needed: NeededColumns) -> Step {
        switch plan.node {
        case .scan(let scan): return self.scan(scan, plan, [], needed)
        case .filter(let input, let conditions):
            guard case .scan(let scan) = input.node else { break }
            return filteredScan(scan, input, conditions, needed, plan.profile)
        case .shared(let number): if !used.contains(number) { used.append(number) }
        default: break
        }
        var inputs: [Step] = []
        for (input, needed) in zip(plan.inputs, plan.needs(needed)) {
            inputs.append(step(input, needed))
        }
        var columns = inputs.flatMap(\.columns)
        if case .join = plan.node {
            columns = PlanText.beside(inputs[0].columns, inputs[1].columns)
        }
        let below = ExpressionText(columns: columns, casting: casting)
        var step = Step(profile: plan.profile, inputs: inputs, columns: below.columns)
        describe(plan, needed, below, &step)
        return step
    }

    private func describe(
        _ plan: Plan, _ needed: NeededColumns, _ below: ExpressionText, _ step: inout Step
    ) {
        switch plan.node {
        case .scan, .explained: break
        case .rows(_, let count):
            step.words = count == 1 ? "one row" : "\(count) known rows"
            step.columns = PlanText.words(plan.columns)
        case .filter(_, let conditions): step.words = "filter by \(below.text(all: conditions))"
        case .project(_, let expressions): describe(plan, expressions, needed, below, &step)
        case .aggregate(_, let aggregation):
            step.words = PlanText.words(aggregation, below)
            step.columns =
                aggregation.keys.map(below.words)
                + aggregation.calls.map { .init(text: below.text($0)) }
        case .fill(_, let filling):
            let others = filling.others.map { below.columns[$0].text }.joined(separator: ", ")
            step.words =
                "fill in buckets without rows of \(below.columns[filling.bucket].text)"
                + (others.isEmpty ? "" : ", for each \(others)")
        case .distinct(_, let keys):
            step.words =
                keys.count == plan.columns.count
                ? "distinct rows" : "first row of each \(below.list(keys))"
        case .sort(_, let keys, let limit):
            step.words = "order by \(below.text(keys))\(PlanText.words(limit, behind: ", "))"
        case .limit(_, let limit): step.words = "take\(PlanText.words(limit, behind: " "))"
        case .join(let join): step.words = words(join, below)
        case .window(_, let calls):
            let texts = calls.map(below.text)
            step.words = "compute \(texts.joined(separator: ", "))"
            step.columns += texts.map { .init(text: $0) }
        case .union(let parts):
            step.words = "union of \(parts.count)"
            step.columns = PlanText.words(plan.columns)
        case .shared(let number):
            step.words = "rows of query \(number + 1) of WITH"
            step.columns = PlanText.words(plan.columns)
        case .unnest(_, let lists):
            let texts = lists.map { below.columns[$0].text }
            step.words = "a row for each item of \(texts.joined(separator: ", "))"
            for (list, text) in zip(lists, texts) {
                step.columns[list] = .init(text: "unnest(\(text))")
            }
        }
    }

    /// What is computed; a column that is only passed on keeps its words.
    private func describe(
        _ plan: Plan, _ expressions: [BoundExpression], _ needed: NeededColumns,
        _ below: ExpressionText, _ step: inout Step
    ) {
        step.columns = []
        var computed: [String] = []
        for (index, expression) in expressions.enumerated() {
            let name = plan.columns[index].name
            let words = below.words(expression)
            let isNamed = Lexer.isWord(name)
            let isPassedOn = expression.isColumn && (!isNamed || words.text == name)
            if !isPassedOn, needed.columns.contains(index) {
                computed.append(isNamed ? "\(name) := \(words.text)" : words.text)
            }
            step.columns.append(
                isNamed ? .init(text: name) : words.shortened(to: PlanText.nameLimit))
        }
        if !computed.isEmpty { step.words = "compute \(computed.joined(separator: ", "))" }
    }

    /// Of what a column without a name is, so many characters are said where it is used.
    private static let nameLimit = 120

    private static func words(_ aggregation: Aggregation, _ below: ExpressionText) -> String {
        let calls = aggregation.calls.map(below.text).joined(separator: ", ")
        let behind = calls.isEmpty ? "" : ": \(calls)"
        if aggregation.sets.count > 1 {
            let sets = aggregation.sets.map { set in
                "(\(below.list(set.map { aggregation.keys[$0] })))"
            }
            return "group by \(sets.joined(separator: ", "))\(behind)"
        }
        if aggregation.keys.isEmpty { return "group all rows\(behind)" }
        return "group by \(below.list(aggregation.keys))\(behind)"
    }

    private static func words(_ limit: RowLimit, behind separator: String) -> String {
        let offset = limit.offset > 0 ? " after \(limit.offset)" : ""
        if let count = limit.count { return "\(separator)first \(count)\(offset)" }
        return offset.isEmpty ? "" : "\(separator)all\(offset)"
    }

    /// The columns of both sides of a join, with the side where they have the same words.
    private static func beside(
        _ left: [ExpressionText.Words], _ right: [ExpressionText.Words]
    ) -> [ExpressionText.Words] {
        let common = Set(left.map(\.text)).intersection(right.map(\.text))
        return zip([left, right], ["left", "right"]).flatMap { columns, side in
            columns.map { common.contains($0.text) ? .init(text: "\(side).\($0.text)") : $0 }
        }
    }

    private func words(_ join: Join, _ both: ExpressionText) -> String {
        let width = join.left.columns.count
        let keys = join.keys.map { left, right in
            let right = right.shifted(by: width)
            return BoundExpression(
                join.matchesNulls ? .alike(left, right) : .compare(.equal, left, right), .bool,
                left.place)
        }
        var conditions = keys + join.conditions
        if let nearest = join.nearest {
            conditions.append(
                BoundExpression(
                    .compare(nearest.comparison, nearest.left, nearest.right.shifted(by: width)),
                    .bool, .none))
            return "\(join.keepsLeft ? "left " : "")join of the nearest on "
                + both.text(all: conditions)
        }
        if conditions.isEmpty { return join.keepsLeft ? "left join" : "cross join" }
        return "\(join.keepsLeft ? "left join" : "join") on \(both.text(all: conditions))"
    }

    /// Names of columns, between double quotes where they are no words with dots between them.
    static func words(_ columns: [Plan.Column]) -> [ExpressionText.Words] {
        columns.map { column in
            let parts = column.name.split(separator: ".", omittingEmptySubsequences: false)
            let isPlain = parts.allSatisfy { Lexer.isWord(String($0)) }
            return .init(text: isPlain ? column.name : Expression.quoted(column.name, "\""))
        }
    }
}

extension BoundExpression {
    fileprivate var isColumn: Bool {
        if case .column = form { return true }
        return false
    }
}
