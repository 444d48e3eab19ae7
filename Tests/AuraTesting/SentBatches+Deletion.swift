import AuraCore
import AuraStorage

/// An order to delete batches that were sent.
struct Deletion: Sendable {
    enum Target: Sendable {
        case batch(Int)
        /// All of a time before that of the index, if that one is not late.
        case before(Int)
    }

    let target: Target
    /// The last event that it may mean.
    let sequence: UInt64
    let orderedAt: Int
    /// Operations of the disk before it was answered; `Int.max` while nobody knows what came of it.
    var answeredAt = Int.max

    func means(_ index: Int) -> Bool {
        switch target {
        case .batch(let other): index == other
        case .before(let end): SentBatches.time(of: index) < Timestamp(seconds: Int64(end))
        }
    }
}

extension SentBatches {
    /// Notes an order and returns its number.
    mutating func order(_ target: Deletion.Target, upTo sequence: UInt64, at operation: Int) -> Int
    {
        deletions.append(Deletion(target: target, sequence: sequence, orderedAt: operation))
        return deletions.count - 1
    }

    /// Whether an order that was answered means the batch at that place.
    func mustBeGone(_ index: Int, at sequence: UInt64) -> Bool {
        deletions.contains {
            $0.answeredAt < .max && $0.means(index) && sequence <= $0.sequence
        }
    }

    /// Whether an order may have deleted the batch.
    func mayBeGone(_ index: Int) -> Bool {
        deletions.contains {
            $0.means(index) && batches[index].firstSequence ?? 0 <= $0.sequence
        }
    }

    /// Whether an order may have deleted that batch of a client.
    func mayBeGone(_ client: Int, _ number: UInt64) -> Bool {
        batches.indices.contains {
            batches[$0].client == client && batches[$0].number == number && mayBeGone($0)
        }
    }
}
