public import AuraQuery

extension EventStore {
    /// The answer to a statement from the events that are visible now; nil if it asks for none.
    ///
    /// - Parameters:
    ///   - statement: One of a `QueryScript`.
    ///   - session: SET changes its settings.
    ///   - entry: How `SHOW QUERIES` shows it meanwhile; whoever began it ends it.
    ///   - shouldStop: Asked from time to time, on several threads; once it says so, the query ends with
    ///     `.stopped`.
    public func answer(
        _ statement: QueryScript.Statement, in session: inout QuerySession,
        as entry: RunningQueries.Entry, _ shouldStop: @escaping @Sendable () -> Bool
    ) throws(QueryFailure) -> QueryAnswer? {
        let answer = try session.answer(
            statement, over: querySource, meter: entry.meter, shouldStop)
        damage.note(answer?.missing ?? [])
        return answer
    }
}
