public import AuraCore
public import AuraStorage

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

    /// The answer, from all events up to the snapshot's watermark and no other.
    ///
    /// - Parameters:
    ///   - meter: Told how far it is.
    ///   - shouldStop: Asked from time to time; once it says so, the query ends with `.stopped`.
    public func answer(
        meter: QueryMeter = QueryMeter(),
        _ shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(QueryFailure) -> QueryAnswer {
        guard let limit = settings.timeLimit else { return try answerInTime(meter, shouldStop) }
        let deadline = ContinuousClock.now + .microseconds(limit)
        do throws(QueryFailure) {
            return try answerInTime(meter) { shouldStop() || ContinuousClock.now >= deadline }
        } catch {
            guard case .stopped = error, !shouldStop() else { throw error }
            throw .limit(
                "the query took longer than its time_limit, \(QuerySettings.text(ofTime: limit)); "
                    + "narrow the time range, "
                    + "group by something coarser, or raise time_limit")
        }
    }

    private func answerInTime(
        _ meter: QueryMeter, _ shouldStop: @escaping @Sendable () -> Bool
    ) throws(QueryFailure) -> QueryAnswer {
        var failure: QueryFailure?
        let (rows, missing): ([Vector], [MissingChunk])
        do throws(StorageError) {
            (rows, missing) = try source.snapshot.readingWhole { snapshot throws(StorageError) in
                do throws(QueryFailure) {
                    return try self.rows(of: source.reading(snapshot), meter, shouldStop)
                } catch {
                    if case .storage(let error) = error { throw error }
                    failure = error
                    return []
                }
            }
        } catch { throw .storage(error) }
        if let failure { throw failure }
        return QueryAnswer(
            columns: plan.columns.map { QueryAnswer.Column(name: $0.name, type: $0.type) },
            vectors: rows, watermark: source.snapshot.watermark, missing: missing)
    }

    private func rows(
        of source: QuerySource, _ meter: QueryMeter, _ shouldStop: @escaping @Sendable () -> Bool
    ) throws(QueryFailure) -> [Vector] {
        let execution = Execution(source, settings, shared, meter, shouldStop)
        try execution.answer(subqueries)
        return try execution.rows(of: plan)
    }
}

/// What a query has answered.
public struct QueryAnswer: Sendable {
    /// A column of it.
    public struct Column: Hashable, Sendable {
        /// What it is called in the query.
        public let name: String
        /// The type of its values.
        public let type: ValueType
    }

    /// Its columns.
    public let columns: [Column]
    private let vectors: [Vector]
    /// Every event up to this sequence number was considered, and no other.
    public let watermark: UInt64
    /// Chunks that cannot be read: then rows may be missing, or figures too low.
    public let missing: [MissingChunk]

    init(columns: [Column], vectors: [Vector], watermark: UInt64, missing: [MissingChunk]) {
        self.columns = columns
        self.vectors = vectors
        self.watermark = watermark
        self.missing = missing
    }

    /// Whether all that was asked for could be read.
    public var isComplete: Bool { missing.isEmpty }

    /// Rows.
    public var rowCount: Int { vectors.first?.count ?? 0 }

    /// The values of some rows in a column.
    public func values(of column: Int, in rows: Range<Int>) -> [Value] {
        let vector = vectors[column]
        return rows.map { vector.value($0) }
    }

    /// The values of a row, one for each column.
    public func row(_ index: Int) -> [Value] { vectors.map { $0.value(index) } }
}
