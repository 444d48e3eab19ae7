import AuraCore
import AuraWire
import NIOCore

/// Where a tail stands: a pure value.
struct TailState: Sendable {
    /// Events that came together, or the news that some cannot be read.
    struct Part: Sendable {
        var batch: EventBatch?
        var sequences: [UInt64] = []
        var missing: MissingEvents?
        /// Bytes of the payload, for which the server wants credit back.
        var size = 0
    }

    /// Bytes that the server may send ahead of the reader.
    static let credit = 4 << 20

    /// The next sequence number wanted; 0: begin with what comes next.
    private(set) var next: UInt64
    let types: [String]
    /// The subscription on this connection; nil if there is none.
    private(set) var requestID: UInt32?
    private(set) var ready = CircularBuffer<Part>()
    private var readySize = 0
    private(set) var error: ClientError?
    /// The server asked to wait.
    var isPaused = false

    init(from next: UInt64, types: [String]) {
        self.next = next
        self.types = types
    }

    /// Whether it wants a connection.
    var isActive: Bool { error == nil }
    /// Whether the server sends it what comes.
    var isFollowing: Bool { requestID != nil }

    /// The subscription to make now; nil if there is one or none is wanted.
    mutating func subscribe(requestID: UInt32) -> Subscribe? {
        guard isActive, !isPaused, self.requestID == nil, readySize < TailState.credit else {
            return nil
        }
        self.requestID = requestID
        return Subscribe(
            from: next, types: types, credit: UInt64(TailState.credit - readySize))
    }

    mutating func disconnected() {
        requestID = nil
        isPaused = false
    }

    mutating func fail(_ error: ClientError) {
        self.error = self.error ?? error
        requestID = nil
    }

    /// Takes events, or how far a search without a match has come.
    ///
    /// - Returns: Bytes for which the server wants credit back now: no reader will give it back.
    mutating func received(_ payload: ByteBuffer) throws(FormatError) -> Int {
        let bytes = payload.readableBytesSpan
        let head = try EventsHead(payload: bytes)
        if head.batchSize > 0 {
            let batch = try EventBatch(validating: head.batch(of: bytes).array)
            let sequences = head.sequences(rowCount: batch.rowCount)
            ready.append(Part(batch: batch, sequences: sequences, size: bytes.byteCount))
            readySize += bytes.byteCount
        }
        next = head.last + 1
        // The frame that says where a subscription begins costs nothing.
        return head.batchSize == 0 && head.first <= head.last ? bytes.byteCount : 0
    }

    /// Takes the news that events cannot be read.
    mutating func received(_ missing: MissingEvents) {
        ready.append(Part(missing: missing))
    }

    /// The subscription was ended by the server: go on from there on the next connection.
    mutating func ended(next: UInt64) {
        self.next = next
    }

    mutating func take() -> Part? {
        guard let part = ready.popFirst() else { return nil }
        readySize -= part.size
        return part
    }
}

extension Link {
    /// Begins the link's tail, unless it has begun.
    func begin(from start: UInt64, types: [String]) {
        if tail == nil { tail = TailState(from: start, types: types) }
    }

    /// The next events, as soon as there are some; nil once all up to `last` have come.
    func nextPart(through last: UInt64) async -> Result<TailState.Part?, ClientError> {
        while true {
            if let part = tail?.take() {
                giveCredit(part.size)
                return .success(part)
            }
            if let next = tail?.next, next > last { return .success(nil) }
            if let error = tail?.error { return .failure(error) }
            if Task.isCancelled { return .failure(.cancelled) }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    tailReader = continuation
                    work()
                }
            } onCancel: {
                eventLoop.execute { self.assumeIsolated { $0.wakeReader() } }
            }
        }
    }

    func wakeReader() {
        exchange(&tailReader, with: nil)?.resume()
    }

    private func giveCredit(_ size: Int) {
        guard size > 0, case .ready(let channel) = phase else { return }
        if let requestID = tail?.requestID {
            write(Credit(bytes: UInt64(size)), requestID: requestID, to: channel)
            channel.flush()
        } else {
            work()
        }
    }

    /// Subscribes, if a tail has no subscription on this connection.
    func follow(on channel: any Channel) -> Bool {
        guard let request = tail?.subscribe(requestID: nextRequest) else { return false }
        write(request, requestID: drawRequest(), to: channel)
        return true
    }

    func followed(_ header: FrameHeader, _ payload: ByteBuffer) throws(FormatError) {
        guard let requestID = tail?.requestID, requestID == header.requestID else { return }
        progressed()
        switch header.opcode {
        case .end:
            tail?.ended(next: try End(payload: payload.readableBytesSpan).next)
            isDraining = true
        case .missing:
            tail?.received(try MissingEvents(payload: payload.readableBytesSpan))
        default:
            giveCredit(try tail?.received(payload) ?? 0)
        }
        wakeReader()
    }

    /// - Returns: Whether the failure was one of the tail.
    func failedTail(_ failure: WireFailure, requestID: UInt32) -> Bool {
        guard tail?.requestID == requestID else { return false }
        let wait = Duration.milliseconds(Int64(failure.retryAfterMilliseconds))
        switch failure.failureClass {
        case .retry:
            tail?.disconnected()
            tail?.isPaused = true
            later(atLeast: wait, reason: failure.message) { link in
                link.tail?.isPaused = false
                link.work()
            }
        case .reconnect:
            reconnect(atLeast: wait, reason: failure.message)
        case .fixRequest, .reopenProducer, .stop:
            tail?.fail(.refusal(of: failure))
            wakeReader()
        }
        return true
    }
}
