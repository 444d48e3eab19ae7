import NIOSSL

/// What a TLS library's error says, in one word of it: `CERTIFICATE_VERIFY_FAILED`.
public struct TLSReason: Hashable, Sendable {
    /// The library's word.
    public let word: String

    /// The reason of an error; nil where it is none of the handshake or of what follows it.
    public init?(_ error: any Error) {
        let cause: BoringSSLError
        switch error {
        case NIOSSLError.handshakeFailed(let error): cause = error
        case let error as BoringSSLError: cause = error
        default: return nil
        }
        switch cause {
        case .sslError(let stack), .unknownError(let stack):
            // The library is asked for nothing but a text, such as
            // "error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at file:line".
            guard let entry = stack.first, entry != .eofDuringHandshake else { return nil }
            let marked = entry.description.split(separator: " ").first {
                $0.contains("OPENSSL_internal:")
            }
            word = marked?.split(separator: ":").last.map(String.init) ?? entry.description
        default:
            word = "\(cause)"
        }
    }

    /// The peer's alert, if that is the reason: `UNKNOWN_CA`.
    public var alert: Substring? {
        word.firstRange(of: "_ALERT_").map { word[$0.upperBound...] }
    }

    /// The reason in lower case and without the library's prefixes: `unknown ca`.
    public var text: String {
        (alert ?? word[...]).lowercased().replacing("_", with: " ")
    }
}
