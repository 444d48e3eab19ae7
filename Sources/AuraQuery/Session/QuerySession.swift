/// Statements of one text, one after another.
public struct QueryScript: Sendable {
    /// One of them.
    public struct Statement: Sendable {
        let statement: AuraQuery.Statement
        /// The zone of days and hours of this statement alone; nil for that of its session.
        var zone: BodyName?
    }

    /// In their order.
    public let statements: [Statement]

    /// Reads a text: statements with semicolons between, or a body.
    public init(_ text: String) throws(QueryFailure) {
        do {
            statements =
                QueryBody.isMeant(by: text)
                ? [try QueryBody(text).statement]
                : try Parser.statements(text).map { Statement(statement: $0) }
        } catch { throw .text(error) }
    }
}

/// What one user asks: SET changes the settings of all that follows.
public struct QuerySession: Sendable {
    /// Those that are in force.
    public var settings: QuerySettings
    /// Those that RESET goes back to.
    private let defaults: QuerySettings

    /// A session that begins with these settings.
    public init(_ settings: QuerySettings) {
        self.settings = settings
        defaults = settings
    }

    /// What differs from the settings that it began with: values by name, as SET takes them.
    public var changes: [String: String] {
        var changes: [String: String] = [:]
        for setting in SettingName.allCases {
            let text = settings.text(of: setting)
            if text != defaults.text(of: setting) { changes[setting.rawValue] = text }
        }
        return changes
    }

    /// Gives the answer to a statement to `take`, as `PreparedQuery` does; nothing for one that asks for
    /// nothing.
    ///
    /// - Parameters:
    ///   - meter: Told how far it is.
    ///   - shouldStop: Asked from time to time, on several threads; once it says so, the query ends with
    ///     `.stopped`.
    ///   - forget: As of `PreparedQuery`.
    public mutating func answer(
        _ statement: QueryScript.Statement, over source: QuerySource,
        meter: QueryMeter = QueryMeter(),
        _ shouldStop: @escaping @Sendable () -> Bool = { false },
        forget: () -> Bool = { false },
        take: (QueryAnswer) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        switch statement.statement {
        case .set(let name, let value):
            do { try settings.set(name, to: value) } catch { throw .text(error) }
        case .reset(let name):
            do { try settings.reset(name, to: defaults) } catch { throw .text(error) }
        default:
            try PreparedQuery(
                statement.statement, over: source, settings.inZone(of: statement)
            )
            .answer(meter: meter, shouldStop, forget: forget, take: take)
        }
    }

    /// The whole answer to a statement at once; nil if it asks for none.
    public mutating func answer(
        _ statement: QueryScript.Statement, over source: QuerySource,
        meter: QueryMeter = QueryMeter(), _ shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(QueryFailure) -> QueryAnswer? {
        var whole = CollectedAnswer(settings)
        try answer(
            statement, over: source, meter: meter, shouldStop, forget: { whole.forget() }
        ) { part throws(QueryFailure) in
            try whole.add(part)
            return true
        }
        return whole.answer
    }
}
