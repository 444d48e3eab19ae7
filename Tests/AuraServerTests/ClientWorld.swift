import AuraClient
import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Foundation
import Logging
import Synchronization

/// A store, its server and a proxy before it, which can be stopped, killed and started again; the
/// client knows the proxy only.
final class ClientWorld: Sendable {
    private struct State: Sendable {
        var disk: any FileSystem
        var store: EventStore?
        var server: TCPServer?
        var memoryLimit: Int
        var directory: String
        var incarnation: UInt64 = 1
    }

    let proxy: ClientChaosProxy
    private let state: Mutex<State>
    private let policy: any BatchPolicy
    private let authenticator: Authenticator?
    private let configure: @Sendable (inout ServerConfiguration) -> Void

    /// Starts a server on a disk in memory, or in a directory of the machine.
    init(
        seed: UInt64 = 0, mood: ClientChaosProxy.Mood = .calm, onMachine: Bool = false,
        memoryLimit: Int = 64 << 20, policy: any BatchPolicy = OpenPolicy(),
        authenticator: Authenticator? = nil,
        configure: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) async throws {
        var directory = "/data"
        if onMachine {
            let url = FileManager.default.temporaryDirectory
                .appendingPathComponent("aura-client-\(UUID().uuidString)")
            directory = url.path
        }
        state = Mutex(
            State(
                disk: onMachine ? PosixFileSystem() : SimulatedFileSystem(),
                memoryLimit: memoryLimit, directory: directory))
        self.policy = policy
        self.authenticator = authenticator
        self.configure = configure
        proxy = try await ClientChaosProxy(to: nil, seed: seed, mood: mood)
        try await start()
    }

    var store: EventStore? { state.withLock { $0.store } }
    /// The disk in memory, if it is one.
    var disk: SimulatedFileSystem? { state.withLock { $0.disk as? SimulatedFileSystem } }

    func start() async throws {
        let store = try state.withLock { state in
            var options = EventStoreConfiguration(
                directory: state.directory, newIncarnation: state.incarnation,
                fileSystem: state.disk, clock: ClientWorld.clock)
            options.segmentSize = 1 << 20
            options.memoryLimit = state.memoryLimit
            options.flushBytes = .max
            return try EventStore(options)
        }
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.lingerTimeout = .milliseconds(50)
        configuration.drainTimeout = .seconds(2)
        configure(&configuration)
        let server = TCPServer(
            configuration, store: store, policy: policy, authenticator: authenticator,
            clock: ClientWorld.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try await server.start()
        state.withLock {
            $0.store = store
            $0.server = server
        }
        proxy.connect(to: port)
    }

    /// Stops server and store in order.
    func stop() async throws {
        let (server, store) = state.withLock { ($0.server, $0.store) }
        proxy.connect(to: nil)
        try await server?.stop()
        do throws(EngineError) { try store?.close() } catch {
            guard case .storage(.failed) = error else { throw error }
        }
        state.withLock {
            $0.server = nil
            $0.store = nil
        }
    }

    /// Ends the server as `kill -9` and a power failure at once would: what is not synced is lost.
    ///
    /// - Parameter damage: May change the disk before it is used again.
    func kill(
        image: UInt64, damage: (SimulatedFileSystem) throws -> Void = { _ in }
    ) async throws {
        proxy.connect(to: nil)
        try await proxy.cutAll()
        guard let disk else { return }
        let after = disk.crash(image: .random(image))
        try await stop()
        try damage(after)
        state.withLock { $0.disk = after }
    }

    /// Puts an empty disk in place of the stopped server's, as a copy from before the first event.
    func restore(emptied incarnation: UInt64) {
        state.withLock {
            $0.disk = SimulatedFileSystem()
            $0.incarnation = incarnation
        }
    }

    func set(memoryLimit: Int) { state.withLock { $0.memoryLimit = memoryLimit } }

    /// Stops everything and removes what was on the machine.
    func end() async throws {
        try await stop()
        try await proxy.stop()
        let (disk, directory) = state.withLock { ($0.disk, $0.directory) }
        if disk is PosixFileSystem { try FileManager.default.removeItem(atPath: directory) }
    }

    /// Returns once the store has that many events, or throws where the task is cancelled before.
    func waitForEvents(_ count: UInt64) async throws {
        guard let store else { return }
        let (progress, continuation) = AsyncStream<UInt64>.makeStream()
        let observation = store.observe { continuation.yield($0.visible) }
        continuation.yield(store.progress.visible)
        for await visible in progress where visible >= count { break }
        withExtendedLifetime(observation) {}
        try Task.checkCancellation()
    }

    static let clock: @Sendable () -> Int64 = { 1_700_000_000_000_000 }

    /// A configuration that is impatient, so that tests are quick.
    func configuration(
        producer: String = "test", _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) -> ClientConfiguration {
        var configuration = ClientConfiguration(
            host: "127.0.0.1", port: proxy.port, producer: producer)
        configuration.firstRetry = .milliseconds(1)
        configuration.lastRetry = .milliseconds(50)
        configuration.linger = .milliseconds(1)
        configuration.clock = { Timestamp(microseconds: ClientWorld.clock()) }
        change(&configuration)
        return configuration
    }

    /// Every event of the store, in order.
    func storedEvents() throws -> [Event] {
        var events: [Event] = []
        try store?.snapshot.forEachStrip { strip in
            events += strip.batch.events()
            return true
        }
        return events
    }

    /// Runs a test and ends the world.
    static func run(
        seed: UInt64 = 0, mood: ClientChaosProxy.Mood = .calm, onMachine: Bool = false,
        memoryLimit: Int = 64 << 20, policy: any BatchPolicy = OpenPolicy(),
        authenticator: Authenticator? = nil,
        configure: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in },
        body: (ClientWorld) async throws -> Void
    ) async throws {
        let world = try await ClientWorld(
            seed: seed, mood: mood, onMachine: onMachine, memoryLimit: memoryLimit,
            policy: policy, authenticator: authenticator, configure: configure)
        do {
            try await body(world)
        } catch {
            try await world.end()
            throw error
        }
        try await world.end()
    }
}

/// Events that tell who recorded them, and as which of his.
enum ClientEvents {
    static func event(_ task: Int, _ number: Int) -> Event {
        Event(
            type: "test.event", time: Timestamp(microseconds: ClientWorld.clock()),
            attributes: [
                Attribute("number", .int64(Int64(number))), Attribute("task", .int64(Int64(task))),
            ])
    }

    /// The numbers of each task, in the order in which they are stored.
    static func numbers(_ events: [Event]) -> [Int: [Int]] {
        var numbers: [Int: [Int]] = [:]
        for event in events {
            guard case .int64(let task) = event["task"], case .int64(let number) = event["number"]
            else { continue }
            numbers[Int(task), default: []].append(Int(number))
        }
        return numbers
    }
}
