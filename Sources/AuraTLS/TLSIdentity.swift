/// Who one side of a connection is: a certificate, with the chain that leads to its authority, and
/// the certificate's private key; two PEM files, or one for both.
public struct TLSIdentity: Hashable, Sendable {
    /// The certificate, then those that sign one another up to the authority's own, which may be
    /// left out.
    public var certificateFile: String
    /// The private key, without a passphrase.
    public var privateKeyFile: String

    /// An identity of these files; without a second one the first holds both.
    public init(certificateFile: String, privateKeyFile: String? = nil) {
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile ?? certificateFile
    }
}
