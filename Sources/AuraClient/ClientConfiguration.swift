public import AuraCore

/// Where the server is, who the client is, and how much it may keep in memory.
public struct ClientConfiguration: Sendable {
    /// Name or address of the server.
    public var host: String
    /// Port of its binary protocol.
    public var port: Int
    /// How to speak TLS; nil: not at all, which is meant for loopback.
    public var tls: ClientTLS?
    /// The key that the server asks for; nil where it asks for none.
    public var apiKey: String?
    /// The producer's name: 1…128 bytes, the same after each restart of this instance of the
    /// application and used by no other: `web-1`, not a process id.
    ///
    /// The server tells batches that are sent again by it. With the default, which is drawn anew
    /// for each client, that holds for as long as the client lives; it takes a name of one's own
    /// to hold over restarts as well.
    public var producer: String
    /// Events at which a batch is sent, 1…65,536.
    public var batchRows = 4_096
    /// Bytes at which a batch is sent, at most 4 MiB.
    public var batchBytes = 1 << 20
    /// How old its first event may become before a batch is sent.
    public var linger = Duration.milliseconds(5)
    /// Batches that may be sent and not answered, 1…64; the server may allow fewer.
    public var inFlight = Limits.producerWindow
    /// Bytes of events that the client keeps.
    ///
    /// They are what waits, what is under way, and what the server does not call stable yet.
    /// Whoever records more waits until there is room. With a spool the two halves have as much each:
    /// what waits for the disk, and what is under way to the server.
    public var bufferBytes = 64 << 20
    /// How long a call waits for its answer.
    public var deadline = Duration.seconds(30)
    /// How long to wait for a connection, and for the first sign of life on it.
    public var connectTimeout = Duration.seconds(5)
    /// A connection on which an answer is due and nothing came for that long is given up.
    public var silenceLimit = Duration.seconds(15)
    /// The longest wait before the first attempt to connect again.
    ///
    /// Each further wait is drawn from twice the range, up to `lastRetry`.
    public var firstRetry = Duration.milliseconds(50)
    /// The longest wait before any attempt to connect again.
    public var lastRetry = Duration.seconds(5)
    /// The rules that are applied to each recorded event before it is encoded; nil for none.
    ///
    /// The server applies its own all the same.
    public var privacy: PrivacyRules? = PrivacyRules()
    /// Where to keep on disk what the server does not have for sure; nil: in memory alone.
    ///
    /// A spool keeps the producer's name, too: one that was drawn is drawn only once for it.
    public var spool: ClientSpool?
    /// Told of what no call returns or throws.
    ///
    /// Called on the client's own thread; it must not block.
    public var onNotice: @Sendable (ClientNotice) -> Void = { _ in }
    /// The wall clock, for records without a time.
    public var clock: @Sendable () -> Timestamp = { Timestamp.now() }

    /// A configuration with defaults for all that is not named.
    public init(
        host: String = "127.0.0.1", port: Int = 7171, apiKey: String? = nil,
        producer: String? = nil
    ) {
        self.host = host
        self.port = port
        self.apiKey = apiKey
        drawnProducer = ClientConfiguration.randomProducer()
        self.producer = producer ?? drawnProducer
    }

    private let drawnProducer: String

    /// The producer's name, if it was given and not drawn.
    var givenProducer: String? { producer == drawnProducer ? nil : producer }

    /// `client-` and 16 hexadecimal digits that nobody else draws.
    public static func randomProducer() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = String(random.next(), radix: 16)
        return "client-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Where the server is, as messages name it.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// What the client calls itself in the server's records.
    static let clientName = "aura-swift"
}
