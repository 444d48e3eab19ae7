import AuraEngine
import AuraMetadata
import AuraQuery
import AuraServer
import Foundation
import Glibc
import Logging
import NIOCore

extension StatementConfiguration {
    /// What the configuration says of queries.
    fileprivate init(_ configuration: Configuration) {
        self.init()
        let processors = ProcessInfo.processInfo.activeProcessorCount
        settings.zoneNamed = { TimeZoneFiles.rules(named: $0) }
        settings.threads = processors
        settings.bounds.threads = processors
        settings.memoryLimit = configuration.queryMemory.bytes
        settings.bounds.memory = configuration.queryMemory.bytes
        settings.timeLimit = Int64(configuration.queryTime) * 1_000_000
        settings.bounds.time = settings.timeLimit
        concurrency = configuration.queryConcurrency
        stallLimit = .seconds(configuration.queryStall)
    }
}

/// A store that is being served: what `aura serve` and `aura demo` run.
struct RunningServer {
    let opened: OpenedStore
    /// Where it listens, with the port that the system chose if it was asked to.
    let address: ListenAddress
    /// How it uses TLS; nil: not at all.
    let security: TransportSecurity?
    /// What the operator should look into.
    let warnings: [String]
    private let server: TCPServer
    private let metadata: MetadataStore?

    /// Opens the store, and the keys if they are needed, and listens.
    ///
    /// What was opened is closed again where it throws.
    static func start(_ settings: Configuration, logger: Logger) async throws -> RunningServer {
        let security = try TransportSecurity(settings.tls)
        let opened = try OpenedStore(settings, logger: logger)
        do {
            let metadata =
                settings.authenticationRequired
                ? try MetadataStore.open(in: settings.dataDirectory) : nil
            var configuration = ServerConfiguration()
            configuration.host = settings.listen.host
            configuration.port = settings.listen.port
            configuration.tls = security?.tls
            let limit = FileLimit.raised()
            configuration.maximumConnections = limit.connections(of: settings.maximumConnections)
            configuration.serverVersion = Version.number
            configuration.query = StatementConfiguration(settings)
            let server = TCPServer(
                configuration, store: opened.store,
                policy: StorePolicy.of(
                    settings, holding: opened.store.snapshot, logger: logger),
                authenticator: metadata.map { KeyAuthenticator.of($0, logger: logger) },
                clock: WallClock.microseconds,
                logger: logger)
            let port = try await listen(server, settings.listen)
            return RunningServer(
                opened: opened, address: ListenAddress(host: settings.listen.host, port: port),
                security: security,
                warnings: [limit.warning(wanted: settings.maximumConnections)].compactMap(\.self)
                    + (security?.warnings(now: WallClock.now) ?? []),
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
                .failed, "cannot listen at \(address): \(reason(error))", hint: hint(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return unsafe String(cString: strerror(error.errnoCode))
    }

    private static func hint(_ error: any Error) -> String {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: "another server uses the port: choose one with --listen, 0 for any"
        case EACCES: "choose a port from 1024 on with --listen, or allow the process lower ones"
        default: "choose an address of this machine with --listen, such as 127.0.0.1:7171"
        }
    }

    /// Answers what is on its way, then closes listener, store and keys, in this order.
    func stop() async throws {
        try await server.stop()
        try opened.store.close()
        try metadata?.close()
    }
}
