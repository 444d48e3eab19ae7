import AuraCore
import AuraEngine
import AuraStorage
import AuraWire
import Logging

extension ConnectionHandler {
    /// Has an order carried out, and answers when that is done: it may take minutes.
    func take(_ order: Order, _ requestID: UInt32) {
        guard isFree(requestID) else { return }
        guard self.order == nil else {
            refuse(WireFailure(.tooManyRequests, detail: "an order is carried out"), requestID)
            return
        }
        self.order = requestID
        inFlight += 1
        let (id, loop, store) = (id, loop, shared.store)
        Task {
            let result: Result<OrderDone, EngineError>
            do throws(EngineError) {
                result = .success(try await OrderDone(order, in: store))
            } catch { result = .failure(error) }
            loop.post(
                ServerLoop.Letter(
                    connection: id, content: .ordered(requestID: requestID, result)))
        }
    }

    /// An order was carried out.
    func receive(_ result: Result<OrderDone, EngineError>, _ requestID: UInt32) {
        order = nil
        inFlight -= 1
        switch result {
        case .success(let done): write(done, to: requestID)
        case .failure(let error):
            shared.logger.error("an order failed: \(error)")
            refuse(WireFailure(engine: error), requestID)
        }
    }
}

extension OrderDone {
    /// Carries an order out, or finds out what it would do.
    fileprivate init(_ order: Order, in store: EventStore) async throws(EngineError) {
        self.init()
        switch order.kind {
        case .compact:
            if order.isDryRun {
                chunksBefore = UInt32(clamping: store.snapshot.chunkCount)
                chunksAfter = chunksBefore
            } else {
                take(try await store.compact())
            }
        case .deleteBefore(let time):
            if order.isDryRun {
                try preview(store.preview(deletingBefore: time))
            } else {
                take(try await store.delete(before: time))
            }
        case .erase(let attribute, let values):
            if order.isDryRun {
                try preview(store.preview(erasing: attribute, values: values))
            } else {
                take(try await store.erase(attribute: attribute, values: values))
            }
        }
    }

    private mutating func preview(_ preview: DeletionPreview) throws(EngineError) {
        events = UInt64(preview.eventCount)
        chunksBefore = UInt32(clamping: preview.chunks.count)
        bytesBefore = UInt64(preview.chunks.byteCount)
    }

    private mutating func take(_ report: CompactionReport) {
        chunksBefore = UInt32(clamping: report.chunksBefore)
        chunksAfter = UInt32(clamping: report.chunksAfter)
        bytesBefore = UInt64(report.bytesBefore)
        bytesAfter = UInt64(report.bytesAfter)
    }

    private mutating func take(_ receipt: DeletionReceipt) {
        chunksBefore = UInt32(clamping: receipt.rewritten.count)
        chunksAfter = UInt32(clamping: receipt.merged.count)
        bytesBefore = UInt64(receipt.rewritten.byteCount)
        bytesAfter = UInt64(receipt.merged.byteCount)
        tombstone = receipt.tombstone.number
        sequence = receipt.tombstone.sequence
        time = receipt.tombstone.time
        events = UInt64(receipt.eventCount)
        isFinished = receipt.isFinished
        if case .subject(let subject) = receipt.tombstone.target { self.subject = subject.values }
    }
}
