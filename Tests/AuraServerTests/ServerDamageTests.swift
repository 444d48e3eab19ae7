import AuraCore
import AuraServer
import AuraTesting
import AuraWire
import NIOCore
import Testing

/// Each thing a peer can do wrong is a documented failure, and the rest keeps serving.
@Suite(.serialized) struct ServerDamageTests {
    /// A frame's bytes with other bytes at a place, and the header hash made good again or not.
    private func damaged(
        _ frame: [UInt8], at offset: Int, _ bytes: [UInt8], rehash: Bool
    ) -> [UInt8] {
        var frame = frame
        frame.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        if rehash {
            frame.store(little: Checksum.hash32(frame.rawSpan.slice(0, 20)), at: 20)
        }
        return frame
    }

    /// Sends what is wrong, expects the failure, and that another connection is served as before.
    private func expect(
        _ code: FailureCode, isClosed: Bool, id: UInt32? = nil, condition: UInt32? = nil,
        _ bytes: () throws -> [UInt8]
    ) async throws {
        try await withServer { world in
            let witness = try world.greeted()
            #expect(try witness.append(someBatch(5)).rowCount == 5)
            let client = try world.greeted()
            try client.send(bytes())
            let frame = try client.next()
            try #require(frame.header.opcode == .error)
            let failure = try WireFailure(payload: frame.payload.rawSpan)
            #expect(failure.code == code)
            #expect(failure.failureClass == code.failureClass)
            #expect(code.closesConnection == isClosed)
            if let id { #expect(frame.header.requestID == id) }
            if let condition { #expect(failure.condition == condition) }
            if isClosed {
                #expect(try client.isClosed())
            } else {
                #expect(try client.append(someBatch(1)).rowCount == 1)
            }
            #expect(try witness.count() == (isClosed ? 5 : 6))
        }
    }

    private func good() throws -> [UInt8] {
        RawClient.append(try someBatch(4), AppendHead(sequence: 1), id: 3)
    }

    @Test func `bytes of another protocol`() async throws {
        try await expect(.badMagic, isClosed: true, condition: 2) {
            Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        }
    }

    @Test func `another version of the framing`() async throws {
        try await expect(.badVersion, isClosed: true, condition: 3) {
            damaged(try good(), at: 4, [2, 0], rehash: true)
        }
    }

    @Test func `a header with a bit turned`() async throws {
        for bit in [48, 63, 64, 95, 96, 127, 128, 160, 191] {
            try await expect(.badHeaderChecksum, isClosed: true, condition: 4) {
                var frame = try good()
                frame[bit / 8] ^= 1 << UInt8(bit % 8)
                return frame
            }
        }
    }

    @Test func `reserved bytes that are set`() async throws {
        try await expect(.malformed, isClosed: true, condition: 5) {
            damaged(try good(), at: 16, [1], rehash: true)
        }
        try await expect(.malformed, isClosed: true, condition: 5) {
            damaged(try good(), at: 7, [8], rehash: true)
        }
    }

    @Test func `a frame that is too large is refused by its header`() async throws {
        try await expect(.frameTooLarge, isClosed: true, condition: 6) {
            let header = Array(try good().prefix(32))
            return damaged(header, at: 12, [1, 0, 65, 0], rehash: true)
        }
    }

    @Test func `a payload with a bit turned`() async throws {
        for bit in [0, 511, 1_000] {
            try await expect(.badPayloadChecksum, isClosed: true, id: 3, condition: 7) {
                var frame = try good()
                frame[64 + bit / 8] ^= 1 << UInt8(bit % 8)
                return frame
            }
        }
        try await expect(.badPayloadChecksum, isClosed: true, id: 3, condition: 7) {
            var frame = RawClient.frame(CountRequest(), id: 3)
            frame[40] ^= 1
            return frame
        }
    }

    @Test func `a fixed part with a bit turned`() async throws {
        for bit in [0, 32, 64, 100, 230] {
            try await expect(.badPayloadChecksum, isClosed: true, id: 3, condition: 10) {
                var frame = try good()
                frame[32 + bit / 8] ^= 1 << UInt8(bit % 8)
                return frame
            }
        }
    }

    @Test func `an append without room for a batch`() async throws {
        try await expect(.malformed, isClosed: true, condition: 1) {
            // The hash of no bytes: what would follow the fixed part.
            var frame = Array(try good().prefix(40))
            frame.store(little: UInt32(8), at: 12)
            frame.store(little: Checksum.hash64([UInt8]().rawSpan), at: 24)
            return damaged(frame, at: 0, [], rehash: true)
        }
    }

    @Test func `a batch that is cut short`() async throws {
        try await expect(.batchInvalid, isClosed: false, id: 3, condition: 1) {
            let batch = try someBatch(4)
            return RawClient.append(Array(batch.dropLast(8)), AppendHead(sequence: 1), id: 3)
        }
        try await expect(.batchInvalid, isClosed: false, id: 3, condition: 1) {
            RawClient.append([], AppendHead(sequence: 1), id: 3)
        }
    }

    @Test func `a count that lies`() async throws {
        try await expect(.batchInvalid, isClosed: false, id: 3) {
            var batch = try someBatch(4)
            batch.store(little: UInt32(60_000), at: 8)
            return RawClient.append(batch, AppendHead(sequence: 1), id: 3)
        }
        try await expect(.malformed, isClosed: true, id: 3, condition: 1) {
            // 4 billion types in a COUNT of 29 bytes.
            var frame = RawClient.frame(CountRequest(), id: 3)
            frame.store(little: UInt32.max, at: 32)
            frame.store(little: Checksum.hash64(frame.rawSpan.slice(32, frame.count - 32)), at: 24)
            return frame
        }
    }

    @Test func `an unknown opcode refuses the request alone`() async throws {
        try await expect(.unknownOpcode, isClosed: false, id: 3) {
            damaged(RawClient.frame(StatusRequest(), id: 3), at: 6, [0x7F], rehash: true)
        }
    }

    @Test func `messages of the server`() async throws {
        try await expect(.unexpectedMessage, isClosed: true) {
            RawClient.frame(Stable(stable: 1, visible: 1))
        }
        try await expect(.unexpectedMessage, isClosed: true) {
            RawClient.frame(Hello(clientName: "again"))
        }
    }

    @Test func `a request without an id or with an answer's flags`() async throws {
        try await expect(.malformed, isClosed: true, condition: 9) {
            RawClient.frame(StatusRequest(), id: 0)
        }
        try await expect(.malformed, isClosed: true, condition: 5) {
            damaged(RawClient.frame(StatusRequest(), id: 3), at: 7, [1], rehash: true)
        }
    }

    // MARK: - Clocks

    @Test func `a silent peer is let go`() async throws {
        try await withServer(configure: { configuration in
            configuration.handshakeTimeout = .milliseconds(100)
        }) { world in
            let witness = try world.greeted()
            let client = try world.client()
            #expect(try client.nextFailure() == .handshakeTimeout)
            #expect(try client.isClosed())
            // As is one that sends its greeting a byte at a time.
            let slow = try world.client()
            try slow.send(Array(RawClient.frame(Hello(clientName: "slow")).prefix(20)))
            #expect(try slow.nextFailure() == .handshakeTimeout)
            #expect(try witness.count() == 0)
        }
    }

    @Test func `a frame must arrive whole in time`() async throws {
        try await withServer(configure: { configuration in
            configuration.frameTimeout = .milliseconds(100)
        }) { world in
            let witness = try world.greeted()
            let client = try world.greeted()
            try client.send(Array(try good().prefix(100)))
            #expect(try client.nextFailure() == .slowPeer)
            #expect(try client.isClosed())
            #expect(try witness.count() == 0)
        }
    }

    @Test func `an idle client is pinged, then let go; one that answers stays`() async throws {
        try await withServer(configure: { configuration in
            configuration.idleTimeout = .milliseconds(200)
        }) { world in
            let client = try world.greeted()
            for _ in 0..<5 {
                let ping = try client.next(Ping.self)
                try client.send(Pong(value: ping.value), flags: .response)
            }
            _ = try client.next(Ping.self)
            #expect(try client.nextFailure() == .idleTimeout)
            #expect(try client.isClosed())
        }
    }

    @Test func `a client that reads nothing is let go`() async throws {
        try await withServer(configure: { configuration in
            configuration.writeTimeout = .milliseconds(300)
        }) { world in
            let witness = try world.greeted()
            let client = try world.greeted()
            // Answers far beyond what the sockets' buffers take.
            let pings = (0..<4_096).flatMap { RawClient.frame(Ping(value: $0)) }
            do {
                for _ in 0..<500 { try client.send(pings) }
                Issue.record("80 MB of answers found a place")
            } catch is RawClient.Closed {}
            #expect(try witness.append(someBatch(1)).rowCount == 1)
            try witness.send(StatusRequest(), id: 3)
            let counters = try witness.next(StatusInfo.self).counters
            #expect(counters.contains(StatusInfo.Counter("failures.slowPeer", 1)))
        }
    }

    @Test func `connections beyond the limit are told so`() async throws {
        try await withServer(configure: { configuration in
            configuration.maximumConnections = 3
        }) { world in
            let clients = try (0..<3).map { _ in try world.greeted() }
            let fourth = try world.client()
            let failure = try fourth.next(WireFailure.self)
            #expect(failure.code == .tooManyConnections)
            #expect(failure.failureClass == .reconnect)
            #expect(failure.retryAfterMilliseconds > 0)
            #expect(try fourth.isClosed())
            fourth.close()
            for client in clients { #expect(try client.count() == 0) }
            clients[0].close()
            // The place is free as soon as the server has seen the end.
            while world.server.connectionCount >= 3 { await Task.yield() }
            #expect(try world.greeted().count() == 0)
        }
    }

    @Test func `a client that goes away in the middle hurts nobody`() async throws {
        try await withServer { world in
            let witness = try world.greeted()
            for cut in stride(from: 1, to: try good().count, by: 37) {
                let client = try world.greeted()
                try client.send(Array(try good().prefix(cut)))
                client.close()
            }
            #expect(try witness.append(someBatch(1)).rowCount == 1)
        }
    }
}
