public import AuraTLS
import NIOSSL

/// How a client speaks TLS: whom it trusts, and who it is.
///
/// Versions 1.2 and newer. The server's certificate and its name are always checked, and nothing is
/// ever sent without TLS instead. The files are read for each connection, so renewed ones count from
/// the next one on.
public struct ClientTLS: Hashable, Sendable {
    /// A PEM file with the authorities that may have signed the server's certificate; nil means
    /// those that the system trusts.
    public var authorityFile: String?
    /// The client's own certificate, which may stand for an API key; nil for none.
    public var identity: TLSIdentity?
    /// The name that the server's certificate must have; nil means what the host is called by in
    /// the client's configuration, a name or an address.
    public var serverName: String?

    /// The system's authorities, no certificate of one's own, and the host's name, unless said
    /// otherwise.
    public init(
        authorityFile: String? = nil, identity: TLSIdentity? = nil, serverName: String? = nil
    ) {
        self.authorityFile = authorityFile
        self.identity = identity
        self.serverName = serverName
    }

    /// Reads the files; it blocks.
    func context() throws(TLSFileError) -> NIOSSLContext {
        let authorities = try authorityFile.map { path throws(TLSFileError) in
            try TLSFile.certificates(path)
        }
        return try TLSContext.client(identity, authorities: authorities)
    }

    /// What the certificate of a server at that host must be for.
    func name(of host: String) -> ServerName { ServerName(serverName ?? host) }
}
