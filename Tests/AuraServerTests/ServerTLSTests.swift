import AuraClient
import AuraCore
import AuraEngine
import AuraServer
import AuraTLS
import AuraTesting
import AuraWire
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Testing

/// A server and a client over TLS, with certificates that `openssl` has made.
@Suite struct ServerTLSTests {
    private let authority: TestAuthority
    private let trust: ClientTLS

    init() throws {
        authority = try TestAuthority()
        trust = ClientTLS(authorityFile: authority.file)
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func `everything that goes without TLS goes with it`(host: String) async throws {
        try await withServer(try ServerTLS(authority)) { world in
            let client = world.client(trust, host: host)
            let tail = Task {
                var numbers: [UInt64] = []
                for try await event in client.tail(from: 1) {
                    numbers.append(event.sequence)
                    if numbers.count == 100 { break }
                }
                return numbers
            }
            for event in someEvents(100) { try await client.recordBuffered(event) }
            try await client.flush()
            let counts = try await client.count(CountRequest())
            #expect(counts.rows.map(\.count) == [100])
            #expect(try await tail.value == Array(1...100))
            let counters = try await world.counters(trust)
            #expect(counters["tls.handshakes"] == 3)
            #expect(counters["tls.failed"] == 0)
            try await client.close()
        }
    }

    @Test func `20 MiB of batches go there and back unchanged`() async throws {
        let seed = UInt64(20)
        var random = SeededRandom(seed: seed)
        let batches = try (0..<20).map { number -> EventBatch in
            let text = String(
                decoding: random.bytes((1 << 20) - 2).map { 33 + $0 % 90 }, as: UTF8.self)
            let values = [Attribute("text", .string(text + "\(number + 10)"))]
            let event = Event(
                type: "user.login", time: Timestamp(microseconds: TestClock.start),
                attributes: values)
            return try EventBatch(validating: encoded([event]))
        }
        try await withServer(
            try ServerTLS(authority), memoryLimit: 128 << 20, segmentSize: 16 << 20
        ) { world in
            let client = world.client(trust)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for batch in batches {
                    group.addTask {
                        let receipt = try await client.append(batch)
                        #expect(receipt.rowCount == 1)
                    }
                }
                try await group.waitForAll()
            }
            var texts: Set<String> = []
            for try await event in client.tail(from: 1) {
                if case .string(let text) = event.event["text"] { texts.insert(text) }
                if event.sequence == 20 { break }
            }
            let sent = batches.flatMap { $0.events() }.compactMap { event -> String? in
                if case .string(let text) = event["text"] { text } else { nil }
            }
            #expect(texts == Set(sent), "seed \(seed)")
            #expect(texts.reduce(0) { $0 + $1.utf8.count } == 20 << 20)
            try await client.close()
        }
    }

    // MARK: - Whom a client takes for its server

    @Test func `a server of a foreign authority is not trusted`() async throws {
        let foreign = try TestAuthority()
        try await withServer(try ServerTLS(foreign)) { world in
            let failure = try await world.tlsFailure(of: trust)
            #expect(failure == .untrusted)
            // Nor do the authorities of the system know it.
            #expect(try await world.tlsFailure(of: ClientTLS()) == .untrusted)
            let wellKnown = ClientTLS(authorityFile: foreign.file)
            #expect(try await world.refusal(of: wellKnown) == nil)
        }
    }

    @Test func `a certificate counts for its time alone`() async throws {
        for validity in [TestAuthority.Validity.past, .future] {
            let files = try authority.certificate("server", validity)
            let certificate = try Certificate(file: files.certificate)
            let tls = try ServerTLS(ServerTLS.Files(identity: files.identity))
            try await withServer(tls) { world in
                let failure = try await world.tlsFailure(of: trust)
                switch validity {
                case .past:
                    #expect(failure == .expired(Timestamp(seconds: certificate.validUntil)))
                default:
                    #expect(failure == .notYetValid(Timestamp(seconds: certificate.validFrom)))
                }
            }
        }
    }

    /// Names of a certificate, a host or expected name, and whether that is one of them.
    private static let names: [(names: String, host: String, expected: String?, isFound: Bool)] = [
        ("DNS:localhost", "localhost", nil, true),
        ("DNS:localhost", "127.0.0.1", nil, false),
        ("DNS:localhost", "127.0.0.1", "localhost", true),
        ("DNS:LocalHost", "localhost", nil, true),
        ("IP:127.0.0.1", "127.0.0.1", nil, true),
        ("IP:127.0.0.2", "127.0.0.1", nil, false),
        ("IP:127.0.0.1", "127.0.0.1", "127.0.0.2", false),
        // An address is no name: whoever answers for names could give any.
        ("IP:127.0.0.1", "localhost", nil, false),
        ("IP:127.0.0.1", "127.0.0.1", "aura.example", false),
        ("DNS:*.aura.example", "127.0.0.1", "eu.aura.example", true),
        ("DNS:*.aura.example", "127.0.0.1", "aura.example", false),
        ("DNS:*.aura.example", "127.0.0.1", "a.eu.aura.example", false),
        ("DNS:e*.aura.example", "127.0.0.1", "eu.aura.example", false),
        ("DNS:*.example", "127.0.0.1", "aura.example", false),
        // What a subject is called says nothing of hosts.
        ("email:a@aura.example", "127.0.0.1", "subject.example", false),
    ]

    @Test(arguments: names)
    func `a certificate counts for its names alone`(
        names: String, host: String, expected: String?, isFound: Bool
    ) async throws {
        let files = try authority.certificate("subject.example", for: [names])
        let tls = try ServerTLS(ServerTLS.Files(identity: files.identity), requirement: .always)
        try await withServer(tls) { world in
            var trust = trust
            trust.serverName = expected
            let failure = try await world.tlsFailure(of: trust, host: host)
            #expect(failure == (isFound ? nil : .wrongName(expected ?? host)))
        }
    }

    @Test func `a chain leads from the certificate to the authority`() async throws {
        let subordinate = try authority.subordinate("below")
        try await withServer(try ServerTLS(subordinate)) { world in
            let refusal = try await world.refusal(of: trust)
            #expect(refusal == nil)
        }
    }

    // MARK: - Plaintext

    @Test func `a plaintext client is told that the server asks for TLS`() async throws {
        try await withServer(try ServerTLS(authority)) { world in
            let raw = try world.client()
            try raw.send(Hello(clientName: "raw"))
            let failure = try raw.next(WireFailure.self)
            #expect(failure.code == .tlsRequired)
            #expect(failure.failureClass == .stop)
            #expect(failure.message.contains("connect with TLS"))
            #expect(try raw.isClosed())
            #expect(try await world.tlsFailure(of: nil) == .required)
            #expect(try await world.refusal(of: trust) == nil)
        }
    }

    @Test func `this machine may go without TLS unless everybody must use it`() async throws {
        for requirement in ServerTLS.Requirement.allCases {
            let tls = try ServerTLS(authority, requirement)
            try await withServer(tls) { world in
                #expect(try await world.refusal(of: trust) == nil)
                let failure = try await world.tlsFailure(of: nil)
                #expect(failure == (requirement == .always ? .required : nil))
                guard requirement != .always else { return }
                // From the first byte on, in the smallest pieces.
                let raw = try world.client()
                for byte in RawClient.frame(Hello(clientName: "raw")) { try raw.send([byte]) }
                _ = try raw.next(HelloAck.self)
                #expect(try raw.count() == 0)
            }
        }
    }

    @Test func `a client that wants TLS does not go without it`() async throws {
        try await withServer { world in
            let failure = try await world.tlsFailure(of: trust)
            #expect(failure == .notSpoken)
            #expect(world.store.progress.visible == 0)
            #expect(try world.greeted().count() == 0)
        }
        try await ClientStubPeer.run(.answering(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))) {
            peer in
            var configuration = ClientConfiguration(host: "127.0.0.1", port: peer.port)
            configuration.tls = trust
            let client = AuraClient(configuration)
            let error = await clientFailure { _ = try await client.ping() }
            #expect(error == .tls(.notSpoken, server: "127.0.0.1:\(peer.port)"))
            try await client.close()
        }
    }

    // MARK: - Versions

    @Test(arguments: [(TLSVersion.tlsv11, false), (.tlsv12, true), (.tlsv13, true)])
    func `nothing older than version 1_2 is spoken`(
        version: TLSVersion, isSpoken: Bool
    ) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority.file)
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = version
        configuration.applicationProtocols = ["other", "aura/1"]
        let context = try NIOSSLContext(configuration: configuration)
        try await withServer(try ServerTLS(authority)) { world in
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let outcome = loop.makePromise(of: String.self)
            let channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                        try pipeline.addHandler(HandshakeWitness(outcome))
                    }
                }
                .connect(host: "127.0.0.1", port: world.port).get()
            let expected = isSpoken ? "aura/1" : "protocol version"
            #expect(try await outcome.futureResult.get() == expected)
            if isSpoken { try await channel.close() }
        }
    }
}

/// Tells the protocol that a handshake ended with, or why it failed.
private final class HandshakeWitness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let outcome: EventLoopPromise<String>

    init(_ outcome: EventLoopPromise<String>) {
        self.outcome = outcome
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let name) = event else { return }
        outcome.succeed(name ?? "none")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        outcome.succeed(TLSReason(error)?.text ?? "\(error)")
    }

    func channelInactive(context: ChannelHandlerContext) {
        outcome.succeed("closed")
    }
}
