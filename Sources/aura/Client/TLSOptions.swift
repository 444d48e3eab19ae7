import ArgumentParser
import AuraClient
import AuraTLS

/// The flags of every command that talks to a server about how it uses TLS.
struct TLSOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Use TLS. Default: $AURA_TLS, or where another of these, or auras://, asks for it.")
    var tls: Bool?

    @Option(
        help: "A PEM file of the authorities to trust. Default: $AURA_CA, else the system's.")
    var ca: String?

    @Option(help: "A client certificate, a PEM file. Default: $AURA_CERT.")
    var cert: String?

    @Option(help: "The certificate's private key. Default: $AURA_KEY, else in the same file.")
    var key: String?

    @Option(
        help: "The name in the server's certificate. Default: $AURA_SERVER_NAME, else its host.")
    var serverName: String?

    /// The variables that stand for these flags.
    static let variables = ["AURA_TLS", "AURA_CA", "AURA_CERT", "AURA_KEY", "AURA_SERVER_NAME"]

    /// How to speak TLS; nil: not at all.
    ///
    /// - Parameter isAsked: Whether the server's address asks for it.
    func settings(_ variables: [String: String], isAsked: Bool) throws -> ClientTLS? {
        let settings = ClientTLS(
            authorityFile: ca ?? nonEmpty(variables["AURA_CA"]),
            identity: try identity(variables),
            serverName: serverName ?? nonEmpty(variables["AURA_SERVER_NAME"]))
        if let tls {
            guard tls || !isAsked else {
                throw CommandFailure(.usage, "--no-tls and auras:// contradict each other")
            }
            return tls ? settings : nil
        }
        // Whoever says how to use it means to use it.
        return try isAsked || isOn(variables) || settings != ClientTLS() ? settings : nil
    }

    private func identity(_ variables: [String: String]) throws -> TLSIdentity? {
        let key = key ?? nonEmpty(variables["AURA_KEY"])
        guard let certificate = cert ?? nonEmpty(variables["AURA_CERT"]) else {
            guard key == nil else {
                throw CommandFailure(
                    .usage, "a private key without its certificate",
                    hint: "give the certificate with --cert or AURA_CERT")
            }
            return nil
        }
        return TLSIdentity(certificateFile: certificate, privateKeyFile: key)
    }

    private func isOn(_ variables: [String: String]) throws -> Bool {
        switch variables["AURA_TLS"]?.lowercased() ?? "" {
        case "1", "true", "yes", "on": true
        case "", "0", "false", "no", "off": false
        default:
            throw CommandFailure(
                .usage, "'\(variables["AURA_TLS"] ?? "")' is no value for AURA_TLS",
                hint: "write true or false")
        }
    }
}

extension CommandFailure {
    /// The failure that an error of the client's TLS stands for.
    init(_ failure: TLSFailure, _ error: ClientError) {
        let (status, hint): (ExitStatus, String?) =
            switch failure {
            case .required: (.cannotConnect, "use TLS: --tls, or AURA_TLS=true")
            case .notSpoken: (.cannotConnect, "leave out --tls, AURA_TLS and the like")
            case .untrusted:
                (.cannotConnect, "name the authority's certificate with --ca or AURA_CA")
            case .wrongName:
                (
                    .cannotConnect,
                    "name another server with --server, or its name with --server-name"
                )
            case .expired, .notYetValid, .handshake: (.cannotConnect, nil)
            case .certificateRequired:
                (
                    .notAuthorised,
                    "give a certificate with --cert and --key, or AURA_CERT and AURA_KEY"
                )
            case .certificateRefused: (.notAuthorised, "give another one with --cert and --key")
            case .file: (.usage, "check the path and its permissions")
            }
        self.init(status, error.description, hint: hint)
    }
}
