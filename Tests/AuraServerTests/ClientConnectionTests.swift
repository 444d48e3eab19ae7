import AuraClient
import AuraTesting
import NIOCore
import NIOPosix
import Testing

/// What a client says where there is no server, or something else in its place.
@Suite struct ClientConnectionTests {
    private func configuration(host: String = "127.0.0.1", port: Int) -> ClientConfiguration {
        var configuration = ClientConfiguration(host: host, port: port)
        configuration.firstRetry = .milliseconds(1)
        configuration.lastRetry = .milliseconds(20)
        configuration.connectTimeout = .seconds(60)
        return configuration
    }

    /// The first reason with these words that a client gives for waiting.
    private func reason(
        _ configuration: ClientConfiguration, with words: String = ""
    ) async throws -> String? {
        let (reasons, continuation) = AsyncStream<String>.makeStream()
        var configuration = configuration
        configuration.onNotice = { notice in
            if case .waiting(_, let reason) = notice { continuation.yield(reason) }
        }
        let client = AuraClient(configuration)
        let asking = Task { try await client.ping() }
        let reason = await reasons.first { words.isEmpty || $0.contains(words) }
        asking.cancel()
        await #expect(throws: ClientError.cancelled) { try await asking.value }
        try await client.close()
        return reason
    }

    @Test func `where nothing listens the client says so`() async throws {
        let peer = try await ClientStubPeer(.silent)
        try await peer.stop()
        let reason = try await reason(configuration(port: peer.port))
        #expect(
            reason == "nothing listens at 127.0.0.1:\(peer.port); start the server, or check host "
                + "and port")
    }

    @Test func `a host without an address is told`() async throws {
        // No name server is asked: no name may have so long a part.
        let host = String(repeating: "x", count: 64) + ".invalid"
        let reason = try await reason(configuration(host: host, port: 1))
        #expect(reason?.hasPrefix("the name of the host of \(host):1 is not known (") == true)
        #expect(reason?.hasSuffix("and the name service of this machine") == true)
    }

    @Test func `a peer that says nothing is told`() async throws {
        try await ClientStubPeer.run(.silent) { peer in
            var configuration = configuration(port: peer.port)
            configuration.connectTimeout = .milliseconds(100)
            // A busy machine may not even connect in that time.
            let reason = try await reason(configuration, with: "said nothing")
            #expect(
                reason == "127.0.0.1:\(peer.port) takes connections but said nothing for "
                    + "0.1 seconds; check that an Aura server listens there, and that it is not "
                    + "overloaded")
        }
    }

    @Test func `a peer that closes at once is told`() async throws {
        try await ClientStubPeer.run(.closing) { peer in
            let reason = try await reason(configuration(port: peer.port))
            let address = "127.0.0.1:\(peer.port)"
            // Where the greeting meets a closed socket the system resets it.
            #expect(
                reason == "\(address) takes connections and closes them without a word; check "
                    + "that an Aura server listens there"
                    || reason?.hasPrefix("the connection to \(address) broke (") == true)
        }
    }

    /// What peers of other protocols might say, and what is made of it.
    private static let foreign: [(bytes: [UInt8], what: String)] = [
        (Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8), "it speaks HTTP"),
        (Array("HTTP/1.0 400\r\n\r\n".utf8), "it speaks HTTP"),
        ([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46], "it speaks TLS"),
        (Array("SSH-2.0-x\r\n".utf8), "it speaks SSH"),
        (Array("-\r".utf8), "it speaks another protocol"),
    ]

    @Test(arguments: foreign)
    func `a peer that is no Aura server is told with what it speaks`(
        bytes: [UInt8], what: String
    ) async throws {
        try await ClientStubPeer.run(.answering(bytes)) { peer in
            let reason = try await reason(configuration(port: peer.port))
            let address = "127.0.0.1:\(peer.port)"
            #expect(
                reason?.hasPrefix("what listens at \(address) is not an Aura server: ") == true)
            #expect(reason?.contains(what) == true, "\(reason ?? "nothing was said")")
            #expect(reason?.hasSuffix("; check host and port") == true)
        }
    }

    @Test func `a tail notices that its server is gone without a word`() async throws {
        try await ClientStubPeer.run(.greetingOnly) { peer in
            var configuration = configuration(port: peer.port)
            configuration.silenceLimit = .milliseconds(300)
            let client = AuraClient(configuration)
            let reading = Task { for try await _ in client.tail(from: 1) {} }
            await peer.waitForConnections(2)
            reading.cancel()
            await #expect(throws: ClientError.cancelled) { try await reading.value }
            try await client.close()
        }
    }
}
