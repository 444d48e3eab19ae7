import AuraCore
import AuraWire
import NIOCore
import NIOPosix

/// The connection to the server, made again whenever it breaks and something needs it.
///
/// Everything runs on one event loop, which is the actor's executor: what the socket brings, timers
/// and calls never interleave. Batches are `Sender`'s business, questions and the tail lie in
/// extensions.
actor Link {
    enum Phase {
        /// No connection, and none is needed.
        case idle
        /// The next attempt is due later.
        case waiting
        case connecting
        /// Connected; the server has not let us in yet.
        case greeting(any Channel, since: NIODeadline)
        case ready(any Channel)
        /// Over for good.
        case stopped(ClientError)
    }

    nonisolated let eventLoop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe eventLoop.executor.asUnownedSerialExecutor()
    }

    let configuration: ClientConfiguration
    let owner: (any LinkOwner)?
    var sender: Sender?
    var tail: TailState?
    var tailReader: CheckedContinuation<Void, Never>?
    var questions: [PendingQuestion] = []
    var questionCount: UInt64 = 0
    /// Who waits for the window to empty.
    var settling: [Settling] = []
    var phase = Phase.idle
    /// Counts connections, so that what an old one still says is not taken for the new one's.
    var connection = 0
    var hello: HelloAck?
    /// Whether a server has ever let us in.
    var wasReady = false
    /// Whether `onNotice` was told of a private key that is not private.
    var wasWarned = false
    /// The server takes no more requests on this connection.
    var isDraining = false
    var nextRequest: UInt32 = 1
    var backoff: Backoff
    var random = SystemRandomNumberGenerator()
    /// The last trouble, for those whose patience ends.
    var reason: String
    /// Whether `onNotice` was told to wait and not yet that it is over.
    var isWaiting = false
    var lastHeard = NIODeadline.now()
    var isTicking = false
    var isRetired = false

    init(_ configuration: ClientConfiguration, owner: (any LinkOwner)?, sender: Sender?) {
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.configuration = configuration
        self.owner = owner
        self.sender = sender
        reason = "\(configuration.address) has not answered yet"
        backoff = Backoff(first: configuration.firstRetry, most: configuration.lastRetry)
    }

    /// Does what an owner asks for, from any thread.
    nonisolated func signal(_ signal: LinkSignal) {
        eventLoop.execute { self.assumeIsolated { $0.handle(signal) } }
    }

    /// Nobody will call any more: delivers what there is, then lets the connection go.
    nonisolated func retire() {
        eventLoop.execute {
            self.assumeIsolated {
                $0.isRetired = true
                $0.burstEnded(on: $0.connection)
            }
        }
    }

    /// Closes the connection for good.
    func close() {
        stop(.closed)
    }

    func handle(_ signal: LinkSignal) {
        if let id = signal.started {
            eventLoop.scheduleTask(in: TimeAmount(configuration.linger)) {
                self.assumeIsolated {
                    $0.owner?.cut(id: id)
                    $0.pull()
                }
            }
        }
        if signal.isReady { pull() }
    }

    /// Sends the batches of a spool from now on.
    nonisolated func begin(_ sender: Sender) {
        eventLoop.execute {
            self.assumeIsolated {
                $0.sender = sender
                $0.pull()
            }
        }
    }

    /// Ends sending for that reason, not questions.
    nonisolated func fail(_ error: ClientError) {
        eventLoop.execute {
            self.assumeIsolated {
                guard $0.sender?.isStopped != true else { return }
                $0.stopSending(error)
                $0.configuration.onNotice(.stopped(error))
            }
        }
    }

    /// Takes what the owner has ready, and sends.
    private func pull() {
        if let change = owner?.takeConfirmed() { sender?.confirm(change) }
        for batch in owner?.takeBatches() ?? [] { sender?.append(batch) }
        tellSize()
        work()
    }

    func tellSize() {
        guard let owner, let sender else { return }
        if let change = sender.spoolChange { owner.changed(change) }
        let signal = owner.holds(bytes: sender.window.size)
        if !signal.isEmpty { handle(signal) }
    }

    /// Goes on with whatever there is to do: connects if need be, and sends what can be sent.
    func work() {
        tickLater()
        switch phase {
        case .idle:
            if needsConnection { connect() }
        case .ready(let channel):
            if !isDraining { pump(channel) }
        case .waiting, .connecting, .greeting, .stopped:
            break
        }
    }

    var needsConnection: Bool {
        sender?.hasWork == true || !questions.isEmpty || tail?.isActive == true
    }

    var isAnswerDue: Bool {
        sender?.isAnswerDue == true || questions.contains { $0.requestID != nil }
    }

    private func pump(_ channel: any Channel) {
        let wasDue = isAnswerDue
        var hasWritten = false
        while let output = sender?.next(requestID: nextRequest) {
            write(output, to: channel)
            hasWritten = true
        }
        if askAll(on: channel) { hasWritten = true }
        if follow(on: channel) { hasWritten = true }
        guard hasWritten else { return }
        if !wasDue { lastHeard = .now() }
        channel.flush()
    }

    private func write(_ output: Sender.Output, to channel: any Channel) {
        let requestID = drawRequest()
        switch output {
        case .open(let message):
            write(message, requestID: requestID, to: channel)
        case .append(let head, let batch):
            var buffer = channel.allocator.buffer(capacity: FrameHeader.size + AppendHead.size)
            FrameEncoder.append(
                head, batchSize: batch.size, batchHash: batch.hash, requestID: requestID,
                to: &buffer)
            channel.write(buffer, promise: nil)
            channel.write(batch.body, promise: nil)
        }
    }

    func write(_ message: some WireMessage, requestID: UInt32, to channel: any Channel) {
        var buffer = channel.allocator.buffer(capacity: 256)
        FrameEncoder.append(message, requestID: requestID, to: &buffer)
        channel.write(buffer, promise: nil)
    }

    func drawRequest() -> UInt32 {
        defer { nextRequest = nextRequest == .max ? 1 : nextRequest + 1 }
        return nextRequest
    }
}
