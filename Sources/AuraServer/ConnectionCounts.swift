import AuraQuery
import Synchronization

/// A COUNT that was asked, until it is answered or cancelled.
final class CountTicket: Sendable {
    let requestID: UInt32
    let query: CountQuery
    private let cancelled = Atomic<Bool>(false)

    init(requestID: UInt32, query: CountQuery) {
        self.requestID = requestID
        self.query = query
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    func cancel() { cancelled.store(true, ordering: .relaxed) }
}

/// The counts of a connection, in order: one is answered, the others wait.
struct ConnectionCounts {
    /// The count that a query thread works on, or whose answer is being written.
    ///
    /// One that was cancelled stays until the thread has let go of it.
    private(set) var current: CountTicket?
    private var waiting: [CountTicket] = []
    /// The answer that waits for the client to read.
    var answer: CountAnswer?

    /// How many are open.
    var count: Int { waiting.count + (current == nil ? 0 : 1) }

    /// Whether a count of that id is open.
    func contains(_ requestID: UInt32) -> Bool {
        open.contains { $0.requestID == requestID }
    }

    private var open: [CountTicket] {
        ((current.map { [$0] } ?? []) + waiting).filter { !$0.isCancelled }
    }

    mutating func add(_ ticket: CountTicket) { waiting.append(ticket) }

    /// The next to be answered, which is the current one from now on; nil while there is another.
    mutating func next() -> CountTicket? {
        guard current == nil, !waiting.isEmpty else { return nil }
        current = waiting.removeFirst()
        return current
    }

    /// The current one is over.
    mutating func finish(_ ticket: CountTicket) {
        guard current === ticket else { return }
        current = nil
        answer = nil
    }

    /// Ends a count; false if there is none of that id.
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
