import AuraCore
import NIOCore

/// An import that can be continued: batches whose numbers stand for places of the input.
///
/// The name of the producer belongs to the input, the batches are cut from it deterministically and
/// numbered from 1. Whenever the import is started, by this process or a later one, `nextNumber`
/// says where to go on; what was sent twice is stored once.
///
/// ```swift
/// let session = try await client.openImport(producer: "export-2026-06.ndjson") { stored in … }
/// for number in session.nextNumber... { try await session.send(batch(number), rowCount: n, number: number) }
/// try await session.finish()
/// ```
///
/// Broken connections and restarts of the server are waited out, without a time limit: cancel the
/// task to give up. After an error the session is over.
public final class ImportSession: Sendable {
    /// A stored batch.
    public struct Acknowledgement: Hashable, Sendable {
        /// The number of the batch.
        public let number: UInt64
        /// What the server says of it.
        public let receipt: Receipt
    }

    /// The number of the first batch that the server lacked when the import was opened.
    public let nextNumber: UInt64
    private let link: Link
    private let queue: ImportQueue

    /// Opens the producer and waits until the server says where to go on.
    init(
        _ configuration: ClientConfiguration, producer: String,
        onStored: @escaping @Sendable (Acknowledgement) -> Void
    ) async throws(ClientError) {
        var configuration = configuration
        configuration.producer = producer
        queue = ImportQueue(limit: configuration.bufferBytes, onStored: onStored)
        let sender = Sender(
            producer: producer, numbering: .fixed, limit: configuration.inFlight)
        link = Link(configuration, owner: queue, sender: sender)
        link.signal(LinkSignal(isReady: true))
        do throws(ClientError) {
            nextNumber = try await queue.waitForOpening().get()
        } catch {
            await link.close()
            throw error
        }
    }

    /// Takes a batch to be sent; waits while too much is on its way.
    ///
    /// It is stored once `onStored` was called for it, in the order of the numbers.
    ///
    /// - Parameters:
    ///   - batch: Encoded as `Formats/batch.md` says, the same bytes for the same number always.
    ///   - number: One more than that of the batch before; the first is `nextNumber`.
    /// - Throws: `outOfOrder`; `refused` where the batch is larger than any server takes; `lost` where the server has lost what it had promised to keep, and
    ///   the import must be opened again; `cancelled`; or why the session is over.
    public func send(
        _ batch: [UInt8], rowCount: Int, number: UInt64
    ) async throws(ClientError) {
        guard batch.count <= Limits.batchBytes else {
            throw .refused(
                reason: "a batch of \(batch.count) bytes; at most \(Limits.batchBytes) are taken")
        }
        let body = ByteBuffer(bytes: batch)
        try await queue.add(body, rowCount: rowCount, number: number).get()
        link.signal(LinkSignal(isReady: true))
    }

    /// Waits until everything sent is stored, and ends the session.
    public func finish() async throws(ClientError) {
        let result = await queue.waitForAll()
        if case .success = result {
            await link.settle(patience: .milliseconds(500), limit: .seconds(3_600))
        }
        await link.close()
        try result.get()
    }

    /// Ends the session at once; what was sent and not acknowledged may or may not be stored.
    public func cancel() async {
        await link.close()
    }

    deinit {
        let link = link
        link.eventLoop.execute { link.assumeIsolated { $0.close() } }
    }
}
