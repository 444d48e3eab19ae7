import AuraEngine
import AuraMetadata
import AuraServer
import Logging

/// A store that is being served: what `aura serve` and `aura demo` run.
struct RunningServer {
    let opened: OpenedStore
    /// Where it listens, with the port that the system chose if it was asked to.
    let address: ListenAddress
    private let server: TCPServer
    private let metadata: MetadataStore?

    /// Opens the store, and the keys if they are needed, and listens.
    ///
    /// What was opened is closed again where it throws.
    static func start(_ settings: Configuration, logger: Logger) async throws -> RunningServer {
        let opened = try OpenedStore(settings)
        do {
            let metadata =
                settings.authenticationRequired
                ? try MetadataStore.open(in: settings.dataDirectory) : nil
            var configuration = ServerConfiguration()
            configuration.host = settings.listen.host
            configuration.port = settings.listen.port
            configuration.maximumConnections = settings.maximumConnections
            configuration.serverVersion = Version.number
            let server = TCPServer(
                configuration, store: opened.store,
                policy: StorePolicy.of(settings, holding: opened.store.snapshot),
                authenticator: metadata.map(KeyAuthenticator.of), clock: WallClock.microseconds,
                logger: logger)
            let port = try await listen(server, settings.listen)
            return RunningServer(
                opened: opened, address: ListenAddress(host: settings.listen.host, port: port),
                server: server, metadata: metadata)
        } catch {
            try opened.store.close()
            throw error
        }
    }

    private static func listen(_ server: TCPServer, _ address: ListenAddress) async throws -> Int {
        do {
            return try await server.start()
        } catch {
            throw CommandFailure(
                .failed, "cannot listen at \(address): \(error)",
                hint: "another server may use the port: choose one with --listen, 0 for any")
        }
    }

    /// Answers what is on its way, then closes listener, store and keys, in this order.
    func stop() async throws {
        try await server.stop()
        try opened.store.close()
        try metadata?.close()
    }
}
