public import AuraCore
import Synchronization

/// The statements that a store is answering now, for `SHOW QUERIES`.
public final class RunningQueries: Sendable {
    /// One of them, until it is let go.
    public final class Entry: Sendable {
        /// What names it, from 1 on.
        public let number: UInt64
        /// Its statement.
        public let text: String
        /// Who asks.
        public let client: String
        /// When it began.
        public let start: Timestamp
        /// How far it is.
        public let meter = QueryMeter()
        private let queries: RunningQueries

        fileprivate init(
            _ number: UInt64, _ text: String, _ client: String, _ start: Timestamp,
            _ queries: RunningQueries
        ) {
            self.number = number
            self.text = text
            self.client = client
            self.start = start
            self.queries = queries
        }

        /// It was answered.
        public func end() {
            queries.state.withLock { _ = $0.entries.removeValue(forKey: number) }
        }
    }

    private struct State: Sendable {
        var last: UInt64 = 0
        var entries: [UInt64: Entry] = [:]
    }

    private let state = Mutex(State())

    /// None.
    public init() {}

    /// Notes a statement that begins to be answered; `end` it.
    public func begin(_ text: String, client: String, at start: Timestamp) -> Entry {
        state.withLock { state in
            state.last += 1
            let entry = Entry(state.last, text, client, start, self)
            state.entries[entry.number] = entry
            return entry
        }
    }

    /// All of them, the oldest first.
    public var all: [Entry] {
        state.withLock { $0.entries.values.sorted { $0.number < $1.number } }
    }
}
