import Crypto
import Foundation

/// The SHA-256 of a client certificate: a credential that takes the place of a key's secret.
///
/// It is of the whole certificate in DER, as `openssl x509 -fingerprint -sha256` shows it.
struct CertificateFingerprint {
    /// 32 bytes: all that is ever stored of the certificate.
    let hash: Data

    /// `cert_` and the first 16 hexadecimal digits; no secret begins like that.
    let prefix: String

    /// The fingerprint of a certificate in DER.
    init(of certificate: [UInt8]) {
        hash = Data(SHA256.hash(data: certificate))
        let digits = hash.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        prefix = "cert_" + digits.joined()
    }
}
