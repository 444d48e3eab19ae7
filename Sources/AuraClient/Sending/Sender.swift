import AuraCore
import AuraWire
import NIOCore

/// The sending half of a producer: opens it, sends its batches, and decides what each answer means.
///
/// A pure value. Its owner carries frames both ways, and gives it time: after `pause` nothing is
/// sent until `resume`.
struct Sender: Sendable {
    /// Who gives the numbers.
    enum Numbering: Hashable, Sendable {
        /// They are drawn as batches are sent; what is refused for good leaves no gap.
        case drawn
        /// They stand for places of the input and must never shift.
        case fixed
    }

    /// A frame to send.
    enum Output: Sendable {
        case open(ProducerOpen)
        case append(AppendHead, SendWindow.Batch)
    }

    /// What the owner must do.
    enum Effect: Sendable {
        /// A batch is stored.
        case stored(SendWindow.Numbered, Receipt)
        /// A batch is refused for good.
        case refused(SendWindow.Numbered, ClientError)
        /// A batch is refused as a whole, and its halves take its place.
        case divided(SendWindow.Batch, halves: [SendWindow.Batch])
        /// Send nothing for at least that long, then `resume`.
        case pause(atLeast: Duration, reason: String)
        /// Connect again, after at least that long.
        case reconnect(atLeast: Duration, reason: String)
        /// Sending is over for good.
        case stop(ClientError)
        /// The producer is open; its next new batch has this number.
        case opened(next: UInt64)
        /// That many batches that the server had promised to keep are lost.
        case lost(UInt64)
    }

    private enum Phase: Hashable, Sendable {
        case closed
        case opening(UInt32)
        case open(producer: UInt32, epoch: UInt32)
    }

    let producer: String
    let numbering: Numbering
    private(set) var window: SendWindow
    /// Batches in flight that configuration and server allow.
    private var limit: Int
    private let configuredLimit: Int
    private var phase = Phase.closed
    private var isConnected = false
    private var isPaused = false
    private(set) var isStopped = false
    private var incarnation: UInt64?
    private var isSameStore = true
    private var credit = 0
    /// The gathered batch that is being divided, and how often it was.
    private var division: (id: UInt64, count: Int) = (0, 0)
    /// How often the parts of one gathered batch are divided in search of what is refused: enough to
    /// find several single events among 65,536, and an end where most of them are at fault.
    static let divisionLimit = 128
    /// Open the producer even though nothing waits: an import wants to know where to begin.
    var mustOpen: Bool

    init(producer: String, numbering: Numbering, limit: Int) {
        self.producer = producer
        self.numbering = numbering
        configuredLimit = min(max(limit, 1), Limits.producerWindow)
        self.limit = configuredLimit
        window = SendWindow(limit: configuredLimit)
        mustOpen = numbering == .fixed
    }

    /// A sender of the batches of a spool, which has that mark.
    init(producer: String, limit: Int, spool mark: SpoolMark?) {
        self.init(producer: producer, numbering: .drawn, limit: limit)
        window = SendWindow(limit: configuredLimit, spool: mark)
        incarnation = mark?.incarnation
    }

    /// What a spool must know.
    var spoolChange: SpoolChange? { window.mark(incarnation: incarnation ?? 0) }

    /// A spool has made that durable.
    mutating func confirm(_ change: SpoolChange) {
        window.confirm(change)
    }

    /// Whether a connection is needed.
    var hasWork: Bool { !isStopped && (mustOpen || window.count > 0) }
    /// Whether an answer is due.
    var isAnswerDue: Bool {
        if case .opening = phase { return true }
        return window.inFlightCount > 0
    }

    /// The producer's number of the batch that is appended next; nil before it is known.
    var nextNumber: UInt64? { window.base.map { $0 + UInt64(window.count) } }

    mutating func append(_ batch: SendWindow.Batch) {
        window.append(batch)
    }

    /// A connection is ready.
    mutating func connected(_ hello: HelloAck) {
        isConnected = true
        phase = .closed
        window.forgetSendings()
        credit = Int(clamping: hello.initialCredit)
        limit = max(1, min(configuredLimit, Int(hello.maximumInFlight)))
        window.limit = min(window.limit, limit)
        if let incarnation, incarnation != hello.incarnation { isSameStore = false }
        incarnation = hello.incarnation
    }

    /// The connection is gone.
    ///
    /// On the next one half as many batches may be in flight, one more with each acknowledgement:
    /// where connections break before an answer comes back, sending everything at once each time
    /// would never get anywhere.
    mutating func disconnected() {
        if window.inFlightCount > 0 { window.limit = max(1, window.limit / 2) }
        isConnected = false
        isPaused = false
        phase = .closed
        window.forgetSendings()
    }

    /// The pause is over.
    mutating func resume() {
        isPaused = false
    }

    /// Nothing is sent any more.
    mutating func stop() {
        isStopped = true
    }

    /// The next frame to send with that request id; nil if nothing can be sent now.
    mutating func next(requestID: UInt32) -> Output? {
        guard isConnected, !isPaused, !isStopped else { return nil }
        switch phase {
        case .opening:
            return nil
        case .closed:
            // Kept batches alone are reason enough: the server may have lost them.
            guard mustOpen || window.count > 0 else { return nil }
            phase = .opening(requestID)
            return .open(ProducerOpen(name: producer))
        case .open(let producer, let epoch):
            guard
                let next = window.next(attempt: requestID, credit: credit - AppendHead.size)
            else { return nil }
            credit -= AppendHead.size + next.batch.size
            return .append(
                AppendHead(producer: producer, epoch: epoch, sequence: next.number), next.batch)
        }
    }
}

// MARK: Answers

extension Sender {
    mutating func received(_ state: ProducerState, requestID: UInt32) -> [Effect] {
        guard phase == .opening(requestID) else { return [] }
        phase = .open(producer: state.producer, epoch: state.epoch)
        mustOpen = false
        let opening = window.opened(next: state.nextSequence, isSameStore: isSameStore)
        isSameStore = true
        switch opening {
        case .resumed:
            return [.opened(next: state.nextSequence)]
        case .behind where numbering == .fixed:
            return [.stop(.lost(from: state.nextSequence))]
        case .behind(let lost):
            return [.lost(UInt64(lost.count)), .opened(next: state.nextSequence)]
        case .ahead:
            return [.stop(.fenced(producer: producer))]
        }
    }

    mutating func received(_ ack: AppendAck, requestID: UInt32) -> [Effect] {
        let outcome = window.acknowledge(
            attempt: requestID, number: ack.sequence, firstSequence: ack.firstSequence,
            rowCount: Int(ack.rowCount))
        switch outcome {
        case .stale:
            return []
        case .impossible:
            return [.reconnect(atLeast: .zero, reason: "the server answered out of order")]
        case .batch(let numbered):
            // A batch in flight is among the last that the server remembers, unless someone else
            // has used the name: what is stored under its number may be anything.
            if ack.flags.contains(.forgotten), !numbered.batch.isRestored {
                return [.stop(.fenced(producer: producer))]
            }
            window.limit = min(window.limit + 1, limit)
            return [.stored(numbered, Receipt(ack))]
        }
    }

    mutating func received(_ stable: Stable) {
        window.release(stable: stable.stable)
    }

    mutating func received(_ grant: Credit) {
        credit += Int(clamping: grant.bytes)
    }

    /// A refusal of the opening or of a batch.
    mutating func received(_ failure: WireFailure, requestID: UInt32) -> [Effect] {
        let wait = Duration.milliseconds(Int64(failure.retryAfterMilliseconds))
        if phase == .opening(requestID) {
            phase = .closed
            return switch failure.failureClass {
            case .retry, .reopenProducer: [pause(failure)]
            case .reconnect: [.reconnect(atLeast: wait, reason: failure.message)]
            case .fixRequest, .stop: [.stop(stopping(failure))]
            }
        }
        switch failure.failureClass {
        case .retry:
            if failure.code == .outOfSequence {
                return missing(failure, requestID: requestID)
            }
            return pausing(window.rewind(attempt: requestID), failure)
        case .reconnect:
            return [.reconnect(atLeast: wait, reason: failure.message)]
        case .fixRequest:
            return refusal(failure, requestID: requestID)
        case .reopenProducer:
            return reopening(window.rewind(attempt: requestID), failure)
        case .stop:
            _ = window.rewind(attempt: requestID)
            return [.stop(stopping(failure))]
        }
    }

    private mutating func missing(_ failure: WireFailure, requestID: UInt32) -> [Effect] {
        let outcome = window.rewind(attempt: requestID)
        guard case .batch(let numbered) = outcome else { return [] }
        if failure.expectedSequence == numbered.number
            || window.rewind(to: failure.expectedSequence)
        {
            return pausing(outcome, failure)
        }
        return reopening(outcome, failure)
    }

    private mutating func pausing(
        _ outcome: SendWindow.Outcome, _ failure: WireFailure
    ) -> [Effect] {
        guard case .batch = outcome else { return [] }
        return [pause(failure)]
    }

    private mutating func pause(_ failure: WireFailure) -> Effect {
        isPaused = true
        let wait = Duration.milliseconds(Int64(failure.retryAfterMilliseconds))
        return .pause(atLeast: wait, reason: failure.message)
    }

    private mutating func reopening(
        _ outcome: SendWindow.Outcome, _ failure: WireFailure
    ) -> [Effect] {
        guard case .batch = outcome else { return [] }
        phase = .closed
        window.forgetSendings()
        return pausing(outcome, failure)
    }

    private mutating func refusal(_ failure: WireFailure, requestID: UInt32) -> [Effect] {
        if let effect = divide(requestID) { return [effect] }
        switch window.remove(attempt: requestID) {
        case .stale:
            return []
        case .impossible:
            return [.stop(.stopped(reason: failure.message))]
        case .batch(let numbered):
            let refused = Effect.refused(numbered, .refused(reason: failure.message))
            guard numbering == .fixed else { return [refused] }
            return [refused, .stop(.refused(reason: failure.message))]
        }
    }

    /// Divides a batch that several callers share, so that only those at fault are told.
    private mutating func divide(_ requestID: UInt32) -> Effect? {
        guard numbering == .drawn, let id = window.id(attempt: requestID) else { return nil }
        if division.id != id { division = (id, 0) }
        guard division.count < Sender.divisionLimit,
            let (batch, halves) = window.divide(attempt: requestID)
        else { return nil }
        division.count += 1
        return .divided(batch, halves: halves)
    }

    private func stopping(_ failure: WireFailure) -> ClientError {
        switch failure.code {
        case .fenced, .sequenceConflict: .fenced(producer: producer)
        default: .stopping(failure)
        }
    }
}
