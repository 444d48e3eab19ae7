public import AuraTLS
import NIOCore
import NIOSSL
import Synchronization

/// A server's certificate and key, and whom it asks for TLS.
///
/// The files can be renewed while the server runs: `reload` reads them again.
public final class ServerTLS: Sendable {
    /// Who must speak TLS; whoever does not is told so and closed.
    public enum Requirement: String, CaseIterable, Hashable, Sendable {
        /// Nobody; whoever wants may.
        case never
        /// Whoever connects from another machine.
        case remote
        /// Everybody.
        case always
    }

    /// The files, all in PEM form, and how clients' certificates are taken.
    public struct Files: Hashable, Sendable {
        /// The server's certificate and key.
        public var identity: TLSIdentity
        /// The authorities that sign clients' certificates; nil: clients are asked for none.
        public var clientAuthorityFile: String?
        /// Whether a client without a certificate is refused in the handshake.
        public var isClientCertificateRequired = false

        /// The server's own files; clients are asked for no certificate.
        public init(identity: TLSIdentity, clientAuthorityFile: String? = nil) {
            self.identity = identity
            self.clientAuthorityFile = clientAuthorityFile
        }
    }

    /// The files as they were given.
    public let files: Files
    /// Who must speak TLS.
    public let requirement: Requirement
    private let state: Mutex<State>
    /// The line about a failed handshake: whoever can connect can make as many as it likes.
    let failureLog = SparseLog(interval: .seconds(10))

    private struct State: Sendable {
        var context: NIOSSLContext
        var certificate: Certificate
    }

    /// Reads the files.
    ///
    /// - Throws: What is wrong with the first file that cannot be used.
    public init(_ files: Files, requirement: Requirement = .remote) throws(TLSFileError) {
        self.files = files
        self.requirement = requirement
        state = Mutex(try ServerTLS.load(files))
    }

    private static func load(_ files: Files) throws(TLSFileError) -> State {
        let authorities = try files.clientAuthorityFile.map { path throws(TLSFileError) in
            try TLSFile.certificates(path)
        }
        let context = try TLSContext.server(
            files.identity, authorities: authorities, isRequired: files.isClientCertificateRequired)
        return State(
            context: context, certificate: try Certificate(file: files.identity.certificateFile))
    }

    /// Reads the files again: what they hold now counts for the connections to come.
    ///
    /// - Throws: What is wrong with them; the server goes on with what it had.
    public func reload() throws(TLSFileError) {
        let renewed = try ServerTLS.load(files)
        state.withLock { $0 = renewed }
    }

    /// The server's certificate.
    public var certificate: Certificate { state.withLock { $0.certificate } }

    /// What the next connection is made with.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Whether a peer at that address may go without TLS.
    func admitsPlaintext(from address: SocketAddress?) -> Bool {
        switch requirement {
        case .never: true
        case .always: false
        case .remote: address?.isLoopback == true
        }
    }
}

extension SocketAddress {
    /// Whether it is this machine's own.
    fileprivate var isLoopback: Bool {
        guard let text = ipAddress else { return true }
        return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }
}
