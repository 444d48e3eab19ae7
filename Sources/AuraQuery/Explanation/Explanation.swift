/// A query as it is carried out, which EXPLAIN puts into words.
struct Explanation: Sendable {
    var plan: Plan
    /// The queries in its expressions, by their numbers.
    var subqueries: [Binder.Subquery]
    /// The queries of WITH; those with one use stand in the plan itself.
    var shared: [Plan]

    /// The same with a profile for each step.
    func measured() -> Explanation {
        var copy = self
        copy.plan = plan.measured()
        for index in subqueries.indices {
            copy.subqueries[index].plan = subqueries[index].plan.measured()
        }
        copy.shared = shared.map { $0.measured() }
        return copy
    }
}

/// EXPLAIN ANALYZE.
extension Execution {
    /// Answers a query, lets go of the rows, and says what each step did, line by line.
    func lines(of explanation: Explanation) throws(QueryFailure) -> [String] {
        let measured = explanation.measured()
        let start = ContinuousClock.now
        let execution = Execution(source, settings, measured.shared, meter, shouldStop)
        try execution.answer(measured.subqueries)
        _ = try execution.forEachPart(of: measured.plan, NeededColumns(allOf: measured.plan)) { _ in
            true
        }
        let time = ContinuousClock.now - start
        return PlanText(measured, source, settings, answeredIn: time).lines
    }
}
