public import AuraCore
public import AuraTLS
import NIOSSL

/// Why a client and a server do not come together by TLS: what has to be mended.
///
/// Before the first connection these stop the client, but for `handshake`; later ones are waited
/// out, for whoever runs the server may be renewing its certificate.
public enum TLSFailure: Error, Hashable, Sendable {
    /// The server asks for TLS, and the client is not configured for it.
    case required
    /// What listens there does not speak TLS.
    case notSpoken
    /// No authority that the client trusts has signed the server's certificate.
    case untrusted
    /// The server's certificate has expired, at that time.
    case expired(Timestamp)
    /// The server's certificate counts only from that time on.
    case notYetValid(Timestamp)
    /// The server's certificate is not for that name or address.
    case wrongName(String)
    /// The server asks for a client certificate.
    case certificateRequired
    /// The server refuses the client's certificate, for that reason.
    case certificateRefused(reason: String)
    /// A file of the client cannot be used.
    case file(TLSFileError)
    /// The handshake failed otherwise, such as for want of a common version.
    case handshake(reason: String)

    /// Whether trying again is of no use before somebody has mended something.
    var isFinal: Bool {
        if case .handshake = self { false } else { true }
    }

    /// What is wrong with a server, and how to mend it.
    func text(at server: String) -> String {
        switch self {
        case .required:
            "\(server) asks for TLS; have the client use it"
        case .notSpoken:
            "what listens at \(server) does not speak TLS; have the server use it "
                + "(tls.certificate), or the client do without"
        case .untrusted:
            "the certificate of \(server) is signed by no authority that this client trusts; "
                + "name the file of the one that signed it"
        case .expired(let time):
            "the certificate of \(server) has expired, at \(time); have it renewed, and check "
                + "the clock of this machine"
        case .notYetValid(let time):
            "the certificate of \(server) is valid only from \(time) on; check the clock of "
                + "this machine"
        case .wrongName(let name):
            "the certificate of \(server) is not for '\(name)'; connect by a name or address "
                + "that it has, or say which name to expect"
        case .certificateRequired:
            "\(server) asks for a client certificate; give one with its key"
        case .certificateRefused(let reason):
            "\(server) refuses the certificate of this client (\(reason)); have another one "
                + "signed by the authority that the server names in tls.client_ca"
        case .file(let error):
            "\(error)"
        case .handshake(let reason):
            "no TLS with \(server) (\(reason)); check that both sides are of versions that go "
                + "together"
        }
    }
}

extension TLSFailure {
    /// What an error on a connection with TLS means; nil where it is about the connection alone.
    ///
    /// - Parameters:
    ///   - certificate: What the server has shown.
    ///   - name: What it should be called.
    init?(_ error: any Error, certificate: Certificate?, name: String, now: Timestamp) {
        switch error {
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            self = .wrongName(name)
        case NIOSSLError.unableToValidateCertificate:
            self = .wrongName(name)
        default:
            guard let reason = TLSReason(error) else { return nil }
            self.init(reason, certificate: certificate, now: now)
        }
    }

    private init(_ reason: TLSReason, certificate: Certificate?, now: Timestamp) {
        let seconds = now.microseconds / 1_000_000
        switch (reason.word, reason.alert) {
        case ("WRONG_VERSION_NUMBER", _):
            self = .notSpoken
        case ("CERTIFICATE_VERIFY_FAILED", _):
            // The library says no more than that.
            if let certificate, certificate.validUntil < seconds {
                self = .expired(Timestamp(seconds: certificate.validUntil))
            } else if let certificate, certificate.validFrom > seconds {
                self = .notYetValid(Timestamp(seconds: certificate.validFrom))
            } else {
                self = .untrusted
            }
        case (_, "CERTIFICATE_REQUIRED"):
            self = .certificateRequired
        case (_, let alert?) where TLSFailure.refusals.contains(String(alert)):
            self = .certificateRefused(reason: reason.text)
        default:
            self = .handshake(reason: reason.text)
        }
    }

    /// The alerts that are about the client's certificate.
    private static let refusals: Set<String> = [
        "ACCESS_DENIED", "BAD_CERTIFICATE", "CERTIFICATE_EXPIRED", "CERTIFICATE_REVOKED",
        "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "UNSUPPORTED_CERTIFICATE",
    ]
}
