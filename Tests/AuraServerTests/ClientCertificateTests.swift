import AuraClient
import AuraCore
import AuraServer
import AuraTLS
import AuraTesting
import AuraWire
import Synchronization
import Testing

/// Certificates of clients: whose are taken, and what they stand for.
@Suite struct ClientCertificateTests {
    private let authority: TestAuthority
    private let clients: TestAuthority
    private let nobody: ClientTLS

    init() throws {
        authority = try TestAuthority()
        clients = try TestAuthority("Clients")
        nobody = ClientTLS(authorityFile: authority.file)
    }

    /// The TLS of a client with a certificate of its own.
    private func client(
        of issuer: TestAuthority, _ validity: TestAuthority.Validity = .now
    ) throws -> (tls: ClientTLS, certificate: [UInt8]) {
        let files = try issuer.certificate("client", for: ["DNS:client"], validity)
        var tls = nobody
        tls.identity = files.identity
        return (tls, try Certificate(file: files.certificate).bytes)
    }

    @Test func `where certificates are required nobody comes in without`() async throws {
        let tls = try ServerTLS(authority, clients: clients, areRequired: true)
        try await withServer(tls) { world in
            #expect(try await world.tlsFailure(of: nobody) == .certificateRequired)
            let known = try client(of: clients).tls
            #expect(try await world.refusal(of: known) == nil)
        }
    }

    @Test(arguments: [false, true])
    func `a certificate of a foreign authority, or out of its time, is refused`(
        areRequired: Bool
    ) async throws {
        let tls = try ServerTLS(authority, clients: clients, areRequired: areRequired)
        try await withServer(tls) { world in
            for (issuer, validity, reason) in [
                (try TestAuthority(), TestAuthority.Validity.now, "unknown ca"),
                (authority, .now, "unknown ca"), (clients, .past, "certificate expired"),
                (clients, .future, "certificate expired"),
            ] {
                let client = try client(of: issuer, validity).tls
                let failure = try await world.tlsFailure(of: client)
                #expect(failure == .certificateRefused(reason: reason), "\(validity)")
            }
            let known = try client(of: clients).tls
            #expect(try await world.counters(known)["tls.failed"] == 4)
        }
    }

    // MARK: - Certificates that stand for keys

    /// Knows the certificate, and the key `both`.
    private func authenticator(
        _ certificate: [UInt8], _ answer: Result<AccessGrant, AccessDenial>
    ) -> Authenticator {
        { credential in
            if case .certificate(certificate) = credential { return answer }
            return ServerProvocation.keys(credential)
        }
    }

    @Test func `a certificate stands for a key`() async throws {
        let (tls, certificate) = try client(of: clients)
        let grant = AccessGrant(scopes: [.ingest, .read], keyID: "c1")
        try await withServer(
            try ServerTLS(authority, clients: clients),
            authenticator: authenticator(certificate, .success(grant))
        ) { world in
            let client = world.client(tls)
            try await client.record(someEvents(1)[0])
            #expect(try await client.count(CountRequest()).rows.map(\.count) == [1])
            for try await event in client.tail(from: 1) {
                #expect(event.sequence == 1)
                break
            }
            try await client.close()
            // A key does as well, and goes before the certificate.
            #expect(try await world.refusal(of: nobody, apiKey: "both") == nil)
            guard case .unauthorised = try await world.refusal(of: tls, apiKey: "wrong") else {
                Issue.record("a wrong key was made good by a certificate")
                return
            }
        }
    }

    @Test(arguments: [
        (AccessDenial.unknown, "the API key is not known (that of the client certificate); "),
        (.expired, "the API key has expired (that of the client certificate); "),
        (.revoked, "the API key was revoked (that of the client certificate); "),
    ])
    func `a certificate whose key grants nothing is told why`(
        denial: AccessDenial, text: String
    ) async throws {
        let (tls, certificate) = try client(of: clients)
        try await withServer(
            try ServerTLS(authority, clients: clients),
            authenticator: authenticator(certificate, .failure(denial))
        ) { world in
            guard case .unauthorised(let reason) = try await world.refusal(of: tls) else {
                Issue.record("it was let in")
                return
            }
            #expect(reason.hasPrefix(text), "\(reason)")
        }
    }

    @Test func `scopes of a certificate are those of its key`() async throws {
        let (tls, certificate) = try client(of: clients)
        let grant = AccessGrant(scopes: .read, keyID: "c1")
        try await withServer(
            try ServerTLS(authority, clients: clients),
            authenticator: authenticator(certificate, .success(grant))
        ) { world in
            let client = world.client(tls)
            #expect(try await client.count(CountRequest()).rows.map(\.count) == [])
            let error = await clientFailure { try await client.record(someEvents(1)[0]) }
            guard case .unauthorised(let reason) = error else {
                Issue.record("\(String(reflecting: error))")
                return
            }
            #expect(reason.contains("'ingest'"))
            try await client.close()
        }
    }

    @Test func `a certificate that is revoked later ends open connections`() async throws {
        let (tls, certificate) = try client(of: clients)
        let isRevoked = Mutex(false)
        let authenticator: Authenticator = { credential in
            guard credential == .certificate(certificate) else { return .failure(.unknown) }
            return isRevoked.withLock { $0 }
                ? .failure(.revoked) : .success(AccessGrant(scopes: .read, keyID: "c"))
        }
        try await withServer(
            try ServerTLS(authority, clients: clients), authenticator: authenticator,
            configure: { $0.authenticationInterval = .milliseconds(50) }
        ) { world in
            let client = world.client(tls)
            _ = try await client.ping()
            isRevoked.withLock { $0 = true }
            var error: ClientError?
            while error == nil { error = await clientFailure { _ = try await client.ping() } }
            guard case .unauthorised(let reason) = error else {
                Issue.record("\(String(reflecting: error))")
                return
            }
            #expect(reason.contains("revoked"))
            try await client.close()
        }
    }

    @Test func `without a key and a certificate nobody comes in`() async throws {
        let (tls, _) = try client(of: clients)
        // The server does not ask for certificates, so none is shown.
        try await withServer(
            try ServerTLS(authority), authenticator: ServerProvocation.keys
        ) { world in
            guard case .unauthorised(let reason) = try await world.refusal(of: tls) else {
                Issue.record("a certificate that nobody looked at was taken")
                return
            }
            #expect(reason.contains("has not asked for a client certificate, or got none"))
            let error = try await world.refusal(of: nobody)
            #expect(
                error == .unauthorised(reason: "127.0.0.1:\(world.port) asks for an API key"))
        }
        // Without TLS an empty key is no certificate either.
        try await withServer(authenticator: ServerProvocation.keys) { world in
            let raw = try world.client()
            try raw.greet()
            try raw.send(Auth(key: ""), id: 2)
            #expect(try raw.next(WireFailure.self, id: 2).code == .notAuthorised)
            #expect(try raw.isClosed())
        }
    }
}
