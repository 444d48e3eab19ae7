import AuraCore
import AuraTLS
import AuraWire
import NIOCore
import NIOSSL
import NIOTLS

/// Finds frames in what the socket gives and hands them to the link, whose event loop this is.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: Link
    private let connection: Int
    /// Who the server must be; nil without TLS.
    private let name: ServerName?
    private let parser = FrameParser(maximumPayload: WireLimits.hardPayloadBytes)
    private var received = ByteBuffer()
    /// Whether the peer has shown itself to be a server.
    private var hasHeard = false

    init(_ link: Link, connection: Int, name: ServerName?) {
        self.link = link
        self.connection = connection
        self.name = name
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event, let name,
            !name.isCovered(by: certificate(context), at: context.remoteAddress)
        {
            fail(.tls(.wrongName(name.text)), context)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = part
        } else {
            // What was read would stay for as long as frames and reads do not end together.
            received.discardReadBytes()
            received.writeBuffer(&part)
        }
        if !hasHeard {
            // Fewer bytes may not tell one protocol from another.
            guard received.readableBytes >= ForeignProtocol.magic.count else { return }
            if let foreign = ForeignProtocol(received.readableBytesSpan) {
                fail(.foreignPeer(foreign), context)
                context.close(promise: nil)
                return
            }
        }
        do throws(FormatError) {
            while case .frame(let header) = try parser.frame(in: received.readableBytesSpan) {
                received.moveReaderIndex(forwardBy: FrameHeader.size)
                guard let payload = received.readSlice(length: header.payloadSize) else { break }
                try header.verify(payload.readableBytesSpan)
                hasHeard = true
                let error = link.assumeIsolated { [connection] link -> FormatError? in
                    do throws(FormatError) {
                        try link.received(header, payload, on: connection)
                        return nil
                    } catch { return error }
                }
                if let error { throw error }
            }
        } catch {
            fail(.damaged("\(error)"), context)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if received.readableBytes == 0 { received = ByteBuffer() }
        link.assumeIsolated { [connection] in $0.burstEnded(on: connection) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if hasHeard {
            fail(.closed, context)
        } else if let foreign = ForeignProtocol(received.readableBytesSpan) {
            fail(.foreignPeer(foreign), context)
        } else {
            fail(.closedAtOnce, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let name, let failure = tlsFailure(error, name, context) {
            fail(.tls(failure), context)
        } else if isEndOfTLS(error) {
            fail(hasHeard ? .closed : .closedAtOnce, context)
        } else {
            fail(ConnectionFailure(breaking: error), context)
        }
        context.close(promise: nil)
    }

    /// Whether the peer has closed a connection with TLS without taking leave.
    private func isEndOfTLS(_ error: any Error) -> Bool {
        switch error {
        case NIOSSLError.uncleanShutdown,
            NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])):
            true
        default: false
        }
    }

    private func tlsFailure(
        _ error: any Error, _ name: ServerName, _ context: ChannelHandlerContext
    ) -> TLSFailure? {
        TLSFailure(error, certificate: certificate(context), name: name.text, now: .now())
    }

    /// What the server has shown, if the connection has come so far.
    private func certificate(_ context: ChannelHandlerContext) -> Certificate? {
        do {
            let shown = try context.pipeline.syncOperations.nioSSL_peerCertificate()
            return shown.flatMap { Certificate($0) }
        } catch {
            return nil
        }
    }

    private func fail(_ failure: ConnectionFailure, _ context: ChannelHandlerContext) {
        let channel = context.channel
        link.assumeIsolated { [connection] in $0.lost(channel, of: connection, failure) }
    }
}
