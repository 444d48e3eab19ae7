import AuraCore
public import AuraQuery

/// How a server answers statements.
public struct StatementConfiguration: Sendable {
    /// What they are asked under unless they say otherwise; its bounds hold in any case.
    public var settings = QuerySettings(now: Timestamp(microseconds: 0))
    /// How many are answered at the same time; others wait.
    public var concurrency = 2
    /// Time for which an answer waits for its client to grant credit before it ends.
    public var stallLimit: Duration = .seconds(60)

    /// The defaults.
    public init() {}
}
