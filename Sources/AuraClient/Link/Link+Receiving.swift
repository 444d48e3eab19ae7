import AuraCore
import AuraWire
import NIOCore

extension Link {
    func received(
        _ header: FrameHeader, _ payload: ByteBuffer, on connection: Int
    ) throws(FormatError) {
        guard connection == self.connection else { return }
        lastHeard = .now()
        let bytes = payload.readableBytesSpan
        switch (phase, header.opcode) {
        case (_, .error):
            failed(try WireFailure(payload: bytes), requestID: header.requestID)
        case (.greeting(let channel, _), .helloAck):
            greeted(try HelloAck(payload: bytes), on: channel)
        case (.greeting(let channel, _), .authOK):
            _ = try AuthOK(payload: bytes)
            guard let hello else { throw LinkHandler.unexpected(header) }
            ready(hello, on: channel)
        case (.greeting(let channel, _), .ping), (.ready(let channel), .ping):
            let ping = try Ping(payload: bytes)
            write(Pong(value: ping.value), requestID: header.requestID, to: channel)
            channel.flush()
        case (_, .goAway):
            reason = try GoAway(payload: bytes).text
            isDraining = true
        case (.ready, .producerState):
            let state = try ProducerState(payload: bytes)
            act(sender?.received(state, requestID: header.requestID))
        case (.ready, .appendAck):
            let ack = try AppendAck(payload: bytes)
            act(sender?.received(ack, requestID: header.requestID))
        case (.ready, .stable):
            sender?.received(try Stable(payload: bytes))
        case (.ready, .credit):
            sender?.received(try Credit(payload: bytes))
        case (.ready, .pong), (.ready, .result), (.ready, .progress), (.ready, .counts),
            (.ready, .metrics), (.ready, .scoreInfo),
            (.ready, .sightsInfo), (.ready, .statusInfo), (.ready, .orderDone):
            try answered(header, bytes)
        case (.ready, .events), (.ready, .missing), (.ready, .end):
            try followed(header, payload)
        default:
            throw LinkHandler.unexpected(header)
        }
    }

    /// Everything that had come was received.
    func burstEnded(on connection: Int) {
        guard connection == self.connection else { return }
        tellSize()
        checkSettling(now: .now())
        work()
        guard case .ready(let channel) = phase else { return }
        if isDraining ? !isAnswerDue : isRetired && !needsConnection {
            disconnected(connection, reason: reason)
            channel.close(promise: nil)
        }
    }

    private func failed(_ failure: WireFailure, requestID: UInt32) {
        if requestID != 0 {
            if failedQuestion(failure, requestID: requestID) { return }
            if failedTail(failure, requestID: requestID) { return }
            act(sender?.received(failure, requestID: requestID))
            return
        }
        let wait = Duration.milliseconds(Int64(failure.retryAfterMilliseconds))
        switch failure.failureClass {
        case .retry, .reconnect, .reopenProducer:
            reconnect(atLeast: wait, reason: failure.message)
        case .fixRequest, .stop:
            // Whatever the server means would meet the same failure on the next connection.
            stop(
                failure.code == .tlsRequired
                    ? .tls(.required, server: configuration.address) : .stopping(failure))
        }
    }

    private func act(_ effects: [Sender.Effect]?) {
        for effect in effects ?? [] {
            switch effect {
            case .opened(let next): owner?.opened(next: next)
            case .stored(let batch, let receipt):
                progressed()
                owner?.stored(batch, receipt)
            case .refused(let batch, let error): owner?.refused(batch, error)
            case .divided(let batch, let halves): owner?.divided(batch, halves: halves)
            case .lost(let count): configuration.onNotice(.lost(batches: count))
            case .reconnect(let wait, let reason): reconnect(atLeast: wait, reason: reason)
            case .pause(let wait, let reason):
                let connection = connection
                later(atLeast: wait, reason: reason) { link in
                    guard link.connection == connection else { return }
                    link.sender?.resume()
                    link.work()
                }
            case .stop(let error):
                stopSending(error)
                configuration.onNotice(.stopped(error))
            }
        }
    }
}

extension LinkHandler {
    /// A message that has no place here.
    static func unexpected(_ header: FrameHeader) -> FormatError {
        FormatError(.wire, 8, at: 6, "a message of code \(header.code) is out of place")
    }
}
