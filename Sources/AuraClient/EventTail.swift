public import AuraCore
import NIOCore

/// An event with its place in the store's order.
public struct TailedEvent: Hashable, Sendable {
    /// The event's sequence number: a tail that begins at the next one goes on behind it.
    public let sequence: UInt64
    /// The event as it is stored.
    public let event: Event
}

/// The events of a store from a sequence number on, those to come included, in order and each
/// once.
///
/// It outlives connections: after a break it goes on where it was. It never ends by itself; leave
/// the loop or cancel the task. Whoever reads slowly slows the server, not the memory here.
/// It throws when the server refuses it: for a start beyond the last event, for one.
public struct EventTail: AsyncSequence, Sendable {
    /// An event with its sequence number.
    public typealias Element = TailedEvent
    /// Why the server refuses, or `cancelled`.
    public typealias Failure = ClientError

    private let configuration: ClientConfiguration
    private let start: UInt64
    private let types: [String]

    init(_ configuration: ClientConfiguration, from start: UInt64, types: [String]) {
        self.configuration = configuration
        self.start = start
        self.types = types
    }

    /// A reader of its own, with a connection of its own.
    public func makeAsyncIterator() -> Iterator {
        let link = Link(configuration, owner: nil, sender: nil)
        return Iterator(link: link, start: start, types: types)
    }

    /// Reads the events one after another.
    public struct Iterator: AsyncIteratorProtocol {
        private let reader: Reader
        private var events: [TailedEvent] = []
        private var index = 0

        init(link: Link, start: UInt64, types: [String]) {
            reader = Reader(link, start: start, types: types)
        }

        /// The next event, when there is one.
        public mutating func next() async throws(ClientError) -> TailedEvent? {
            try await next(isolation: nil)
        }

        /// As `next()`, wherever the caller runs.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ClientError) -> TailedEvent? {
            while index == events.count {
                let part = try await reader.next().get()
                events = zip(part.sequences, part.batch.events()).map {
                    TailedEvent(sequence: $0, event: $1)
                }
                index = 0
            }
            defer { index += 1 }
            return events[index]
        }
    }

    /// Lets its link go when the iterator is gone.
    private final class Reader: Sendable {
        private let link: Link
        private let start: UInt64
        private let types: [String]

        init(_ link: Link, start: UInt64, types: [String]) {
            self.link = link
            self.start = start
            self.types = types
        }

        func next() async -> Result<TailState.Part, ClientError> {
            await link.begin(from: start, types: types)
            return await link.nextPart()
        }

        deinit {
            let link = link
            link.eventLoop.execute { link.assumeIsolated { $0.close() } }
        }
    }
}
