import AuraTLS
import AuraTesting
import AuraWire
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import AuraClient
@testable import AuraServer

/// What can go wrong before a connection with TLS is there, and files that change.
@Suite struct TLSHandshakeTests {
    private let authority: TestAuthority
    private let trust: ClientTLS

    init() throws {
        authority = try TestAuthority()
        trust = ClientTLS(authorityFile: authority.file)
    }

    /// The first bytes of a client's handshake: a record of 512 bytes that does not come whole.
    private static let beginning: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]

    @Test func `peers that fall silent in the handshake are let go`() async throws {
        try await withServer(
            try ServerTLS(authority), configure: { $0.handshakeTimeout = .milliseconds(300) }
        ) { world in
            let silent = try world.client()
            let slow = try world.client()
            try slow.send(TLSHandshakeTests.beginning)
            #expect(try silent.isClosed())
            #expect(try slow.isClosed())
            let counters = try await world.counters(trust)
            #expect(counters["failures.handshakeTimeout"] == 2)
            #expect(counters["tls.failed"] == 0)
        }
    }

    @Test func `a server stops although peers are in the middle of the handshake`() async throws {
        var peers: [RawClient] = []
        try await withServer(
            try ServerTLS(authority),
            configure: {
                $0.handshakeTimeout = .seconds(3_600)
                $0.drainTimeout = .seconds(3_600)
            }
        ) { world in
            peers = try [world.client(), world.client()]
            try peers[1].send(TLSHandshakeTests.beginning)
            // Both have been taken once a later one is served.
            #expect(try await world.refusal(of: trust) == nil)
        }
        for peer in peers { #expect(try peer.isClosed()) }
    }

    @Test func `bytes that only begin like TLS are counted, and others are served`() async throws {
        let seed = UInt64(11)
        var random = SeededRandom(seed: seed)
        try await withServer(try ServerTLS(authority)) { world in
            for _ in 0..<Effort.count(20) {
                let raw = try world.client()
                try raw.send([0x16, 3, 1, 0, 64] + random.bytes(64))
                raw.endSending()
                try raw.waitForEnd()
            }
            let failed = try await world.counters(trust)["tls.failed"]
            #expect(failed == UInt64(Effort.count(20)), "seed \(seed)")
        }
    }

    @Test func `where there are too many connections TLS clients are told as well`() async throws {
        let notices = Notices()
        try await withServer(
            try ServerTLS(authority), configure: { $0.maximumConnections = 1 }
        ) { world in
            let first = world.client(trust)
            _ = try await first.ping()
            let second = world.client(trust) { $0.onNotice = notices.add }
            async let answer = second.ping()
            await notices.wait { $0.description.contains("too many connections are open") }
            try await first.close()
            _ = try await answer
            try await second.close()
        }
    }

    @Test func `lines about failed handshakes are few, and say how many are left out`() {
        let log = SparseLog(interval: .seconds(10))
        let start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        #expect(log.admit(now: start) == 0)
        #expect(log.admit(now: start + .seconds(1)) == nil)
        #expect(log.admit(now: start + .milliseconds(9_999)) == nil)
        #expect(log.admit(now: start + .seconds(10)) == 2)
        #expect(log.admit(now: start + .seconds(11)) == nil)
        #expect(log.admit(now: start + .seconds(90)) == 1)
        #expect(log.admit(now: start + .seconds(200)) == 0)
    }

    // MARK: - Files

    @Test func `renewed files count for the connections to come`() async throws {
        let old = try authority.certificate()
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "aura-reload-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "c.pem"), folder.appending(path: "k.pem"))
        func install(_ files: TestAuthority.Files) throws {
            try Data(contentsOf: URL(filePath: files.certificate)).write(to: certificate)
            try Data(contentsOf: URL(filePath: files.key)).write(to: key)
        }
        try install(old)
        let identity = TLSIdentity(certificateFile: certificate.path, privateKeyFile: key.path)
        let tls = try ServerTLS(ServerTLS.Files(identity: identity), requirement: .always)
        let other = try TestAuthority("Other")
        let otherTrust = ClientTLS(authorityFile: other.file)
        try await withServer(tls) { world in
            let open = world.client(trust)
            _ = try await open.ping()
            try install(try other.certificate())
            #expect(try await world.refusal(of: trust) == nil)
            try tls.reload()
            #expect(try await world.tlsFailure(of: trust) == .untrusted)
            #expect(try await world.refusal(of: otherTrust) == nil)
            _ = try await open.ping()
            let handshakes = try await world.counters(otherTrust)["tls.handshakes"]
            // What cannot be used changes nothing.
            try Data("no key".utf8).write(to: key)
            let error = #expect(throws: TLSFileError.self) { try tls.reload() }
            #expect(error?.path == key.path)
            #expect(try await world.refusal(of: otherTrust) == nil)
            _ = try await open.ping()
            // The open connection was never made anew: these are that of `refusal` and its own.
            let later = try await world.counters(otherTrust)["tls.handshakes"]
            #expect(later == handshakes.map { $0 + 2 })
            try await open.close()
        }
    }

    @Test func `files that cannot be used are named, with the reason`() async throws {
        let files = try authority.certificate()
        let other = try authority.certificate()
        let encrypted = files.key + ".encrypted"
        try """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        AAAA
        -----END ENCRYPTED PRIVATE KEY-----
        """.write(toFile: encrypted, atomically: true, encoding: .utf8)
        let missing = files.key + ".missing"
        let folder = URL(filePath: files.key).deletingLastPathComponent().path
        let cases: [(certificate: String, key: String, path: String, reason: String)] = [
            (missing, files.key, missing, "No such file or directory"),
            (folder, files.key, folder, "Is a directory"),
            (files.key, files.key, files.key, "it holds no certificate in PEM form"),
            (files.certificate, missing, missing, "No such file or directory"),
            (
                files.certificate, files.certificate, files.certificate,
                "it holds no private key in PEM form"
            ),
            (
                files.certificate, encrypted, encrypted,
                "its private key has a passphrase; 'openssl pkey' takes it off"
            ),
            (
                files.certificate, other.key, other.key,
                "it is not the key of \(files.certificate)"
            ),
        ]
        for (certificate, key, path, reason) in cases {
            let identity = TLSIdentity(certificateFile: certificate, privateKeyFile: key)
            let error = #expect(throws: TLSFileError.self) {
                try ServerTLS(ServerTLS.Files(identity: identity))
            }
            #expect(error?.path == path)
            #expect(error?.reason == reason)
            try await withServer(try ServerTLS(authority)) { world in
                var tls = trust
                tls.identity = identity
                let failure = try await world.tlsFailure(of: tls)
                #expect(failure == error.map { .file($0) })
                #expect(failure?.text(at: "x") == "cannot use \(path) for TLS: \(reason)")
            }
        }
        #expect(throws: TLSFileError.self) {
            try ServerTLS(
                ServerTLS.Files(identity: files.identity, clientAuthorityFile: missing))
        }
    }

    // MARK: - Later on

    @Test func `a client that was let in once waits for the certificate to be mended`()
        async throws
    {
        let tls = Mutex(try ServerTLS(authority))
        let notices = Notices()
        try await ClientWorld.run(configure: { $0.tls = tls.withLock { $0 } }) { world in
            let client = AuraClient(
                world.configuration {
                    $0.tls = trust
                    $0.onNotice = notices.add
                    $0.deadline = .seconds(3_600)
                })
            try await client.record(ClientEvents.event(1, 0))
            try await world.stop()
            let foreign = try ServerTLS(try TestAuthority("Foreign"))
            tls.withLock { $0 = foreign }
            try await world.start()
            async let recorded: Void = client.record(ClientEvents.event(1, 1))
            await notices.wait { $0.description.contains("no authority that this client trusts") }
            try await world.stop()
            let mended = try ServerTLS(authority)
            tls.withLock { $0 = mended }
            try await world.start()
            try await recorded
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: [0, 1]])
            try await client.close()
        }
    }

    @Test(arguments: 0..<UInt64(Effort.count(3)))
    func `over a network that breaks everything is stored once and in order`(
        seed: UInt64
    ) async throws {
        let mood = ClientChaosProxy.Mood(cutAfter: 20_000, delay: 500, splits: true)
        let tls = try ServerTLS(authority)
        try await ClientWorld.run(seed: seed, mood: mood, configure: { $0.tls = tls }) { world in
            let client = AuraClient(
                world.configuration {
                    $0.tls = trust
                    $0.batchRows = 10
                    $0.deadline = .seconds(3_600)
                })
            for number in 0..<300 {
                try await client.recordBuffered(ClientEvents.event(1, number))
            }
            try await client.close()
            let numbers = try ClientEvents.numbers(world.storedEvents())
            #expect(numbers == [1: Array(0..<300)], "seed \(seed)")
        }
    }
}
