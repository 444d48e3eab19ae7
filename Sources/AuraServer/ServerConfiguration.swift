import AuraCore
import AuraWire

/// How a `TCPServer` listens, and what it allows.
public struct ServerConfiguration: Sendable {
    /// The address to listen at: a name or number.
    public var host = "127.0.0.1"
    /// The port; 0 takes any that is free.
    public var port = 7171
    /// Certificate and key, and who must speak TLS; nil: nobody can.
    public var tls: ServerTLS?
    /// How statements are answered.
    public var query = StatementConfiguration()
    /// Threads that read and write sockets.
    public var eventLoops = 2
    /// Threads that answer questions and fill subscriptions.
    public var queryThreads = 2
    /// Questions that may wait for a thread, at most one and one subscription of each
    /// connection.
    public var queryBacklog = 256
    /// Questions of one connection that may wait for their answers, but for subscriptions; they are
    /// answered one by one.
    public var maximumQuestions = 16
    /// Groups that the answers which wait for their clients to read may have together.
    public var answerLimit = 2_000_000
    /// Connections that may be open; the next is told so and closed.
    public var maximumConnections = 1_024
    /// Bytes of the greatest payload, at most `WireLimits.hardPayloadBytes`.
    public var maximumPayload = WireLimits.payloadBytes
    /// Requests of one connection that may wait for their answers.
    public var maximumInFlight = 1_024
    /// Subscriptions of one connection.
    public var maximumSubscriptions = 16
    /// Bytes of batches that one connection may have on the way to the disk.
    public var initialCredit = 8 << 20
    /// Time from the first byte to a client that is known.
    public var handshakeTimeout: Duration = .seconds(5)
    /// Time without a frame after which a client is let go; it is pinged at half of it.
    public var idleTimeout: Duration = .seconds(300)
    /// Time for a frame that has begun to arrive whole.
    public var frameTimeout: Duration = .seconds(30)
    /// Time for which a client may leave its answers unread.
    public var writeTimeout: Duration = .seconds(30)
    /// Time that open requests get when the server stops.
    public var drainTimeout: Duration = .seconds(10)
    /// Time for which a refused peer may read the reason before its socket is closed.
    public var lingerTimeout: Duration = .seconds(1)
    /// How often the key of an open connection is checked again.
    public var authenticationInterval: Duration = .seconds(60)
    /// Bytes of unread answers at which a connection is closed.
    public var outboundLimit = 16 << 20
    /// How far an event may lie in the future, in µs.
    public var futureTolerance = Limits.futureTolerance
    /// Bytes of one receive buffer.
    public var receiveBufferSize = 256 << 10
    /// What the server calls itself.
    public var serverName = "aura"
    /// Its version.
    public var serverVersion = ""

    /// The defaults.
    public init() {}
}
