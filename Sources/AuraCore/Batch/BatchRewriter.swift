/// Encodes a batch anew from its events, some of which were changed.
///
/// The slow way: every event was taken apart.
struct BatchRewriter {
    private var builder = BatchBuilder()

    /// Adds an event whether or not the builder holds the batch for full.
    ///
    /// That is an estimate, and what came out of a batch mostly fits one: the encoded size decides.
    mutating func add(_ event: Event) throws(RewriteError) {
        do throws(EventError) {
            try builder.beginRow(type: builder.type(event.type), time: event.time)
            if let id = event.id { try builder.set(ReservedName.id, id.value) }
            for attribute in event.attributes { try builder.set(attribute.name, attribute.value) }
        } catch {
            throw .event(error)
        }
    }

    /// The batch; nil if no event was added.
    func finish() throws(RewriteError) -> EventBatch? {
        guard builder.rowCount > 0 else { return nil }
        do throws(FormatError) {
            return try EventBatch(validating: BatchEncoder.encode(builder))
        } catch {
            throw .batch(error)
        }
    }
}

/// Why a batch cannot be encoded anew.
public enum RewriteError: Error, Hashable, Sendable {
    /// It holds an event that no builder takes.
    case event(EventError)
    /// What is left of it exceeds the limits of a batch.
    case batch(FormatError)
}
