import NIOCore
public import NIOSSL

/// How either side of Aura's protocol uses TLS (`Formats/wire.md`, "TLS"): what server and client
/// have in common.
public enum TLSContext {
    /// What the protocol is called in the handshake (ALPN).
    static let protocolName = "aura/1"

    /// A server's, which asks clients for a certificate if authorities are named.
    ///
    /// - Parameters:
    ///   - authorities: Who may have signed clients' certificates; nil asks for none.
    ///   - isRequired: Whether a client without a certificate is refused.
    public static func server(
        _ identity: TLSIdentity, authorities: [NIOSSLCertificate]?, isRequired: Bool
    ) throws(TLSFileError) -> NIOSSLContext {
        let (chain, key) = try load(identity)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: key)
        if let authorities {
            configuration.trustRoots = .certificates(authorities)
            configuration.certificateVerification =
                isRequired ? .noHostnameVerification : .optionalVerification
            configuration.sendCANameList = true
        }
        return try make(configuration, identity)
    }

    /// A client's, which checks the server's certificate and its name.
    ///
    /// - Parameter authorities: Who may have signed the server's certificate; nil means those that
    ///   the system trusts.
    public static func client(
        _ identity: TLSIdentity?, authorities: [NIOSSLCertificate]?
    ) throws(TLSFileError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = authorities.map { .certificates($0) } ?? .default
        if let identity {
            let (chain, key) = try load(identity)
            configuration.certificateChain = chain
            configuration.privateKey = key
        }
        return try make(configuration, identity)
    }

    private static func load(
        _ identity: TLSIdentity
    ) throws(TLSFileError) -> ([NIOSSLCertificateSource], NIOSSLPrivateKeySource) {
        let chain = try TLSFile.certificates(identity.certificateFile)
        let key = try TLSFile.privateKey(identity.privateKeyFile)
        return (chain.map { .certificate($0) }, .privateKey(key))
    }

    private static func make(
        _ configuration: TLSConfiguration, _ identity: TLSIdentity?
    ) throws(TLSFileError) -> NIOSSLContext {
        var configuration = configuration
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = [protocolName]
        // Whoever does not say goodbye is not waited for.
        configuration.shutdownTimeout = .seconds(1)
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw TLSFileError(
                path: identity?.privateKeyFile ?? "",
                reason: "it is not the key of \(identity?.certificateFile ?? "")")
        } catch {
            throw TLSFileError(
                path: identity?.certificateFile ?? "the system's authorities", reason: "\(error)")
        }
    }
}
