import Synchronization

/// How far the answer to a query is, to be read from any thread.
public final class QueryMeter: Sendable {
    private let done = Atomic<Int>(0)
    private let total = Atomic<Int>(0)

    /// Nothing is done yet, and nothing to be done.
    public init() {}

    /// Events that were read or passed over.
    public var eventsRead: Int { done.load(ordering: .relaxed) }
    /// Events that the steps begun so far are to look at; it grows as others begin.
    public var eventsToRead: Int { total.load(ordering: .relaxed) }

    func expect(_ events: Int) { total.add(events, ordering: .relaxed) }
    func count(_ events: Int) { done.add(events, ordering: .relaxed) }
}
