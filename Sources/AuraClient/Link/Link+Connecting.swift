import AuraTLS
import AuraWire
import NIOCore
import NIOPosix
import NIOSSL

extension Link {
    func connect() {
        phase = .connecting
        connection += 1
        guard let tls = configuration.tls else {
            connect(with: nil)
            return
        }
        let name = tls.name(of: configuration.host)
        // Reading files must not hold up the event loop, which others share.
        let connection = connection
        NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            let context = Result { () throws(TLSFileError) in try tls.context() }
            return (context, tls.identity?.exposure)
        }.whenSuccess { result, exposure in
            self.assumeIsolated {
                $0.warn(of: exposure)
                $0.prepared(result, name, connection: connection)
            }
        }
    }

    /// Tells once of a private key that is not private.
    private func warn(of exposure: String?) {
        guard let exposure, !wasWarned else { return }
        wasWarned = true
        configuration.onNotice(.exposedKey(exposure))
    }

    /// The files that TLS needs are read, or cannot be.
    private func prepared(
        _ result: Result<NIOSSLContext, TLSFileError>, _ name: ServerName, connection: Int
    ) {
        guard connection == self.connection, case .connecting = phase else { return }
        switch result {
        case .success(let context): connect(with: (name, context))
        case .failure(let error): disconnected(connection, .tls(.file(error)))
        }
    }

    /// Connects; nothing but the absence of `tls` makes that a connection without TLS.
    private func connect(with tls: (name: ServerName, context: NIOSSLContext)?) {
        let connection = connection
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(tls.name.handler(tls.context)) }
                    try pipeline.addHandler(
                        LinkHandler(self, connection: connection, name: tls?.name))
                }
            }
        bootstrap.connect(host: configuration.host, port: configuration.port).whenComplete {
            result in
            self.assumeIsolated { $0.connected(result, connection: connection) }
        }
    }

    private func connected(_ result: Result<any Channel, any Error>, connection: Int) {
        guard connection == self.connection, case .connecting = phase else {
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        switch result {
        case .success(let channel):
            guard channel.isActive else {
                disconnected(connection, .closedAtOnce)
                return
            }
            lastHeard = .now()
            phase = .greeting(channel, since: lastHeard)
            hello = nil
            isDraining = false
            write(Hello(clientName: ClientConfiguration.clientName), requestID: 0, to: channel)
            channel.flush()
            tickLater()
        case .failure(let error):
            let time = configuration.connectTimeout
            disconnected(connection, ConnectionFailure(connecting: error, within: time))
        }
    }

    func greeted(_ hello: HelloAck, on channel: any Channel) {
        self.hello = hello
        if let key = configuration.apiKey {
            write(Auth(key: key), requestID: 0, to: channel)
            channel.flush()
        } else if hello.isAuthRequired, configuration.tls?.identity != nil {
            // An empty key: the certificate that was shown.
            write(Auth(key: ""), requestID: 0, to: channel)
            channel.flush()
        } else if hello.isAuthRequired {
            stop(.unauthorised(reason: "\(configuration.address) asks for an API key"))
        } else {
            ready(hello, on: channel)
        }
    }

    func ready(_ hello: HelloAck, on channel: any Channel) {
        phase = .ready(channel)
        wasReady = true
        sender?.connected(hello)
        isWaiting = false
        configuration.onNotice(.connected)
        work()
    }

    /// A channel is gone.
    ///
    /// A name with several addresses may have had several, of which one is in use.
    func lost(_ channel: any Channel, of connection: Int, _ failure: ConnectionFailure) {
        switch phase {
        case .greeting(let current, _) where current === channel,
            .ready(let current) where current === channel:
            disconnected(connection, failure)
        default: break
        }
    }

    /// The connection of that number is gone, or shall be, because of that.
    func disconnected(_ connection: Int, _ failure: ConnectionFailure) {
        if case .tls(let failure) = failure, failure.isFinal, !wasReady,
            connection == self.connection
        {
            stop(.tls(failure, server: configuration.address))
            return
        }
        disconnected(connection, reason: failure.text(at: configuration.address))
    }

    /// The connection of that number is gone, or shall be.
    func disconnected(_ connection: Int, reason: String, retryAfter: Duration = .zero) {
        guard connection == self.connection else { return }
        let old: (any Channel)?
        switch phase {
        case .idle, .waiting, .stopped: return
        case .connecting: old = nil
        case .greeting(let channel, _), .ready(let channel): old = channel
        }
        self.reason = reason
        self.connection += 1
        phase = .idle
        // Last: closing says at once that the channel is gone, which is no news any more.
        defer { old?.close(promise: nil) }
        sender?.disconnected()
        tail?.disconnected()
        disconnectQuestions(reason: reason)
        guard needsConnection else { return }
        phase = .waiting
        later(atLeast: retryAfter, reason: reason) { link in
            guard case .waiting = link.phase else { return }
            link.phase = .idle
            link.work()
        }
    }

    func reconnect(atLeast wait: Duration, reason: String) {
        disconnected(connection, reason: reason, retryAfter: wait)
    }

    /// Runs the body after the back-off's next wait, and says so.
    func later(
        atLeast wait: Duration, reason: String, _ body: @escaping @Sendable (isolated Link) -> Void
    ) {
        self.reason = reason
        isWaiting = true
        let delay = backoff.next(atLeast: wait, using: &random)
        configuration.onNotice(.waiting(delay, reason: reason))
        eventLoop.scheduleTask(in: TimeAmount(delay)) { self.assumeIsolated { body($0) } }
        tickLater()
    }

    /// The server has done what it was asked for.
    func progressed() {
        backoff.reset()
        guard isWaiting else { return }
        isWaiting = false
        configuration.onNotice(.connected)
    }

    /// Ends everything.
    func stop(_ error: ClientError) {
        let old: (any Channel)?
        switch phase {
        case .stopped: return
        case .greeting(let channel, _), .ready(let channel): old = channel
        case .idle, .waiting, .connecting: old = nil
        }
        connection += 1
        phase = .stopped(error)
        defer { old?.close(promise: nil) }
        stopSending(error)
        for question in exchange(&questions, with: []) { question.answer(.failure(error)) }
        tail?.fail(error)
        wakeReader()
        checkSettling(now: .now())
        if error != .closed { configuration.onNotice(.stopped(error)) }
    }

    /// Ends sending, not questions.
    func stopSending(_ error: ClientError) {
        guard let window = sender?.window else { return }
        sender?.stop()
        owner?.stopped(error) { window.sentNumber(of: $0) }
    }
}

extension Link {
    /// Looks at the clock four times a second for as long as somebody waits.
    func tickLater() {
        guard !isTicking, needsConnection else { return }
        isTicking = true
        eventLoop.scheduleTask(in: .milliseconds(250)) { self.assumeIsolated { $0.tick() } }
    }

    private func tick() {
        isTicking = false
        let now = NIODeadline.now()
        let window = sender?.window
        owner?.check(now: now, reason: reason) { window?.sentNumber(of: $0) }
        expireQuestions(now: now)
        checkSettling(now: now)
        switch phase {
        case .greeting(_, let since) where now - since > TimeAmount(configuration.connectTimeout):
            let time = configuration.connectTimeout
            disconnected(connection, hello == nil ? .silentPeer(time) : .fellSilent(time))
        case .ready(let channel) where isAnswerDue || isDraining || tail?.isFollowing == true:
            if now - lastHeard > TimeAmount(configuration.silenceLimit) {
                disconnected(connection, .fellSilent(configuration.silenceLimit))
            } else if now - lastHeard > TimeAmount(configuration.silenceLimit / 3) {
                write(Ping(value: 0), requestID: drawRequest(), to: channel)
                channel.flush()
            }
        default: break
        }
        tickLater()
    }
}

// MARK: Settling

/// A caller who waits until the server has called everything stable.
struct Settling: Sendable {
    let since = NIODeadline.now()
    /// How long to wait once everything is stored.
    let patience: Duration
    /// How long to wait in any case.
    let limit: Duration
    let continuation: CheckedContinuation<Void, Never>
}

extension Link {
    /// Waits until nothing is kept any more; no longer than `patience` once everything is stored,
    /// and no longer than `limit`.
    func settle(patience: Duration, limit: Duration) async {
        eventLoop.scheduleTask(in: TimeAmount(patience)) {
            self.assumeIsolated { $0.checkSettling(now: .now()) }
        }
        await withCheckedContinuation { continuation in
            settling.append(
                Settling(patience: patience, limit: limit, continuation: continuation))
            checkSettling(now: .now())
        }
    }

    func checkSettling(now: NIODeadline) {
        guard !settling.isEmpty else { return }
        var isOver = sender?.window.count ?? 0 == 0
        if case .stopped = phase { isOver = true }
        // Nobody will answer what a refused sender still holds.
        if sender?.isStopped == true { isOver = true }
        let isStored = sender?.window.unansweredCount ?? 0 == 0
        settling.removeAll { waiter in
            let limit = isStored ? min(waiter.patience, waiter.limit) : waiter.limit
            guard isOver || now - waiter.since >= TimeAmount(limit) else { return false }
            waiter.continuation.resume()
            return true
        }
    }
}
