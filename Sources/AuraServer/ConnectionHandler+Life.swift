import AuraEngine
import AuraWire
import Logging
import NIOCore

extension ConnectionHandler {
    /// A letter of the loop's mailbox.
    func receive(_ content: ServerLoop.Content) {
        guard !isClosing else { return }
        switch content {
        case .appended(let ticket, let result): receive(ticket, result)
        case .authenticated(let result): receive(result)
        case .answered(let ticket, let result): receive(ticket, result)
        case .hasFrames: break  // `advance` writes them, as it does after any letter.
        case .progressed(let requestID, let progress): receive(progress, requestID)
        case .stepped(let turn, let step): receive(turn, step)
        case .ordered(let requestID, let result): receive(result, requestID)
        }
    }

    // MARK: - Writing

    /// Adds an answer to what the next flush writes; with id 0 it answers nothing.
    func write<Message: WireMessage>(_ message: Message, to requestID: UInt32) {
        let isAnswer = requestID != 0 || Message.opcode == .helloAck || Message.opcode == .authOK
        FrameEncoder.append(
            message, flags: isAnswer ? .response : [], requestID: requestID, to: &outbound)
    }

    /// Writes what was collected, and the credit that came free with it.
    func flush() {
        guard !isClosing else { return }
        if grant > 0 {
            FrameEncoder.append(Credit(bytes: UInt64(grant)), to: &outbound)
            credit += grant
            grant = 0
        }
        writeOut()
        closeIfSlow()
    }

    /// Hands the collected frames to the socket.
    func writeOut() {
        guard outbound.readableBytes > 0, let context else { return }
        // Taken out first: writing may call back here, when the socket becomes writable.
        var frames = ByteBuffer()
        swap(&frames, &outbound)
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
        // Keeps its memory if the socket took everything at once.
        guard outbound.capacity == 0 else { return }
        frames.clear()
        outbound = frames
    }

    // MARK: - Ending

    /// Says that a request was not done; closes where the failure asks for it.
    func refuse(_ failure: WireFailure, _ requestID: UInt32) {
        if let code = failure.code {
            shared.counters.countFailure(code)
            if code.closesConnection {
                end(failure, requestID)
                return
            }
        }
        write(failure, to: requestID)
    }

    /// Says why, and closes.
    func fail(_ failure: WireFailure, _ requestID: UInt32 = 0) {
        if let code = failure.code { shared.counters.countFailure(code) }
        end(failure, requestID)
    }

    private func end(_ failure: WireFailure, _ requestID: UInt32) {
        guard !isClosing else { return }
        shared.logger.info("connection \(id) ends: \(failure)")
        write(failure, to: requestID)
        finish()
    }

    /// Writes what is left and closes the sending side; the rest follows when the peer has read it.
    ///
    /// A socket that is closed with bytes unread is reset, and the reason would be lost with it.
    private func finish() {
        guard !isClosing, let context else { return }
        writeOut()
        isClosing = true
        subscriptions = [:]
        questions.cancelAll()
        loop.setFollowing(self, false)
        context.close(mode: .output, promise: nil)
        let linger = TimeAmount(shared.configuration.lingerTimeout)
        context.eventLoop.assumeIsolated().scheduleTask(in: linger) { self.closeNow() }
        context.read()
    }

    /// Closes without another word.
    func closeNow() {
        isClosing = true
        context?.close(promise: nil)
    }

    /// Takes no further request; closes when those that wait are answered.
    func drain() {
        guard !isClosing, state.phase != .draining else { return }
        guard isOpen else {
            closeNow()
            return
        }
        state.drain()
        endSubscriptions()
        write(GoAway(.shuttingDown), to: 0)
        flush()
        closeIfDrained()
    }

    func closeIfDrained() {
        guard !isClosing, state.phase == .draining, inFlight == 0 else { return }
        flush()
        finish()
    }

    private func closeIfSlow() {
        guard let options = context?.channel.syncOptions else { return }
        do {
            let waiting = try options.getOption(.bufferedWritableBytes)
            guard waiting > shared.configuration.outboundLimit else { return }
            shared.logger.info("connection \(id) reads too slowly: \(waiting) bytes wait")
            shared.counters.countFailure(.slowPeer)
            closeNow()
        } catch {
            shared.logger.debug("connection \(id): \(error)")
        }
    }

    // MARK: - Clocks

    /// Looks at the connection's clocks.
    func sweep(_ now: NIODeadline) {
        guard !isClosing else { return }
        let limits = shared.configuration
        if !state.isKnown, now - openedAt > TimeAmount(limits.handshakeTimeout) {
            guard isOpen else {
                // Nothing can be said to it without TLS.
                shared.counters.countFailure(.handshakeTimeout)
                closeNow()
                return
            }
            fail(WireFailure(.handshakeTimeout))
        } else if !isOpen {
            return
        } else if let since = partialSince, now - since > TimeAmount(limits.frameTimeout) {
            fail(WireFailure(.slowPeer, detail: "a frame did not arrive whole"))
        } else if let since = unwritableSince, now - since > TimeAmount(limits.writeTimeout) {
            // It would not read an ERROR either.
            shared.counters.countFailure(.slowPeer)
            shared.logger.info("connection \(id) does not read its answers")
            closeNow()
        } else {
            sweepIdle(now)
        }
    }

    private func sweepIdle(_ now: NIODeadline) {
        endStalledAnswer(now)
        let limits = shared.configuration
        let quiet = now - lastFrame
        let idle = TimeAmount(limits.idleTimeout)
        if quiet > idle {
            fail(WireFailure(.idleTimeout))
            return
        }
        if quiet > .seconds(1) { releaseBuffers() }
        if quiet > .nanoseconds(idle.nanoseconds / 2), !hasPinged {
            hasPinged = true
            write(Ping(value: now.uptimeNanoseconds), to: 0)
        }
        if state.isKnown, now - authenticatedAt > TimeAmount(limits.authenticationInterval) {
            checkKey()
        }
        advance(shared.store.progress)
    }
}
