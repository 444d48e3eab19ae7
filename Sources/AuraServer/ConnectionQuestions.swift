import Synchronization

/// A question that was asked, until it is answered or cancelled.
final class QuestionTicket: Sendable {
    let requestID: UInt32
    let question: Question
    private let cancelled = Atomic<Bool>(false)

    init(requestID: UInt32, question: Question) {
        self.requestID = requestID
        self.question = question
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    func cancel() { cancelled.store(true, ordering: .relaxed) }
}

/// The questions of a connection, in order: one is answered, the others wait.
struct ConnectionQuestions {
    /// The question that a query thread works on, or whose answer is being written.
    ///
    /// One that was cancelled stays until the thread has let go of it.
    private(set) var current: QuestionTicket?
    private var waiting: [QuestionTicket] = []
    /// The answer that waits for the client to read.
    var answer: QuestionAnswer?

    /// How many are open.
    var count: Int { waiting.count + (current == nil ? 0 : 1) }

    /// Whether a question of that id is open.
    func contains(_ requestID: UInt32) -> Bool {
        open.contains { $0.requestID == requestID }
    }

    private var open: [QuestionTicket] {
        ((current.map { [$0] } ?? []) + waiting).filter { !$0.isCancelled }
    }

    mutating func add(_ ticket: QuestionTicket) { waiting.append(ticket) }

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
        answer = nil
    }

    /// Ends a question; false if there is none of that id.
    mutating func cancel(_ requestID: UInt32) -> Bool {
        guard let ticket = open.first(where: { $0.requestID == requestID }) else { return false }
        ticket.cancel()
        waiting.removeAll { $0 === ticket }
        if answer != nil { finish(ticket) }
        return true
    }

    /// Ends all: nobody is there to be answered.
    mutating func cancelAll() {
        current?.cancel()
        waiting = []
        answer = nil
    }
}
