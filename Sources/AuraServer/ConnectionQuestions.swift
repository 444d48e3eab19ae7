import AuraWire
import NIOCore
import Synchronization

/// A question that was asked, until it is answered or cancelled.
final class QuestionTicket: Sendable {
    let requestID: UInt32
    let question: Question
    /// The frames of an answer that are written as they are made.
    let frames = FrameQueue()
    private let cancelled = Atomic<Bool>(false)

    init(requestID: UInt32, _ question: Question) {
        self.requestID = requestID
        self.question = question
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// - Returns: Whether all frames of its answer had been made, so that nobody works on it any more.
    @discardableResult
    func cancel() -> Bool {
        cancelled.store(true, ordering: .relaxed)
        return frames.close()
    }
}

/// The questions of a connection, in order: one is answered, the others wait.
struct ConnectionQuestions {
    /// The question that a query thread works on, or whose answer is being written.
    ///
    /// One that was cancelled stays until the thread has let go of it.
    private(set) var current: QuestionTicket?
    private var waiting: [QuestionTicket] = []
    /// Bytes of answers that may still be written, of questions whose client counts them.
    private var credits: [UInt32: Int64] = [:]
    /// The answer that waits for the client to read, unless its frames come from the ticket.
    var answer: QuestionAnswer?
    /// Since when a frame waits for the client to grant credit.
    private(set) var waitingSince: NIODeadline?

    /// How many are open.
    var count: Int { waiting.count + (current == nil ? 0 : 1) }

    /// Whether a question of that id is open.
    func contains(_ requestID: UInt32) -> Bool {
        open.contains { $0.requestID == requestID }
    }

    private var open: [QuestionTicket] {
        ((current.map { [$0] } ?? []) + waiting).filter { !$0.isCancelled }
    }

    /// Adds a question.
    ///
    /// - Parameter credit: Bytes of its answer that may be written; nil means any.
    mutating func add(_ ticket: QuestionTicket, credit: UInt64? = nil) {
        waiting.append(ticket)
        credits[ticket.requestID] = credit.map { Int64(clamping: $0) }
    }

    /// Appends the next frame of the current answer, if there is one and credit for it.
    ///
    /// - Returns: Whether others follow; nil if none was appended.
    mutating func appendFrame(to buffer: inout ByteBuffer) -> Bool? {
        guard let current, answer != nil || current.frames.hasFrames else { return nil }
        guard credits[current.requestID] ?? 1 > 0 else {
            waitingSince = waitingSince ?? .now()
            return nil
        }
        waitingSince = nil
        let before = buffer.readableBytes
        var hasMore = answer?.appendFrame(requestID: current.requestID, to: &buffer)
        if hasMore == nil, case .frame(var frame, let isLast) = current.frames.next() {
            buffer.writeBuffer(&frame)
            hasMore = !isLast
        }
        credits[current.requestID]? -= Int64(buffer.readableBytes - before - FrameHeader.size)
        return hasMore
    }

    /// More of the answer to a question may be written.
    mutating func grant(_ bytes: UInt64, to requestID: UInt32) {
        guard let credit = credits[requestID] else { return }
        let (sum, overflows) = credit.addingReportingOverflow(Int64(clamping: bytes))
        credits[requestID] = overflows ? .max : sum
        if requestID == current?.requestID, overflows || sum > 0 { waitingSince = nil }
    }

    /// The next to be answered, which is the current one from now on; nil while there is another.
    mutating func next() -> QuestionTicket? {
        guard current == nil, !waiting.isEmpty else { return nil }
        current = waiting.removeFirst()
        return current
    }

    /// The current one is over.
    mutating func finish(_ ticket: QuestionTicket) {
        guard current === ticket else { return }
        current = nil
        waitingSince = nil
        if !ticket.isCancelled { credits[ticket.requestID] = nil }
        answer = nil
    }

    /// Ends a question; false if there is none of that id.
    mutating func cancel(_ requestID: UInt32) -> Bool {
        guard let ticket = open.first(where: { $0.requestID == requestID }) else { return false }
        let isMade = ticket.cancel() || answer != nil
        if ticket === current { waitingSince = nil }
        credits[requestID] = nil
        waiting.removeAll { $0 === ticket }
        if isMade { finish(ticket) }
        return true
    }

    /// Ends all: nobody is there to be answered.
    mutating func cancelAll() {
        current?.cancel()
        waiting = []
        credits = [:]
        answer = nil
        waitingSince = nil
    }
}
