import Testing

@testable import aura

/// Section `tls`: what goes together, and what listening to other machines asks for.
@Suite struct ConfigurationTLSTests {
    private let certificate: [ConfigurationKey: String] = [
        .tlsCertificate: "c", .tlsPrivateKey: "k",
    ]

    @Test(arguments: ["development", "staging", "production"])
    func `without TLS nobody is listened to from elsewhere`(preset: String) throws {
        let remote: [ConfigurationKey: String] = [
            .environment: preset, .listen: "0.0.0.0:7171",
        ]
        try expectFindings(
            [
                "--listen: whoever connects to 0.0.0.0:7171 from another machine must use TLS, and "
                    + "there is no certificate; set tls.certificate and tls.private_key, listen at "
                    + "127.0.0.1, or allow plaintext with tls.required never"
            ],
            flags: remote)
        #expect(try resolve(flags: remote.merging(certificate) { $1 }).warnings == [])
        let open = try resolve(flags: remote.merging([.tlsRequired: "never"]) { $1 })
        #expect(
            open.warnings.map(\.description) == [
                "--tls-required: warning: events and keys travel to 0.0.0.0:7171 in the clear: TLS "
                    + "is not used; set tls.certificate and tls.private_key, or listen at 127.0.0.1"
            ])
        #expect(try resolve(flags: [.tlsRequired: "never"]).warnings == [])
    }

    @Test func `what TLS needs is missed by name`() throws {
        for (flags, line) in [
            (
                [.tlsCertificate: "c"],
                "--tls-certificate: 'tls.certificate' without 'tls.private_key'; "
                    + "set tls.private_key too"
            ),
            (
                [.tlsPrivateKey: "k"],
                "--tls-private-key: 'tls.private_key' without 'tls.certificate'; "
                    + "set tls.certificate too"
            ),
            (
                [.tlsClientAuthority: "a"],
                "--tls-client-ca: 'tls.client_ca' without 'tls.certificate'; "
                    + "set tls.certificate too"
            ),
            (
                [.tlsClientCertificates: "required"],
                "--tls-client-certificates: 'tls.client_certificates' without 'tls.client_ca'; "
                    + "set tls.client_ca too"
            ),
            (
                [.tlsRequired: "always"],
                "--tls-required: everybody must use TLS, and there is no certificate; "
                    + "set tls.certificate and tls.private_key"
            ),
        ] as [([ConfigurationKey: String], String)] {
            try expectFindings([line], flags: flags)
        }
        try expectFindings(
            [
                "aura.yaml:1:17: 'sometimes' is no value for 'tls.required'; "
                    + "write 'never' or 'remote' or 'always'"
            ],
            yaml: "tls: {required: sometimes}")
    }
}
