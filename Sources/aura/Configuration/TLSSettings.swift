import AuraServer

/// The settings of section `tls`: a server's certificate, its clients', and who must speak TLS.
struct TLSSettings: Hashable, Sendable {
    /// Whether a client has to show a certificate, where authorities are named.
    enum ClientCertificates: String, CaseIterable, Hashable, Sendable {
        case optional
        case required
    }

    var certificate: String?
    var privateKey: String?
    var clientAuthority: String?
    var clientCertificates = ClientCertificates.optional
    var requirement = ServerTLS.Requirement.remote

    /// What does not go together, or not with the address.
    func findings(
        listen: ListenAddress, origin: (ConfigurationKey) -> Origin
    ) -> [Finding] {
        var findings: [Finding] = []
        func add(_ key: ConfigurationKey, _ problem: Problem) {
            findings.append(Finding(origin(key), problem))
        }
        switch (certificate, privateKey) {
        case (_?, nil): add(.tlsCertificate, .without(.tlsCertificate, needed: .tlsPrivateKey))
        case (nil, _?): add(.tlsPrivateKey, .without(.tlsPrivateKey, needed: .tlsCertificate))
        case (nil, nil):
            if clientAuthority != nil {
                add(.tlsClientAuthority, .without(.tlsClientAuthority, needed: .tlsCertificate))
            }
            findings += plaintextFindings(listen, origin)
        case (_?, _?): break
        }
        if clientCertificates == .required, clientAuthority == nil {
            add(
                .tlsClientCertificates,
                .without(.tlsClientCertificates, needed: .tlsClientAuthority))
        }
        return findings
    }

    /// What is to be said where there is no certificate.
    private func plaintextFindings(
        _ listen: ListenAddress, _ origin: (ConfigurationKey) -> Origin
    ) -> [Finding] {
        switch requirement {
        case .always:
            [Finding(origin(.tlsRequired), .noCertificate)]
        case .remote where !listen.isLoopback:
            [Finding(origin(.listen), .plaintextRefused(listen))]
        case .never where !listen.isLoopback:
            [Finding(origin(.tlsRequired), .plaintext(listen), .warning)]
        case .remote, .never:
            []
        }
    }
}
