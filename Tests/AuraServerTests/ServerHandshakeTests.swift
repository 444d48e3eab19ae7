import AuraCore
import AuraServer
import AuraWire
import Synchronization
import Testing

@Suite(.serialized) struct ServerHandshakeTests {
    @Test func `a greeting is answered with the limits of the server`() async throws {
        try await withServer(configure: { configuration in
            configuration.serverVersion = "1.2"
            configuration.maximumInFlight = 33
        }) { world in
            let ack = try world.client().greet()
            #expect(ack.version == 1)
            #expect(!ack.isAuthRequired)
            #expect(ack.incarnation == 77)
            #expect(ack.maximumPayload == 4 << 20 + 64 << 10)
            #expect(ack.maximumInFlight == 33)
            #expect(ack.initialCredit == 8 << 20)
            #expect(ack.serverTime == TestClock.start)
            #expect(ack.serverName == "aura")
            #expect(ack.serverVersion == "1.2")
        }
    }

    @Test func `a client that speaks only later versions is told so`() async throws {
        try await withServer { world in
            let client = try world.client()
            try client.send(Hello(minimumVersion: 2, maximumVersion: 9, clientName: ""), id: 1)
            let failure = try client.next(WireFailure.self, id: 1)
            #expect(failure.code == .badVersion)
            #expect(failure.failureClass == .stop)
            #expect(try client.isClosed())
        }
    }

    @Test func `nothing is taken before the greeting`() async throws {
        try await withServer { world in
            for bytes in [
                RawClient.frame(Ping(value: 1)), RawClient.frame(StatusRequest(), id: 1),
                RawClient.frame(Auth(key: "k"), id: 1),
                RawClient.append(try someBatch(1), AppendHead(sequence: 1), id: 1),
            ] {
                let client = try world.client()
                try client.send(bytes)
                #expect(try client.nextFailure() == .unexpectedMessage)
                #expect(try client.isClosed())
            }
            #expect(try world.greeted().count() == 0)
        }
    }

    @Test func `without keys a key is accepted for what everybody may do`() async throws {
        try await withServer { world in
            let client = try world.client()
            try client.send(
                RawClient.frame(Hello(clientName: "c")) + RawClient.frame(Auth(key: "x")))
            _ = try client.next(HelloAck.self)
            #expect(try client.next(AuthOK.self).scopes == [.ingest, .read, .admin])
            #expect(try client.count() == 0)
        }
    }

    // MARK: - Keys

    @Test func `a good key opens what its scopes say`() async throws {
        try await withServer(authenticator: ServerProvocation.keys) { world in
            let client = try world.client()
            #expect(try client.greet().isAuthRequired)
            try client.send(Auth(key: "both"), id: 5)
            let granted = try client.next(AuthOK.self, id: 5)
            #expect(granted == AuthOK(scopes: [.ingest, .read], keyID: "k1"))
            #expect(try client.append(try someBatch(3)).rowCount == 3)
            #expect(try client.count() == 3)
        }
    }

    @Test(arguments: [
        ("wrong", FailureCode.badKey), ("old", .expiredKey), ("taken", .revokedKey),
        ("sick", .internalError),
    ])
    func `a key that grants nothing ends the connection`(
        key: String, code: FailureCode
    ) async throws {
        try await withServer(authenticator: ServerProvocation.keys) { world in
            let client = try world.client()
            try client.greet()
            try client.send(Auth(key: key), id: 2)
            let failure = try client.next(WireFailure.self, id: 2)
            #expect(failure.code == code)
            #expect(!failure.message.contains("locked"))
            #expect(try client.isClosed())
            // Whoever has a key is served all the same.
            let other = try world.client()
            try other.greet(key: "both")
            #expect(try other.count() == 0)
        }
    }

    @Test func `requests before the key are refused`() async throws {
        try await withServer(authenticator: ServerProvocation.keys) { world in
            let client = try world.client()
            try client.greet()
            try client.send(StatusRequest(), id: 3)
            #expect(try client.nextFailure() == .notAuthorised)
            #expect(try client.isClosed())
        }
    }

    @Test func `a scope that is missing refuses the request and nothing else`() async throws {
        try await withServer(authenticator: ServerProvocation.keys) { world in
            let writer = try world.client()
            try writer.greet(key: "ingest")
            try writer.send(CountRequest(), id: 3)
            let failure = try writer.next(WireFailure.self, id: 3)
            #expect(failure.code == .wrongScope)
            #expect(failure.message.contains("'read'"))
            #expect(try writer.append(try someBatch(2)).rowCount == 2)
            let reader = try world.client()
            try reader.greet(key: "read")
            let batch = try someBatch(2)
            try reader.append(batch, AppendHead(sequence: 1), id: 4)
            #expect(try reader.nextFailure() == .wrongScope)
            try reader.send(ProducerOpen(name: "p"), id: 5)
            #expect(try reader.nextFailure() == .wrongScope)
            #expect(try reader.count() == 2)
            // Its bytes came back.
            try reader.waitForCredit(UInt64(batch.count + AppendHead.size))
        }
    }

    @Test func `before the key only small frames are taken`() async throws {
        try await withServer(authenticator: ServerProvocation.keys) { world in
            let client = try world.client()
            try client.greet()
            let large = RawClient.append(try someBatch(60_000), AppendHead(sequence: 1), id: 1)
            try client.send(Array(large.prefix(64)))
            #expect(try client.nextFailure() == .frameTooLarge)
            #expect(try client.isClosed())
        }
    }

    @Test func `a key that is revoked later ends open connections`() async throws {
        let isRevoked = Atomic(false)
        let authenticator: Authenticator = { _ in
            isRevoked.load(ordering: .acquiring)
                ? .failure(.revoked) : .success(AccessGrant(scopes: .read, keyID: "k"))
        }
        try await withServer(
            authenticator: authenticator,
            configure: { configuration in
                configuration.authenticationInterval = .milliseconds(50)
            }
        ) { world in
            let client = try world.client()
            try client.greet(key: "k")
            #expect(try client.count() == 0)
            isRevoked.store(true, ordering: .releasing)
            #expect(try client.nextFailure() == .revokedKey)
            #expect(try client.isClosed())
        }
    }
}
