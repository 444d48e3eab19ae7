public import AuraQuery

extension EventStore {
    /// Gives the answer to a statement to `take`, from the events that are visible now, as `QuerySession`
    /// does.
    ///
    /// - Parameters:
    ///   - statement: One of a `QueryScript`.
    ///   - session: SET changes its settings.
    ///   - entry: How `SHOW QUERIES` shows it meanwhile; whoever began it ends it.
    ///   - shouldStop: Asked from time to time, on several threads; once it says so, the query ends with
    ///     `.stopped`.
    ///   - forget: As of `PreparedQuery`.
    public func answer(
        _ statement: QueryScript.Statement, in session: inout QuerySession,
        as entry: RunningQueries.Entry, _ shouldStop: @escaping @Sendable () -> Bool,
        forget: () -> Bool = { false }, take: (QueryAnswer) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        try session.answer(
            statement, over: querySource, meter: entry.meter, shouldStop, forget: forget
        ) { part throws(QueryFailure) in
            damage.note(part.missing)
            return try take(part)
        }
    }
}
