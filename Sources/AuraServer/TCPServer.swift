public import AuraEngine
import AuraWire
public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The listener of the binary protocol (`Formats/wire.md`): batches in, acknowledgements, counts
/// and subscriptions out.
///
/// It neither opens nor closes the store. Whoever stops both stops the server first: it answers
/// what is on its way to the disk.
public final class TCPServer: Sendable {
    private let shared: ServerShared
    private let running = Mutex<Running?>(nil)

    private struct Running: Sendable {
        let group: MultiThreadedEventLoopGroup
        let channel: any Channel
        let loops: [ServerLoop]
        let sweeps: [RepeatedTask]
        let observation: Observation
    }

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - policy: Looks at each batch before it is stored.
    ///   - authenticator: Tells what keys grant; nil lets everybody write and read, which is meant
    ///     for loopback.
    ///   - clock: The wall clock, µs since the epoch.
    public init(
        _ configuration: ServerConfiguration, store: EventStore, policy: any BatchPolicy,
        authenticator: Authenticator?, clock: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        let sizes = WireLimits.payloadBytes...WireLimits.hardPayloadBytes
        precondition(sizes.contains(configuration.maximumPayload), "maximumPayload")
        precondition(configuration.initialCredit >= configuration.maximumPayload, "initialCredit")
        shared = ServerShared(
            configuration, store: store, policy: policy, authenticator: authenticator,
            clock: clock, logger: logger)
    }

    /// Listens; returns the port, once connections are taken.
    ///
    /// Traps if it listens already.
    public func start() async throws -> Int {
        precondition(running.withLock { $0 == nil }, "the server runs already")
        let configuration = shared.configuration
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        do {
            var loops: [ServerLoop] = []
            for _ in 0..<configuration.eventLoops {
                let eventLoop = group.next()
                let shared = shared
                loops.append(
                    try await eventLoop.submit { ServerLoop(eventLoop, shared: shared) }.get())
            }
            let channel = try await bind(group, loops)
            let sweeps = loops.map { loop in
                loop.eventLoop.scheduleRepeatedTask(
                    initialDelay: sweepInterval, delay: sweepInterval
                ) { _ in loop.sweep() }
            }
            let observation = shared.store.observe { [loops] _ in
                for loop in loops { loop.postProgress() }
            }
            running.withLock {
                $0 = Running(
                    group: group, channel: channel, loops: loops, sweeps: sweeps,
                    observation: observation)
            }
            let port = channel.localAddress?.port ?? configuration.port
            shared.logger.info("listening at \(configuration.host):\(port)")
            return port
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private func bind(
        _ group: MultiThreadedEventLoopGroup, _ loops: [ServerLoop]
    ) async throws -> any Channel {
        let configuration = shared.configuration
        let receive = FixedSizeRecvByteBufferAllocator(capacity: configuration.receiveBufferSize)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: receive)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: 256 << 10, high: 1 << 20)
            )
            .childChannelInitializer { [shared] channel in
                channel.eventLoop.makeCompletedFuture {
                    try TCPServer.accept(channel, loops, shared)
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
    }

    /// Takes a new connection, or has it told that there are too many.
    private static func accept(
        _ channel: any Channel, _ loops: [ServerLoop], _ shared: ServerShared
    ) throws {
        guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else {
            preconditionFailure("a connection on a foreign event loop")
        }
        let (id, open) = shared.connections.add()
        let maximum = shared.configuration.maximumConnections
        // Those that are only told so are few, or they would be what exhausts the machine.
        guard open <= maximum + 64 else {
            shared.connections.remove()
            throw ChannelError.inappropriateOperationForState
        }
        shared.counters.countConnection()
        let connection = ConnectionHandler(
            id: id, shared: shared, loop: loop, isRejected: open > maximum)
        let pipeline = channel.pipeline.syncOperations
        if let tls = shared.configuration.tls {
            try pipeline.addHandler(TLSGate(tls, before: connection))
        }
        try pipeline.addHandler(connection)
    }

    /// How often clocks are looked at: often enough for the shortest of them.
    private var sweepInterval: TimeAmount {
        let limits = shared.configuration
        let shortest = min(
            limits.handshakeTimeout, limits.idleTimeout, limits.frameTimeout, limits.writeTimeout,
            limits.authenticationInterval, limits.query.stallLimit)
        return TimeAmount(min(max(shortest / 8, .milliseconds(5)), .seconds(1)))
    }

    /// Takes no more connections and requests, answers what waits, and closes everything.
    ///
    /// Returns when the sockets are closed, at the latest after `drainTimeout`.
    public func stop() async throws {
        let running = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let running else { return }
        do {
            try await running.channel.close()
        } catch {
            // The connections are open all the same, whatever became of the listener.
            shared.logger.warning("the listener did not close: \(error)")
        }
        for loop in running.loops { loop.eventLoop.execute { loop.drain() } }
        let eventLoop = running.group.next()
        let drained = eventLoop.makePromise(of: Void.self)
        shared.connections.whenNone(drained)
        let timeout = eventLoop.scheduleTask(in: TimeAmount(shared.configuration.drainTimeout)) {
            for loop in running.loops { loop.eventLoop.execute { loop.closeAll() } }
        }
        try await drained.futureResult.get()
        timeout.cancel()
        for sweep in running.sweeps { sweep.cancel() }
        for loop in running.loops { loop.close() }
        try await running.group.shutdownGracefully()
    }

    /// Connections that are open now.
    public var connectionCount: Int { shared.connections.open }
}
