import AuraClient
import AuraCore
import AuraServer
import AuraTLS
import AuraTesting
import AuraWire
import Testing

extension TestAuthority.Files {
    /// The same as Aura calls it.
    var identity: TLSIdentity {
        TLSIdentity(certificateFile: certificate, privateKeyFile: key)
    }
}

extension ServerTLS {
    /// TLS with a certificate of that authority for this machine.
    ///
    /// - Parameter clients: Who signs clients' certificates.
    convenience init(
        _ authority: TestAuthority, clients: TestAuthority? = nil, areRequired: Bool = false,
        _ requirement: Requirement = .always
    ) throws {
        var files = Files(
            identity: try authority.certificate().identity, clientAuthorityFile: clients?.file)
        files.isClientCertificateRequired = areRequired
        try self.init(files, requirement: requirement)
    }
}

/// Runs a test with a server that speaks TLS.
func withServer(
    _ tls: ServerTLS, authenticator: Authenticator? = nil, memoryLimit: Int = 64 << 20,
    segmentSize: Int64 = 1 << 20,
    configure change: @escaping (inout ServerConfiguration) -> Void = { _ in },
    body: (TestServer) async throws -> Void
) async throws {
    try await withServer(
        authenticator: authenticator, memoryLimit: memoryLimit, segmentSize: segmentSize,
        configure: {
            $0.tls = tls
            change(&$0)
        }, body: body)
}

extension TestServer {
    /// A client of this server.
    func client(
        _ tls: ClientTLS?, host: String = "127.0.0.1",
        _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) -> AuraClient {
        var configuration = ClientConfiguration(host: host, port: port, producer: "tls")
        configuration.tls = tls
        configuration.linger = .milliseconds(1)
        configuration.firstRetry = .milliseconds(1)
        configuration.lastRetry = .milliseconds(50)
        configuration.clock = { Timestamp(microseconds: TestClock.start) }
        change(&configuration)
        return AuraClient(configuration)
    }

    /// What the server has counted, asked over a connection of its own.
    func counters(_ tls: ClientTLS) async throws -> [String: UInt64] {
        let client = client(tls)
        let status = try await client.status()
        try await client.close()
        return Dictionary(uniqueKeysWithValues: status.counters.map { ($0.name, $0.value) })
    }

    /// Why a client with that TLS does not come in; nil if it does.
    func refusal(
        of tls: ClientTLS?, host: String = "127.0.0.1", apiKey: String? = nil
    ) async throws -> ClientError? {
        let client = client(tls, host: host) { $0.apiKey = apiKey }
        let error = await clientFailure { _ = try await client.ping() }
        try await client.close()
        return error
    }

    /// What of TLS failed; nil if nothing, or something else.
    func tlsFailure(of tls: ClientTLS?, host: String = "127.0.0.1") async throws -> TLSFailure? {
        guard case .tls(let failure, let server) = try await refusal(of: tls, host: host) else {
            return nil
        }
        #expect(server == "\(host):\(port)")
        return failure
    }
}
