import NIOCore
import NIOSSL

/// Stands before a connection of a server with TLS until its first byte tells what the peer speaks.
///
/// The connection hears of nothing before that, and says nothing.
final class TLSGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let tls: ServerTLS
    private let connection: ConnectionHandler
    /// The first byte of TLS: a record of the handshake.
    private static let handshake: UInt8 = 0x16

    init(_ tls: ServerTLS, before connection: ConnectionHandler) {
        self.tls = tls
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let first = unwrapInboundIn(data).readableBytesView.first else { return }
        let pipeline = context.pipeline.syncOperations
        do {
            if first == TLSGate.handshake {
                try pipeline.addHandler(
                    NIOSSLServerHandler(context: tls.context), position: .after(self))
            } else if tls.admitsPlaintext(from: context.remoteAddress) {
                connection.open()
            } else {
                connection.refusePlaintext()
            }
        } catch {
            context.fireErrorCaught(error)
            return
        }
        context.fireChannelRead(data)
        pipeline.removeHandler(self, promise: nil)
    }
}
