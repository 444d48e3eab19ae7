public import AuraWire
import NIOCore

/// The answer to a statement as it comes: frames of rows in their order, of which the last says how long the
/// server worked, what SET has changed and what could not be read.
///
/// Each reader asks anew. Whoever reads slowly slows the server, not the memory here; a server waits for a
/// reader for as long as its `query.stall_limit`. An answer whose connection breaks is asked for once more as
/// long as nothing of it was read.
public struct QueryStream: AsyncSequence, Sendable {
    /// Rows, perhaps none.
    public typealias Element = QueryRows
    /// As of `AuraClient.query`; `interrupted` where the answer broke off.
    public typealias Failure = ClientError

    private let link: Link
    private let request: QueryRequest
    private let onProgress: @Sendable (QueryProgress) -> Void

    init(
        _ link: Link, _ request: QueryRequest,
        _ onProgress: @escaping @Sendable (QueryProgress) -> Void
    ) {
        self.link = link
        self.request = request
        self.onProgress = onProgress
    }

    /// A reader, which asks when it is read from.
    public func makeAsyncIterator() -> Iterator {
        Iterator(Reader(link, request, onProgress))
    }

    /// Reads one frame after another.
    public struct Iterator: AsyncIteratorProtocol {
        private let reader: Reader
        private var hasBegun = false

        fileprivate init(_ reader: Reader) {
            self.reader = reader
        }

        /// The next rows, when there are some.
        public mutating func next() async throws(ClientError) -> QueryRows? {
            try await next(isolation: nil)
        }

        /// As `next()`, wherever the caller runs.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ClientError) -> QueryRows? {
            if !hasBegun { await reader.begin() }
            hasBegun = true
            return try await reader.next().get()
        }
    }

    /// Tells the server when nobody reads any more.
    fileprivate final class Reader: Sendable {
        private let link: Link
        private let inbox = ResultInbox()
        private let question: Question

        init(
            _ link: Link, _ request: QueryRequest,
            _ onProgress: @escaping @Sendable (QueryProgress) -> Void
        ) {
            self.link = link
            question = .query(request, inbox, onProgress: onProgress)
        }

        deinit { cancel() }

        func begin() async {
            await link.begin(question, inbox)
        }

        func next() async -> Result<QueryRows?, ClientError> {
            let part = await withTaskCancellationHandler {
                await inbox.next()
            } onCancel: {
                cancel()
            }
            if case .success(let part?) = part { await link.giveBack(part.size, to: inbox) }
            return part.map { $0?.rows }
        }

        private func cancel() {
            let (link, inbox) = (link, inbox)
            link.eventLoop.execute { link.assumeIsolated { $0.cancelQuestion(of: inbox) } }
        }
    }
}
