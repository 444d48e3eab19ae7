import AuraCore
import AuraTesting

@testable import AuraStorage

/// The index beside a plain list of the events it was given.
struct IndexModel {
    /// What the plan says of an event, found the plain way.
    struct Fact {
        var time: Int64
        var type: ExactText
        var clinic: AttributeValue?
        var isError: Bool
        var values: [Double]
        var users: [AttributeValue]
        /// Whether the index counts it at all.
        var isCounted: Bool
    }

    let plan: IndexPlan
    private(set) var state: IndexState
    private(set) var facts: [Fact] = []
    private(set) var sequence: UInt64 = 1

    init(_ plan: IndexPlan = .ofTests) {
        self.plan = plan
        state = IndexState(plan)
    }

    /// Gives the events to the index as one batch that arrives at a time.
    mutating func add(_ events: [Event], arrival: Int64) throws {
        let batch = try IndexModel.encode(events)
        state.apply(batch, .init(firstSequence: sequence, arrival: arrival, producer: 3))
        sequence += UInt64(events.count)
        facts += events.map { fact($0, arrival: arrival) }
    }

    /// Goes on with another state, as if this one had been written and read back.
    mutating func replaceState(_ state: IndexState) {
        self.state = state
    }

    static func encode(_ events: [Event]) throws -> EventBatch {
        var builder = BatchBuilder()
        for event in events {
            guard try builder.append(event) else { throw IndexDifference("a batch is too large") }
        }
        return try EventBatch(validating: builder.finish() ?? [])
    }

    private func fact(_ event: Event, arrival: Int64) -> Fact {
        let valueName = plan.values[ExactText(event.type)] ?? plan.otherValue
        let isError =
            switch plan.errors[ExactText(event.type)] {
            case nil: false
            case .always: true
            case .when(let name, let value):
                event.attributes.contains { $0.name == name && $0.value == value }
            }
        return Fact(
            time: event.time.microseconds, type: ExactText(event.type), clinic: event["clinic_id"],
            isError: isError,
            values: event.attributes.filter { $0.name == valueName }.compactMap { attribute in
                let number: Double? =
                    switch attribute.value {
                    case .int64(let value): Double(value)
                    case .float64(let value): value
                    default: nil
                    }
                return number.flatMap { abs($0) <= 1e145 ? $0 : nil }
            },
            users: event.attributes.filter { $0.name == plan.user }.map(\.value),
            isCounted: event.time.microseconds <= arrival + Limits.futureTolerance)
    }

    /// The events of a series in a window.
    func facts(of key: SeriesKey, in window: Range<Int64>) -> [Fact] {
        let value = key.value
        return facts.filter { fact in
            guard fact.isCounted, window.contains(fact.time) else { return false }
            if let type = key.type, type != .named(fact.type) { return false }
            if let value {
                return fact.clinic.map { value == .named($0.canonical) } ?? false
            }
            return true
        }
    }
}

/// What a check found wrong.
struct IndexDifference: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension IndexModel {
    /// Compares what the index says of a series in a window with a recount: of the parts of the window
    /// that it says it holds.
    ///
    /// - Returns: Whether it holds all of the window's cells, and all of its users.
    @discardableResult
    func check(_ key: SeriesKey, _ window: Range<Int64>) throws -> (cells: Bool, users: Bool) {
        guard let number = state.series.number(key) else {
            guard facts(of: key, in: window).isEmpty else {
                throw IndexDifference("no series \(key)")
            }
            return (true, true)
        }
        guard let group = key.dimension == nil ? state.byType : state.byDimension else {
            throw IndexDifference("no dimension")
        }
        var totals = CellTotals()
        let cells = group.cells(in: window)
        let edges = cells.edges
        group.addCells([number], cells, to: &totals)
        try compare(totals, facts(of: key, in: window, except: edges), "\(key) \(window)")
        var users = UserSet()
        let sketches = group.sketches(in: window)
        let userEdges = sketches.edges
        group.addUsers([number], sketches, to: &users)
        try compare(users, facts(of: key, in: window, except: userEdges), "\(key) \(window)")
        if key.type != nil || key == .total {
            var values = Histogram()
            group.addValues([number], sketches, to: &values)
            try compare(values, facts(of: key, in: window, except: userEdges), "\(key)")
        }
        return (edges.isEmpty, userEdges.isEmpty)
    }

    private func facts(
        of key: SeriesKey, in window: Range<Int64>, except edges: [Range<Int64>]
    ) -> [Fact] {
        facts(of: key, in: window).filter { fact in !edges.contains { $0.contains(fact.time) } }
    }

    private func compare(_ totals: CellTotals, _ facts: [Fact], _ what: String) throws {
        func expect(_ holds: Bool, _ words: @autoclosure () -> String) throws {
            guard holds else { throw IndexDifference("\(what): \(words())") }
        }
        try expect(totals.count == facts.count, "count \(totals.count), not \(facts.count)")
        let errors = facts.filter(\.isError).count
        try expect(totals.errors == errors, "errors \(totals.errors), not \(errors)")
        // The total has no values: they differ in what they mean.
        guard totals.valueCount > 0 || !what.contains("type: nil") else { return }
        let values = facts.flatMap(\.values)
        try expect(totals.valueCount == values.count, "\(totals.valueCount) values")
        let range = values.min().flatMap { low in values.max().map { low...$0 } }
        try expect(totals.valueRange == range, "range \(String(describing: totals.valueRange))")
        let plain = PlainStatistics(values)
        let scale = values.reduce(0) { $0 + abs($1) }
        try expect(
            abs(totals.sum - plain.sum) <= 1e-12 * abs(plain.sum) + 1e-24 * scale,
            "sum \(totals.sum), not \(plain.sum)")
        guard let deviation = totals.deviation else { return }
        try expect(
            abs(deviation - plain.deviation) <= 1e-12 * plain.deviation,
            "deviation \(deviation), not \(plain.deviation)")
    }

    private func compare(_ users: UserSet, _ facts: [Fact], _ what: String) throws {
        let count = Double(Set(facts.flatMap(\.users)).count)
        // Five standard errors.
        let allowed = users.isExact ? 0 : 0.0815 * count
        guard abs(users.count - count) <= allowed else {
            throw IndexDifference("\(what): users \(users.count), not \(count)")
        }
    }

    private func compare(_ histogram: Histogram, _ facts: [Fact], _ what: String) throws {
        let values = facts.flatMap(\.values).sorted()
        let quantiles = [0, 0.5, 0.95, 0.99, 1]
        let found = histogram.quantiles(quantiles)
        guard found.count == (values.isEmpty ? 0 : quantiles.count) else {
            throw IndexDifference("\(what): \(found.count) quantiles of \(values.count) values")
        }
        for (quantile, value) in zip(quantiles, found) {
            let rank = max(1, Int((quantile * Double(values.count)).rounded(.up)))
            let exact = values[rank - 1]
            guard abs(value - exact) <= abs(exact) / 64 + 1e-300 else {
                throw IndexDifference("\(what): quantile \(quantile) \(value), not \(exact)")
            }
        }
    }
}

/// Sum and deviation in two passes of compensated sums.
struct PlainStatistics {
    let sum: Double
    let deviation: Double

    init(_ values: [Double]) {
        let total = PlainStatistics.sum(values)
        sum = total
        guard values.min() != values.max() else {
            deviation = 0
            return
        }
        let count = Double(values.count)
        let mean = total / count
        let squares = PlainStatistics.sum(values.map { ($0 - mean) * ($0 - mean) })
        let rest = PlainStatistics.sum(values.map { $0 - mean })
        deviation = (max(0, squares - rest * rest / count) / count).squareRoot()
    }

    /// Neumaier's sum.
    private static func sum(_ values: [Double]) -> Double {
        var sum = 0.0
        var rest = 0.0
        for value in values {
            let next = sum + value
            rest += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
            sum = next
        }
        return sum + rest
    }
}

extension IndexPlan {
    /// A plan with one of each rule.
    static var ofTests: IndexPlan {
        var plan = IndexPlan()
        plan.errors[ExactText("api.error")] = .always
        plan.errors[ExactText("task")] = .when(attribute: "success", equals: .bool(false))
        plan.errors[ExactText("call")] = .when(attribute: "state", equals: .string("failed"))
        plan.values[ExactText("task")] = "seconds"
        plan.otherValue = "duration_ms"
        plan.user = "user_id"
        plan.dimensions = ["clinic_id"]
        return plan
    }
}
