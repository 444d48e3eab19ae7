import AuraCore
import AuraWire
import NIOCore
import NIOPosix
import Synchronization

/// What listens at a port and is no Aura server, or only pretends to be one.
final class ClientStubPeer: Sendable {
    /// What it does with its connections.
    enum Manner: Sendable {
        /// Takes them, and says nothing.
        case silent
        /// Closes them at once.
        case closing
        /// Answers whatever comes with these bytes, and closes.
        case answering([UInt8])
        /// Greets, and says nothing more.
        case greetingOnly
    }

    let port: Int
    private let listener: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let connections: StubCount

    init(_ manner: Manner) async throws {
        let connections = StubCount()
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StubHandler(manner, connections))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
        self.connections = connections
    }

    /// Returns once that many connections were made.
    func waitForConnections(_ count: Int) async {
        for await made in connections.made where made >= count { return }
    }

    func stop() async throws {
        try await group.shutdownGracefully()
    }

    /// Runs a test with a peer, and stops it.
    static func run(
        _ manner: Manner, _ body: (ClientStubPeer) async throws -> Void
    ) async throws {
        let peer = try await ClientStubPeer(manner)
        do {
            try await body(peer)
        } catch {
            try await peer.stop()
            throw error
        }
        try await peer.stop()
    }
}

/// Counts connections.
private final class StubCount: Sendable {
    /// How many were made, each time that one was.
    let made: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation
    private let count = Atomic<Int>(0)

    init() {
        (made, continuation) = AsyncStream<Int>.makeStream()
    }

    func add() {
        continuation.yield(count.add(1, ordering: .sequentiallyConsistent).newValue)
    }
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manner: ClientStubPeer.Manner
    private let connections: StubCount

    init(_ manner: ClientStubPeer.Manner, _ connections: StubCount) {
        self.manner = manner
        self.connections = connections
    }

    func channelActive(context: ChannelHandlerContext) {
        connections.add()
        if case .closing = manner { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch manner {
        case .silent, .closing: break
        case .answering(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            context.close(promise: nil)
        case .greetingOnly:
            let bytes = unwrapInboundIn(data)
            // The first frame of a client is its HELLO.
            guard bytes.readableBytes > FrameHeader.size,
                bytes.getInteger(at: bytes.readerIndex + 6, as: UInt8.self)
                    == Opcode.hello.rawValue
            else { return }
            var answer = ByteBuffer()
            FrameEncoder.append(ClientModelServer().hello, flags: .response, to: &answer)
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
    }
}
