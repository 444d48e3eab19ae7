import AuraCore
import AuraEngine
import AuraWire
import Logging
import NIOCore

/// One connection: reads frames where they lie, answers in one write per burst.
///
/// Confined to its event loop. Batches are handed to the engine without a task or a copy of their
/// own; only a frame that arrives in pieces is put together in a buffer of its own.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Names the connection in the server's log and mailboxes.
    let id: Int
    let shared: ServerShared
    let loop: ServerLoop
    var context: ChannelHandlerContext?
    var state: ConnectionState
    private var parser = FrameParser()

    /// The beginning of a frame whose rest has not come, and how many bytes it needs.
    private var partial = ByteBuffer()
    private var partialNeeded = 0
    private(set) var partialSince: NIODeadline?

    /// Frames to be written at the next flush.
    var outbound = ByteBuffer()
    /// Whether the loop has already noted it in this burst.
    var isTouched = false
    /// Whether nothing more is read or answered: a failure was told, or the socket is gone.
    var isClosing = false
    private var mustRead = false
    /// Whether frames may come and go: not before a server with TLS knows what the peer speaks.
    private(set) var isOpen = false
    /// The certificate that the peer has shown, in DER.
    var certificate: [UInt8]?

    // Requests that wait for answers.
    var inFlight = 0
    /// Bytes of APPEND payloads that the client may still send.
    var credit: Int
    /// Bytes to be granted at the next flush.
    var grant = 0
    /// What the client has shown, for checking it again.
    var credential: Credential?
    var authRequest: UInt32 = 0

    // Progress of the store as this client knows it.
    var lastAppended: UInt64 = 0
    var stableSent: UInt64 = 0

    // Questions.
    var subscriptions: [UInt32: Subscription] = [:]
    /// Tells a subscription from an earlier one of the same id.
    var subscriptionSerial = 0
    /// The subscription for which a query thread makes a step; one at a time.
    var stepping: UInt32?
    /// The subscription that was served last, so that they take turns.
    var steppedLast: UInt32 = 0
    var questions = ConnectionQuestions()
    /// The order that is carried out; one at a time.
    var order: UInt32?

    // Clocks.
    let openedAt = NIODeadline.now()
    var lastFrame = NIODeadline.now()
    var hasPinged = false
    var authenticatedAt = NIODeadline.now()
    var unwritableSince: NIODeadline?

    private let isRejected: Bool

    /// Bytes of a buffer for partial frames that is worth keeping.
    private static let keptCapacity = 1 << 20

    /// A connection that serves, or only says that there are too many.
    init(id: Int, shared: ServerShared, loop: ServerLoop, isRejected: Bool) {
        self.id = id
        self.shared = shared
        self.loop = loop
        self.isRejected = isRejected
        state = ConnectionState(isAuthRequired: shared.authenticator != nil)
        credit = shared.configuration.initialCredit
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isClosing = true
        questions.cancelAll()
        self.context = nil
        loop.remove(self)
        shared.connections.remove()
    }

    func channelActive(context: ChannelHandlerContext) {
        if shared.configuration.tls == nil { open() }
    }

    /// The connection begins: frames may come.
    func open() {
        isOpen = true
        if isRejected {
            fail(WireFailure(.tooManyConnections))
        } else if loop.isDraining {
            drain()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var buffer = unwrapInboundIn(data)
        if partial.readableBytes > 0, !completePartial(from: &buffer) { return }
        let (consumed, needed) = takeFrames(buffer.readableBytesSpan)
        guard !isClosing else { return }
        buffer.moveReaderIndex(forwardBy: consumed)
        if buffer.readableBytes > 0 { keep(buffer, needed: needed) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
    }

    func read(context: ChannelHandlerContext) {
        // Whoever does not read answers is not read from.
        if context.channel.isWritable || isClosing { context.read() } else { mustRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else {
            unwritableSince = unwritableSince ?? .now()
            return
        }
        unwritableSince = nil
        if mustRead {
            mustRead = false
            context.read()
        }
        if !isClosing { advance(shared.store.progress) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isOpen || isClosing {
            shared.logger.debug("connection \(id): \(error)")
        } else {
            failedHandshake(error)
            isClosing = true
        }
        context.close(promise: nil)
    }

    // MARK: - Frames

    /// Handles the whole frames at the front.
    ///
    /// - Returns: How many bytes they took, and how many the frame behind them needs.
    private func takeFrames(_ bytes: RawSpan) -> (consumed: Int, needed: Int) {
        var offset = 0
        do throws(FormatError) {
            while !isClosing {
                switch try parser.frame(in: bytes, at: offset) {
                case .partial(let needed):
                    return (offset, needed)
                case .frame(let header):
                    let payload = bytes.slice(offset + FrameHeader.size, header.payloadSize)
                    offset += header.frameSize
                    handle(header, payload)
                }
            }
        } catch {
            if ConnectionHandler.isTLS(bytes, at: offset) {
                shared.logger.info("connection \(id) speaks TLS, which needs tls.certificate")
            }
            fail(WireFailure(FailureCode(wire: error), error))
        }
        return (offset, 0)
    }

    /// Whether the bytes are the beginning of a TLS handshake, of any version.
    private static func isTLS(_ bytes: RawSpan, at offset: Int) -> Bool {
        let head = bytes.slice(offset, min(2, bytes.byteCount - offset)).array
        return head == [0x16, 3]
    }

    /// Keeps the beginning of a frame until its rest comes.
    private func keep(_ buffer: ByteBuffer, needed: Int) {
        partialSince = .now()
        partialNeeded = needed
        partial.clear(minimumCapacity: needed)
        partial.writeImmutableBuffer(buffer)
    }

    /// Adds to the partial frame what it lacks; true when it is done and the rest may be read.
    private func completePartial(from buffer: inout ByteBuffer) -> Bool {
        while true {
            let missing = min(partialNeeded - partial.readableBytes, buffer.readableBytes)
            if let piece = buffer.readSlice(length: missing) { partial.writeImmutableBuffer(piece) }
            guard partial.readableBytes == partialNeeded else { return false }
            // Taken out, so that handling the frame may touch everything of this connection.
            var whole = ByteBuffer()
            swap(&whole, &partial)
            let (consumed, needed) = takeFrames(whole.readableBytesSpan)
            guard !isClosing else { return false }
            if consumed == 0 {
                // It was the header that is whole now.
                whole.reserveCapacity(needed)
                partial = whole
                partialNeeded = needed
                continue
            }
            partialSince = nil
            if whole.capacity <= ConnectionHandler.keptCapacity {
                whole.clear()
                partial = whole
            }
            return true
        }
    }

    /// Gives back the memory of a connection that is quiet.
    func releaseBuffers() {
        if partial.readableBytes == 0 { partial = ByteBuffer() }
        if outbound.readableBytes == 0 { outbound = ByteBuffer() }
    }

    /// Takes payloads of the size that known clients may send.
    func raisePayloadLimit() {
        parser.maximumPayload = shared.configuration.maximumPayload
    }
}
