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

    /// The answer to a statement, from all events up to the snapshot's watermark; nil if it asks for
    /// none.
    ///
    /// - Parameters:
    ///   - meter: Told how far it is.
    ///   - shouldStop: Asked from time to time, on several threads; once it says so, the query ends with
    ///     `.stopped`.
    public mutating func answer(
        _ statement: QueryScript.Statement, over source: QuerySource,
        meter: QueryMeter = QueryMeter(), _ shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(QueryFailure) -> QueryAnswer? {
        switch statement.statement {
        case .set(let name, let value):
            do { try settings.set(name, to: value) } catch { throw .text(error) }
            return nil
        case .reset(let name):
            do { try settings.reset(name, to: defaults) } catch { throw .text(error) }
            return nil
        default:
            return try PreparedQuery(
                statement.statement, over: source, settings.inZone(of: statement)
            )
            .answer(meter: meter, shouldStop)
        }
    }
}
