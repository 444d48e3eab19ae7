import AuraCore

/// An event and its place in the store.
struct SequencedEvent: Sendable {
    let sequence: UInt64
    var event: Event
}

extension Strip {
    /// The events, with their sequence numbers.
    var events: [SequencedEvent] {
        batch.events().enumerated().map {
            SequencedEvent(sequence: firstSequence + UInt64($0), event: $1)
        }
    }

    /// Few strips of events in the order of their numbers: one, unless a batch's limits or a gap in
    /// the numbers say more.
    static func strips(of events: [SequencedEvent]) -> [Strip] {
        var strips: [Strip] = []
        var builder = BatchBuilder()
        var first: UInt64 = 0
        var next: UInt64 = 0
        func finish() {
            guard let bytes = builder.finish() else { return }
            do throws(FormatError) {
                strips.append(
                    Strip(firstSequence: first, batch: try EventBatch(validating: bytes)))
            } catch {
                preconditionFailure("an encoded batch is not valid: \(error)")
            }
        }
        for event in events {
            if event.sequence != next || !builder.append(valid: event.event) {
                finish()
                first = event.sequence
                builder.appendAlone(valid: event.event)
            }
            next = event.sequence + 1
        }
        finish()
        return strips
    }
}
