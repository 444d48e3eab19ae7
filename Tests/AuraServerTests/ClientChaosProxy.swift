import AuraTesting
import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy that misbehaves: it splits, delays and cuts what passes, by a seed.
final class ClientChaosProxy: Sendable {
    /// How it misbehaves.
    struct Mood: Sendable {
        /// About how many bytes pass, in each direction, before a connection is cut; nil: never.
        var cutAfter: Int?
        /// The longest time for which a piece is held back, in µs; 0: none is.
        var delay = 0
        /// Whether what passes is split into small pieces.
        var splits = false

        static let calm = Mood()
    }

    let port: Int
    private let plan: Plan
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel

    /// Listens at a port of its own and passes everything to `upstream`; nil: to nobody.
    init(to upstream: Int?, seed: UInt64 = 0, mood: Mood = .calm) async throws {
        let plan = Plan(upstream: upstream, seed: seed, mood: mood)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in plan.accept(channel) }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
        self.plan = plan
        self.group = group
    }

    /// Passes new connections there from now on; nil: cuts them.
    func connect(to upstream: Int?) { plan.state.withLock { $0.upstream = upstream } }

    /// How it misbehaves from now on.
    func set(_ mood: Mood) { plan.state.withLock { $0.mood = mood } }

    /// Cuts every connection; returns when they are gone.
    func cutAll() async throws {
        let channels = plan.state.withLock { Array($0.open.values) }
        for channel in channels {
            do { try await channel.close() } catch ChannelError.alreadyClosed {}
        }
    }

    /// Connections that were cut by the proxy, and that were made.
    var counts: (cuts: Int, connections: Int) {
        plan.state.withLock { ($0.cuts, $0.connections) }
    }

    func stop() async throws {
        connect(to: nil)
        try await listener.close()
        try await cutAll()
        try await group.shutdownGracefully()
    }
}

/// What the proxy's connections share.
private final class Plan: Sendable {
    struct State: Sendable {
        var upstream: Int?
        var mood: ClientChaosProxy.Mood
        var random: SeededRandom
        var open: [ObjectIdentifier: any Channel] = [:]
        var cuts = 0
        var connections = 0
    }

    let state: Mutex<State>

    init(upstream: Int?, seed: UInt64, mood: ClientChaosProxy.Mood) {
        state = Mutex(State(upstream: upstream, mood: mood, random: SeededRandom(seed: seed)))
    }

    func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let (upstream, mood, random) = state.withLock { state in
            state.connections += 1
            // At once with the look at `upstream`, or `cutAll` could miss it.
            if state.upstream != nil { state.open[ObjectIdentifier(channel)] = channel }
            return (state.upstream, state.mood, state.random.fork())
        }
        watch(channel)
        guard let upstream else { return channel.eventLoop.makeFailedFuture(ChannelError.eof) }
        var fork = random
        let (downRandom, upRandom) = (fork.fork(), fork.fork())
        return channel.eventLoop.makeCompletedFuture {
            let down = ChaosPipe(self, mood, downRandom)
            try channel.pipeline.syncOperations.addHandler(down)
            let waiting = NIOLoopBound(down, eventLoop: channel.eventLoop)
            ClientBootstrap(group: channel.eventLoop)
                .channelInitializer { peer in
                    self.state.withLock { $0.open[ObjectIdentifier(peer)] = peer }
                    self.watch(peer)
                    return peer.eventLoop.makeCompletedFuture {
                        let up = ChaosPipe(self, mood, upRandom)
                        try peer.pipeline.syncOperations.addHandler(up)
                        up.connect(to: channel)
                    }
                }
                .connect(host: "127.0.0.1", port: upstream).whenComplete { result in
                    switch result {
                    case .success(let peer): waiting.value.connect(to: peer)
                    case .failure: channel.close(promise: nil)
                    }
                }
        }
    }

    private func watch(_ channel: any Channel) {
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { $0.open[ObjectIdentifier(channel)] = nil }
        }
    }
}

/// One direction of one connection.
private final class ChaosPipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var peer: (any Channel)?
    /// What came before there was a peer.
    private var early = ByteBuffer()
    private let plan: Plan
    private let mood: ClientChaosProxy.Mood
    private var random: SeededRandom
    /// Bytes that pass before the cut.
    private var budget: Int
    private var latest = NIODeadline.now()
    /// The connection was cut, or ended by itself: a peer that comes later is not wanted.
    private var isOver = false

    init(_ plan: Plan, _ mood: ClientChaosProxy.Mood, _ random: SeededRandom) {
        self.plan = plan
        self.mood = mood
        self.random = random
        budget = .max
        if let bytes = mood.cutAfter { budget = self.random.below(bytes * 2) }
    }

    func connect(to peer: any Channel) {
        guard !isOver else {
            peer.close(promise: nil)
            return
        }
        self.peer = peer
        if early.readableBytes > 0 { pass(early, to: peer) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        while bytes.readableBytes > 0, budget > 0 {
            let wanted = mood.splits ? 1 + random.below(2_000) : bytes.readableBytes
            let size = min(wanted, bytes.readableBytes, budget)
            guard var piece = bytes.readSlice(length: size) else { return }
            budget -= size
            if let peer { pass(piece, to: peer) } else { early.writeBuffer(&piece) }
        }
        guard budget == 0 else { return }
        budget = -1
        isOver = true
        plan.state.withLock { $0.cuts += 1 }
        let (peer, channel) = (peer, context.channel)
        context.eventLoop.scheduleTask(deadline: latest) {
            peer?.close(promise: nil)
            channel.close(promise: nil)
        }
    }

    private func pass(_ piece: ByteBuffer, to peer: any Channel) {
        guard mood.delay > 0 else {
            peer.writeAndFlush(piece, promise: nil)
            return
        }
        latest = max(
            latest + .nanoseconds(1), .now() + .microseconds(Int64(random.below(mood.delay))))
        peer.eventLoop.scheduleTask(deadline: latest) { peer.writeAndFlush(piece, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        let peer = peer
        context.eventLoop.scheduleTask(deadline: latest) { peer?.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
