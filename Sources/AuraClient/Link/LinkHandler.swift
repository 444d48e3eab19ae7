import AuraCore
import AuraWire
import NIOCore

/// Finds frames in what the socket gives and hands them to the link, whose event loop this is.
final class LinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: Link
    private let connection: Int
    private let parser = FrameParser(maximumPayload: WireLimits.hardPayloadBytes)
    private var received = ByteBuffer()

    init(_ link: Link, connection: Int) {
        self.link = link
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = part
        } else {
            received.writeBuffer(&part)
        }
        do throws(FormatError) {
            while case .frame(let header) = try parser.frame(in: received.readableBytesSpan) {
                received.moveReaderIndex(forwardBy: FrameHeader.size)
                guard let payload = received.readSlice(length: header.payloadSize) else { break }
                try header.verify(payload.readableBytesSpan)
                let error = link.assumeIsolated { [connection] link -> FormatError? in
                    do throws(FormatError) {
                        try link.received(header, payload, on: connection)
                        return nil
                    } catch { return error }
                }
                if let error { throw error }
            }
        } catch {
            fail("the server sent what is not Aura's protocol (\(error)); check host and port")
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if received.readableBytes == 0 { received = ByteBuffer() }
        link.assumeIsolated { [connection] in $0.burstEnded(on: connection) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the server closed the connection")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("the connection broke: \(error)")
        context.close(promise: nil)
    }

    private func fail(_ reason: String) {
        link.assumeIsolated { [connection] in $0.disconnected(connection, reason: reason) }
    }
}
