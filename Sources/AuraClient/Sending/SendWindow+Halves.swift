import AuraCore
import NIOCore

extension SendWindow.Batch {
    /// Two batches of its first and of its second half; nil if it has one event, or came encoded.
    ///
    /// The slow way, for batches that a server refuses: every event is taken apart.
    var halves: [SendWindow.Batch]? {
        guard let part, rowCount > 1 else { return nil }
        do throws(FormatError) {
            let events = try EventBatch(validating: Array(body.readableBytesView)).events()
            let middle = rowCount / 2
            guard let first = SendWindow.Batch.encoded(events[..<middle]),
                let second = SendWindow.Batch.encoded(events[middle...])
            else { return nil }
            let border = part.lowerBound + middle
            return [
                SendWindow.Batch(
                    id: id, body: first, rowCount: middle, part: part.lowerBound..<border),
                SendWindow.Batch(
                    id: id, body: second, rowCount: rowCount - middle,
                    part: border..<part.upperBound),
            ]
        } catch {
            preconditionFailure("a batch that was encoded here is not valid: \(error)")
        }
    }

    private static func encoded(_ events: ArraySlice<Event>) -> ByteBuffer? {
        var builder = BatchBuilder()
        for event in events where !builder.append(valid: event) { return nil }
        return builder.finish().map { ByteBuffer(bytes: $0) }
    }
}
