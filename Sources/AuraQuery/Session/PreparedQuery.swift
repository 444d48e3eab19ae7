import AuraCore
import AuraStorage

/// A query that was read and bound, ready to be answered from the snapshot it was bound to.
public struct PreparedQuery {
    private let source: QuerySource
    private let settings: QuerySettings
    private let plan: Plan
    private let subqueries: [Binder.Subquery]
    private let shared: [Plan]

    /// Reads a query: finds out what it names and which types things have.
    public init(
        _ text: String, over source: QuerySource, _ settings: QuerySettings
    ) throws(QueryFailure) {
        let statement: Statement
        do { statement = try Parser.statement(text) } catch { throw .text(error) }
        try self.init(statement, over: source, settings)
    }

    /// As for a text that asks the same.
    public init(
        body: QueryBody, over source: QuerySource, _ settings: QuerySettings
    ) throws(QueryFailure) {
        let statement = body.statement
        try self.init(statement.statement, over: source, settings.inZone(of: statement))
    }

    /// Finds out what a statement names and which types things have.
    init(
        _ statement: Statement, over source: QuerySource, _ settings: QuerySettings
    ) throws(QueryFailure) {
        let catalogue: Catalogue
        do {
            (catalogue, _) = try source.snapshot.readingWhole { snapshot throws(StorageError) in
                try source.catalogues.catalogue(of: snapshot)
            }
        } catch { throw .storage(error) }
        do {
            let binder = Binder(catalogue, settings, source)
            binder.readsCells = settings.usesRollups && source.index != nil
            plan = try binder.plan(statement)
            subqueries = binder.subqueries
            shared = binder.shared
        } catch { throw .text(error) }
        self.source = source
        self.settings = settings
    }

    /// Gives the answer to `take` as it is made, from all events up to the snapshot's watermark and no
    /// other.
    ///
    /// While `take` works, little more is made than it has taken, so an answer of any length needs little
    /// memory unless the query itself does: `take` may block.
    /// - Parameters:
    ///   - meter: Told how far it is.
    ///   - shouldStop: Asked from time to time, on several threads; once it says so, the query ends with
    ///     `.stopped`.
    ///   - forget: Asked where a chunk turns out to be damaged when rows were given: whether whoever took
    ///     them forgets them all, and gets them anew without those of that chunk. Else the answer fails.
    ///   - take: Called on this thread with the rows in their order, at least once, until it returns false;
    ///     of an answer without rows it gets none. The time that it takes is not counted as the query's.
    public func answer(
        meter: QueryMeter = QueryMeter(),
        _ shouldStop: @escaping @Sendable () -> Bool = { false },
        forget: () -> Bool = { false },
        take: (QueryAnswer) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        guard let limit = settings.timeLimit else {
            return try readingWhole(meter, shouldStop, forget, take)
        }
        let deadline = QueryDeadline(in: .microseconds(limit))
        do throws(QueryFailure) {
            try readingWhole(meter, { shouldStop() || deadline.isOver }, forget) {
                answer throws(QueryFailure) in
                deadline.pause()
                defer { deadline.goOn() }
                return try take(answer)
            }
        } catch {
            guard case .stopped = error, !shouldStop(), deadline.isOver else { throw error }
            throw .limit(
                "the query took longer than its time_limit, \(QuerySettings.text(ofTime: limit)); "
                    + "narrow the time range, "
                    + "group by something coarser, or raise time_limit")
        }
    }

    /// The whole answer at once, which counts as memory of the query.
    public func answer(
        meter: QueryMeter = QueryMeter(),
        _ shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(QueryFailure) -> QueryAnswer {
        var whole = CollectedAnswer(settings)
        try answer(meter: meter, shouldStop, forget: { whole.forget() }) {
            part throws(QueryFailure) in
            try whole.add(part)
            return true
        }
        guard let answer = whole.answer else { preconditionFailure("an answer has a part") }
        return answer
    }

    /// Answers without the chunks that cannot be read: once more where one turns out to be such, unless
    /// rows were given that may be of it.
    private func readingWhole(
        _ meter: QueryMeter, _ shouldStop: @escaping @Sendable () -> Bool, _ forget: () -> Bool,
        _ take: (QueryAnswer) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        var failure: QueryFailure?
        var damage: StorageError?
        var hasGiven = false
        do throws(StorageError) {
            try source.snapshot.readingWhole { snapshot, missing throws(StorageError) in
                do throws(QueryFailure) {
                    if hasGiven, let damage, !forget() { throw .broken(damage) }
                    try answer(from: source.reading(snapshot), missing, meter, shouldStop) {
                        answer throws(QueryFailure) in
                        hasGiven = true
                        return try take(answer)
                    }
                } catch {
                    if case .storage(let error) = error {
                        damage = error
                        throw error
                    }
                    failure = error
                }
            }
        } catch { throw .storage(error) }
        if let failure { throw failure }
    }

    private func answer(
        from source: QuerySource, _ missing: [MissingChunk], _ meter: QueryMeter,
        _ shouldStop: @escaping @Sendable () -> Bool,
        _ take: (QueryAnswer) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        let execution = Execution(source, settings, shared, meter, shouldStop)
        try execution.answer(subqueries)
        var answer = QueryAnswer(
            columns: plan.columns.map { QueryAnswer.Column(name: $0.name, type: $0.type) },
            watermark: source.snapshot.watermark, missing: missing)
        var hasGiven = false
        _ = try execution.forEachPart(of: plan, NeededColumns(allOf: plan)) {
            part throws(QueryFailure) in
            hasGiven = true
            answer.vectors = part.columns
            return try take(answer)
        }
        if !hasGiven { _ = try take(answer) }
    }
}
