public import AuraCore
import AuraWire
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
/// It outlives connections: after a break it goes on where it was. Without a last event it never ends
/// by itself; leave the loop or cancel the task. Whoever reads slowly slows the server, not the memory here.
/// It throws when the server refuses it: for a start beyond the last event, for one.
public struct EventTail: AsyncSequence, Sendable {
    /// An event with its sequence number.
    public typealias Element = TailedEvent
    /// Why the server refuses, or `cancelled`.
    public typealias Failure = ClientError

    private let configuration: ClientConfiguration
    private let request: Request

    /// What is wanted.
    struct Request: Sendable {
        var start: UInt64
        var last: UInt64
        var types: [String]
        var onMissing: @Sendable (MissingEvents) -> Void
    }

    init(_ configuration: ClientConfiguration, _ request: Request) {
        self.configuration = configuration
        self.request = request
    }

    /// A reader of its own, with a connection of its own.
    public func makeAsyncIterator() -> Iterator {
        let link = Link(configuration, owner: nil, sender: nil)
        return Iterator(link: link, request)
    }

    /// Reads the events one after another.
    public struct Iterator: AsyncIteratorProtocol {
        private let reader: Reader
        private var events: [TailedEvent] = []
        private var index = 0
        private let request: Request

        init(link: Link, _ request: Request) {
            reader = Reader(link, request)
            self.request = request
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
                guard let part = try await reader.next().get() else { return nil }
                if let missing = part.missing { request.onMissing(missing) }
                guard let batch = part.batch else { continue }
                events = zip(part.sequences, batch.events()).map {
                    TailedEvent(sequence: $0, event: $1)
                }
                events.removeAll { $0.sequence > request.last }
                index = 0
            }
            defer { index += 1 }
            return events[index]
        }
    }

    /// Lets its link go when the iterator is gone.
    private final class Reader: Sendable {
        private let link: Link
        private let request: Request

        init(_ link: Link, _ request: Request) {
            self.link = link
            self.request = request
        }

        func next() async -> Result<TailState.Part?, ClientError> {
            await link.begin(from: request.start, types: request.types)
            return await link.nextPart(through: request.last)
        }

        deinit {
            let link = link
            link.eventLoop.execute { link.assumeIsolated { $0.close() } }
        }
    }
}
