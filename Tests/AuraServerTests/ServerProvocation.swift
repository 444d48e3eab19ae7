import AuraCore
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire

/// A way to be told a failure by a server.
struct ServerProvocation {
    /// What of the server's limits is changed for it.
    var configure: (inout ServerConfiguration) -> Void = { _ in }
    var authenticator: Authenticator?
    var policy: any BatchPolicy = OpenPolicy()
    var memoryLimit = 64 << 20
    var segmentSize: Int64 = 1 << 20
    /// Whether it is about the store, so that others meet the same.
    var isForAll = false
    /// Whether the client has greeted before.
    var isGreeted = true
    /// Whether it is another connection of the client that is closed.
    var isElsewhere = false
    /// Whether the connection is closed, unlike after other failures of the code.
    var isClosing = false
    /// Does it, and returns what the server says.
    let act: (RawClient, TestServer, GatedFileSystem.Gate) throws -> WireFailure

    /// One that sends something and reads the answer.
    init(sending bytes: @escaping () throws -> [UInt8]) {
        act = { client, _, _ in
            try client.send(bytes())
            return try client.next(WireFailure.self)
        }
    }

    init(_ act: @escaping (RawClient, TestServer, GatedFileSystem.Gate) throws -> WireFailure) {
        self.act = act
    }

    /// With other properties.
    func with(_ change: (inout ServerProvocation) -> Void) -> ServerProvocation {
        var other = self
        change(&other)
        return other
    }

    /// How a code is met.
    init(_ code: FailureCode) {
        self =
            switch code {
            case .badMagic: .stream { Array("GET / HTTP/1.0\r\n\r\n".utf8) }
            case .badVersion:
                .badVersion
            case .badHeaderChecksum: .stream { try Self.good(flipping: 8 * 8) }
            case .frameTooLarge: .stream { try Self.tooLarge() }
            case .badPayloadChecksum: .stream { try Self.good(flipping: 64 * 8) }
            case .malformed: .stream { RawClient.frame(StatusRequest()) }
            case .unknownOpcode: .stream { Self.unknown() }
            case .unexpectedMessage: .stream { RawClient.frame(Stable(stable: 1, visible: 1)) }
            case .notAuthorised: .access(key: nil)
            case .badKey: .access(key: "wrong")
            case .expiredKey: .access(key: "old")
            case .revokedKey: .access(key: "taken")
            case .internalError: .access(key: "sick").with { $0.isClosing = true }
            case .wrongScope: .access(key: "read")
            case .tlsRequired: preconditionFailure("not without TLS: ServerTLSTests")
            case .memoryFull: .memoryFull
            case .overloaded: .overloaded
            case .noSpace: .noSpace
            case .logFailed: .logFailed
            case .shuttingDown: .shuttingDown
            case .tooManyConnections: .tooManyConnections
            case .idleTimeout: .idleTimeout
            case .slowPeer: .slowPeer
            case .handshakeTimeout: .handshakeTimeout
            case .creditExceeded: .creditExceeded
            case .tooManyRequests: .tooManyRequests
            case .batchInvalid: .batch { try Array(someBatch(4).dropLast(8)) }
            case .privacyRefused: .privacyRefused
            case .timeTooFar: .batch { try Self.batch(at: TestClock.start + 90_000_000_000) }
            case .unknownType:
                .batch { try someBatch(1, type: "odd") }.with { $0.policy = KnownTypes() }
            case .outOfSequence: .producer(sequence: 5)
            case .sequenceConflict: .producer(sequence: 1)
            case .unknownProducer: .producer(sequence: 2, number: 9)
            case .fenced: .fenced
            case .tooManyProducers: .tooManyProducers
            case .badProducerName: .stream { RawClient.frame(ProducerOpen(name: ""), id: 3) }
            case .badQuery: .badQuery
            case .cancelled: .cancelled
            case .limitReached:
                .stream {
                    RawClient.frame(
                        QueryRequest("SELECT repeat('x', 5000000)", credit: 1 << 20), id: 3)
                }
            case .badStart: .stream { RawClient.frame(Subscribe(from: .max, credit: 1), id: 3) }
            }
    }
}

extension ServerProvocation {
    /// Bytes that are wrong in themselves.
    static func stream(_ bytes: @escaping () throws -> [UInt8]) -> ServerProvocation {
        ServerProvocation(sending: bytes)
    }

    /// A batch that is not taken.
    private static func batch(_ bytes: @escaping () throws -> [UInt8]) -> ServerProvocation {
        ServerProvocation { RawClient.append(try bytes(), AppendHead(sequence: 1), id: 3) }
    }

    private static func good(flipping bit: Int) throws -> [UInt8] {
        var frame = RawClient.append(try someBatch(4), AppendHead(sequence: 1), id: 3)
        frame[bit / 8] ^= 1 << UInt8(bit % 8)
        return frame
    }

    private static func tooLarge() throws -> [UInt8] {
        var header = RawClient.append(try someBatch(4), AppendHead(sequence: 1), id: 3)[..<32]
        header.replaceSubrange(12..<16, with: [1, 0, 65, 0])
        return rehashed(Array(header))
    }

    private static var badVersion: ServerProvocation {
        stream { RawClient.frame(Hello(minimumVersion: 2, maximumVersion: 9, clientName: "new")) }
            .with { $0.isGreeted = false }
    }

    private static func unknown() -> [UInt8] {
        var frame = RawClient.frame(StatusRequest(), id: 3)
        frame[6] = 0x7F
        return rehashed(frame)
    }

    private static func rehashed(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        frame.store(little: Checksum.hash32(frame.rawSpan.slice(0, 20)), at: 20)
        return frame
    }

    private static func batch(at time: Int64) throws -> [UInt8] {
        try encoded([Event(type: "user.login", time: Timestamp(microseconds: time))])
    }

    private static var privacyRefused: ServerProvocation {
        var policy = PrivacyPolicy()
        policy.batchAction = .refuse
        let event = Event(
            type: "user.login", time: Timestamp(microseconds: TestClock.start),
            attributes: [Attribute("email", .string("x"))])
        return .batch { try encoded([event]) }
            .with { $0.policy = PrivacyScreen(PrivacyRules(policy)) }
    }
}

/// Takes one type.
struct KnownTypes: BatchPolicy {
    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        for type in layout.types {
            let name = layout.strings.bytes(of: type.name, in: batch).text
            if name != "user.login" { return .refuse(.unknownType, reason: name) }
        }
        return .accept(warnings: [Warning(code: Warning.schema, text: "column x is new")])
    }

    var counters: [StatusInfo.Counter] { [] }
}
