import AuraEngine
import Dispatch
import Logging

/// What all connections of a server share.
final class ServerShared: Sendable {
    let configuration: ServerConfiguration
    let store: EventStore
    let policy: any BatchPolicy
    let authenticator: Authenticator?
    let clock: @Sendable () -> Int64
    let logger: Logger
    let counters = ServerCounters()
    let connections = ConnectionCount()
    let queries: QueryQueue
    /// Statements, which may take long.
    let statements: QueryQueue
    let answers: AnswerBudget
    let authentication = DispatchQueue(label: "aura.keys")
    /// µs since the epoch.
    let startTime: Int64

    init(
        _ configuration: ServerConfiguration, store: EventStore, policy: any BatchPolicy,
        authenticator: Authenticator?, clock: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.policy = policy
        self.authenticator = authenticator
        self.clock = clock
        self.logger = logger
        queries = QueryQueue(
            width: configuration.queryThreads, backlog: configuration.queryBacklog)
        statements = QueryQueue(
            width: configuration.query.concurrency, backlog: configuration.queryBacklog)
        answers = AnswerBudget(limit: configuration.answerLimit)
        startTime = clock()
    }
}
