import AuraTLS
import NIOCore
import NIOSSL

/// What the certificate of a server must be for.
struct ServerName: Hashable, Sendable {
    let text: String
    /// The address that it is, if it is one; its port means nothing.
    private let address: SocketAddress?

    init(_ text: String) {
        self.text = text
        do {
            address = try SocketAddress(ipAddress: text, port: 0)
        } catch {
            address = nil
        }
    }

    /// What speaks TLS on a connection to that server; it takes a certificate for the connection's
    /// own address where no name is given.
    func handler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context, serverHostname: address == nil ? text : nil)
    }

    /// Whether a certificate that the TLS library has found good, on a connection to that address,
    /// is this server's.
    ///
    /// The library is content with the connection's address, too, where a name is expected: then
    /// whoever answers for the name service could send the client anywhere.
    func isCovered(by certificate: Certificate?, at remote: SocketAddress?) -> Bool {
        if let address { return address.ipAddress == remote?.ipAddress }
        return certificate?.isFor(name: text) == true
    }
}
