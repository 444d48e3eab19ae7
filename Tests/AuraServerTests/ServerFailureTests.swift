import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Testing

/// Every failure of `Formats/wire.md`, met at a server that goes on serving.
@Suite(.serialized) struct ServerFailureTests {
    /// All but what only a server with TLS says; `ServerTLSTests` has it.
    private static let codes = FailureCode.allCases.filter { $0 != .tlsRequired }

    @Test(arguments: codes)
    func `each failure says what and what to do, while another client is served`(
        code: FailureCode
    ) async throws {
        let provocation = ServerProvocation(code)
        let disk = SimulatedFileSystem()
        let gated = GatedFileSystem(disk)
        try await withServer(
            policy: provocation.policy, authenticator: provocation.authenticator,
            memoryLimit: provocation.memoryLimit, segmentSize: provocation.segmentSize,
            fileSystem: gated,
            configure: provocation.configure
        ) { world in
            let hasKeys = provocation.authenticator != nil
            let witness = try ServerWitness(
                world, key: hasKeys ? "both" : nil, isRefusable: provocation.isForAll)
            let client = try world.client()
            if provocation.isGreeted { try client.greet() }
            let failure = try provocation.act(client, world.with(disk), gated.gate)
            check(failure, code)
            if !provocation.isForAll { try witness.waitForNext() }
            if provocation.isClosing || code.closesConnection, !provocation.isElsewhere {
                #expect(try client.isClosed())
            } else if code != .shuttingDown {
                try expectServed(client)
            }
            let (events, refusals) = try witness.end()
            #expect(refusals.isSubset(of: [code]))
            try expectAll(events, world, key: hasKeys ? "both" : nil, isOpen: code != .shuttingDown)
        }
    }

    private func check(_ failure: WireFailure, _ code: FailureCode) {
        #expect(failure.code == code)
        #expect(failure.failureClass == code.failureClass)
        #expect(failure.retryAfterMilliseconds == code.retryAfterMilliseconds)
        #expect(failure.message.hasPrefix(code.summary))
        #expect(failure.message.hasSuffix("; " + code.remedy))
        #expect(!failure.message.contains("locked"), "what is for the log alone")
        switch code {
        case .badMagic, .badHeaderChecksum, .frameTooLarge, .badPayloadChecksum, .malformed,
            .unknownOpcode, .batchInvalid:
            #expect(failure.condition > 0)
            #expect(failure.message.contains(String(failure.place)), "\(failure)")
        case .outOfSequence: #expect(failure.expectedSequence == 2)
        case .timeTooFar: #expect(failure.message.contains("(2023-11-15T23:13:20Z; the server's"))
        default: break
        }
    }

    /// A failure that does not close leaves the connection as it was.
    private func expectServed(_ client: RawClient) throws {
        try client.send(AuraWire.Ping(value: 5), id: 4_000)
        while true {
            let frame = try client.next()
            if frame.header.opcode == .pong, frame.header.requestID == 4_000 { return }
        }
    }

    /// What was acknowledged is there.
    private func expectAll(
        _ events: Int, _ world: TestServer, key: String?, isOpen: Bool
    ) throws {
        #expect(world.store.progress.visible >= UInt64(events))
        guard isOpen else { return }
        let reader = try world.client()
        try reader.greet(key: key)
        // Questions of the client that has gone may still wait for a thread.
        var counted: UInt64?
        while counted == nil {
            do { counted = try reader.count() } catch is RawClient.Unexpected {
                #expect(world.server.connectionCount > 0)
            }
        }
        #expect(try #require(counted) >= UInt64(events))
    }
}

extension TestServer {
    /// The same with the disk that a test holds.
    fileprivate func with(_ disk: SimulatedFileSystem) -> TestServer {
        TestServer(server: server, store: store, disk: disk, clock: clock, port: port)
    }
}
