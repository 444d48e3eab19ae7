import AuraClient

/// A client, and how long a command waits for its server.
struct ServerConnection: Sendable {
    let client: AuraClient
    let watch: ConnectionWatch
    /// How long to wait for the first connection, and for another one after it broke.
    let patience: (first: Duration, later: Duration)

    /// A server that is there answers at once.
    static let firstPatience = Duration.seconds(3)

    init(
        _ configuration: ClientConfiguration,
        patience: (first: Duration, later: Duration) = (firstPatience, .seconds(30))
    ) {
        let watch = ConnectionWatch()
        var configuration = configuration
        configuration.onNotice = { watch.receive($0) }
        configuration.lastRetry = .milliseconds(500)
        // Shorter than the patience, so that there is time to say why.
        configuration.connectTimeout = min(configuration.connectTimeout, patience.first * 4 / 5)
        client = AuraClient(configuration)
        self.watch = watch
        self.patience = patience
    }

    /// Where the server is, as messages name it.
    var address: ListenAddress {
        ListenAddress(host: client.configuration.host, port: client.configuration.port)
    }

    /// Runs `body`, which is cancelled where the server cannot be reached for too long.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (AuraClient) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask {
                do {
                    return try await body(client)
                } catch {
                    // Why sending ended says more than that it did.
                    throw watch.end ?? error
                }
            }
            group.addTask {
                throw try await watch.waitUntilHopeless(
                    first: patience.first, later: patience.later)
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else {
                preconditionFailure("the group has two tasks")
            }
            return value
        }
    }
}

extension CommandFailure {
    /// The failure that an error of the client stands for.
    init(_ error: ClientError) {
        switch error {
        case .unauthorised(let reason):
            self.init(
                .notAuthorised, reason,
                hint: "give a key with --token-file or AURA_TOKEN, or a certificate with --cert; "
                    + "'aura keys create' makes one")
        case .tls(let failure, _): self.init(failure, error)
        case .unreachable(let reason): self.init(.timeout, "no answer in time: \(reason)")
        case .unknown, .overloaded, .cancelled: self.init(.timeout, error.description)
        default: self.init(.failed, error.description)
        }
    }
}
