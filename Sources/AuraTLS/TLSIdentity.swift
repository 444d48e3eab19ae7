import Glibc

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

extension TLSIdentity {
    /// What is wrong with the private key's file: that every user of the machine can read it; nil
    /// if nothing, or if it cannot be looked at.
    public var exposure: String? {
        var information = stat()
        guard unsafe stat(privateKeyFile, &information) == 0,
            information.st_mode & S_IROTH != 0
        else { return nil }
        return "every user of this machine can read the private key in \(privateKeyFile); "
            + "take that away: chmod o-r \(privateKeyFile)"
    }
}
