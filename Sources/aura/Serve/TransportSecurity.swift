import AuraCore
import AuraServer
import AuraTLS
import Logging

/// A running server's TLS as the operator configures, reads of and renews it.
struct TransportSecurity: Sendable {
    let tls: ServerTLS

    /// Reads the files that the configuration names; nil if it names none.
    init?(_ settings: TLSSettings) throws(TLSFileError) {
        guard let certificate = settings.certificate, let key = settings.privateKey else {
            return nil
        }
        var files = ServerTLS.Files(
            identity: TLSIdentity(certificateFile: certificate, privateKeyFile: key),
            clientAuthorityFile: settings.clientAuthority)
        files.isClientCertificateRequired = settings.clientCertificates == .required
        tls = try ServerTLS(files, requirement: settings.requirement)
    }

    /// What is used, and until when: one line.
    var report: String {
        let until = Timestamp(seconds: tls.certificate.validUntil)
        let clients =
            switch (tls.files.clientAuthorityFile, tls.files.isClientCertificateRequired) {
            case (nil, _): "no client certificates are asked for"
            case (_, false): "client certificates may be shown"
            case (_, true): "client certificates must be shown"
            }
        return "TLS with the certificate \(tls.files.identity.certificateFile), valid until "
            + "\(until); \(clients); \(plaintext)"
    }

    private var plaintext: String {
        switch tls.requirement {
        case .never: "plaintext is taken from everybody"
        case .remote: "plaintext is taken from this machine only"
        case .always: "plaintext is not taken"
        }
    }

    /// What is wrong with the certificate itself, and with its key's file.
    func warnings(now: Timestamp) -> [String] {
        [expiry(now), tls.files.identity.exposure].compactMap(\.self)
    }

    private func expiry(_ now: Timestamp) -> String? {
        let until = Timestamp(seconds: tls.certificate.validUntil)
        guard until <= now else { return nil }
        return "the certificate \(tls.files.identity.certificateFile) has expired, at \(until): "
            + "clients will refuse it; renew it and send SIGHUP"
    }

    /// Reads the files again, and logs what came of it.
    func reload(_ logger: Logger) {
        do throws(TLSFileError) {
            try tls.reload()
            logger.notice("read again: \(report)")
            for warning in warnings(now: WallClock.now) { logger.warning("\(warning)") }
        } catch {
            logger.error("the certificate stays the one before: \(error)")
        }
    }
}
