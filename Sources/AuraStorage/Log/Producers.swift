import AuraCore

/// What the store remembers of each producer, so that a batch sent again is stored once.
///
/// A pure function of the log: records are applied in order, live and in recovery alike. What was
/// applied for a group that then failed is taken back with `undo`.
public struct Producers: Sendable {
    /// A producer and the window of its last batches.
    struct Producer: Sendable {
        let name: String
        var epoch: UInt32
        /// The number its next batch must have.
        var nextSequence: UInt64 = 1
        /// Entry of batch n at index n mod `Limits.producerWindow`.
        var window: [Entry] = []
    }

    /// One remembered batch.
    struct Entry: Sendable {
        var producerSequence: UInt64
        var firstSequence: UInt64
        var rowCount: Int
        var clientHash: UInt64
    }

    /// What to do with a batch.
    enum Verdict: Equatable {
        /// It is the next.
        case next
        /// It is stored already: the same bytes under the same number.
        case duplicate(firstSequence: UInt64, rowCount: Int)
        /// Its number was used for other bytes.
        case conflict
        /// Its number is below what is remembered; it was stored long ago.
        case tooOld
        /// A number between is missing.
        case gap(expected: UInt64)
        /// A later opening of the same name has taken over.
        case fenced
        /// No such producer.
        case unknown
    }

    /// How to take one applied record back.
    enum Undo: Sendable {
        case opened(producer: UInt32, epoch: UInt32)
        case created(producer: UInt32)
        case appended(producer: UInt32, slot: Int, old: Entry?)
    }

    private var producers: [Producer] = []
    private var handles: [String: UInt32] = [:]

    /// None.
    public init() {}

    /// How many names are known.
    public var count: Int { producers.count }

    /// What to do with a batch of that producer, opening and number.
    func verdict(
        producer: UInt32, epoch: UInt32, sequence: UInt64, clientHash: UInt64
    ) -> Verdict {
        guard producer >= 1, producer <= producers.count else { return .unknown }
        let state = producers[Int(producer) - 1]
        if epoch != state.epoch, !Canary.admitFencedEpoch.isActive {
            return epoch < state.epoch ? .fenced : .unknown
        }
        if sequence == 0 { return .gap(expected: state.nextSequence) }
        if sequence == state.nextSequence { return .next }
        if sequence > state.nextSequence {
            return Canary.admitGap.isActive ? .next : .gap(expected: state.nextSequence)
        }
        let slot = Int(sequence % UInt64(Limits.producerWindow))
        guard slot < state.window.count,
            state.window[slot].producerSequence == sequence
        else { return .tooOld }
        let entry = state.window[slot]
        guard entry.clientHash == clientHash else { return .conflict }
        return .duplicate(firstSequence: entry.firstSequence, rowCount: entry.rowCount)
    }

    /// The record that opens a producer: its handle and next epoch; nil if no more names fit.
    func opening(of name: String) -> RecordHeader? {
        var record = RecordHeader(.producerOpen)
        if let handle = handles[name] {
            record.producer = handle
            record.epoch = producers[Int(handle) - 1].epoch + 1
        } else {
            guard producers.count < Limits.producers else { return nil }
            record.producer = UInt32(producers.count + 1)
            record.epoch = 1
        }
        return record
    }

    /// The next number that the producer may use.
    func nextSequence(of producer: UInt32) -> UInt64 {
        producers[Int(producer) - 1].nextSequence
    }

    /// Applies a record of the log; `name` is the payload of an opening.
    ///
    /// - Returns: How to take it back; nil if the record does not follow from what was before,
    ///   which in a log that was read means corruption.
    mutating func apply(_ record: RecordHeader, name: String = "") -> Undo? {
        switch record.kind {
        case .edit:
            return nil
        case .producerOpen:
            return open(record, name: name)
        case .append:
            guard record.producer > 0 else { return nil }
            if Canary.dropDuplicateEntry.isActive, record.producerSequence % 8 == 0 { return nil }
            return append(record)
        }
    }

    private mutating func open(_ record: RecordHeader, name: String) -> Undo? {
        guard record.producerSequence == 0 else { return nil }
        let index = Int(record.producer) - 1
        if index == producers.count, record.epoch == 1, handles[name] == nil {
            producers.append(Producer(name: name, epoch: 1))
            handles[name] = record.producer
            return .created(producer: record.producer)
        }
        guard producers.indices.contains(index), producers[index].name == name,
            record.epoch == producers[index].epoch + 1
        else { return nil }
        producers[index].epoch = record.epoch
        return .opened(producer: record.producer, epoch: record.epoch - 1)
    }

    private mutating func append(_ record: RecordHeader) -> Undo? {
        let index = Int(record.producer) - 1
        guard producers.indices.contains(index), producers[index].epoch == record.epoch,
            producers[index].nextSequence == record.producerSequence
        else { return nil }
        let entry = Entry(
            producerSequence: record.producerSequence, firstSequence: record.firstSequence,
            rowCount: record.rowCount, clientHash: record.clientHash)
        let slot = Int(record.producerSequence % UInt64(Limits.producerWindow))
        var old: Entry?
        if producers[index].window.isEmpty {
            producers[index].window = Array(
                repeating: Entry(producerSequence: 0, firstSequence: 0, rowCount: 0, clientHash: 0),
                count: Limits.producerWindow)
        } else {
            old = producers[index].window[slot]
        }
        producers[index].window[slot] = entry
        producers[index].nextSequence += 1
        return .appended(producer: record.producer, slot: slot, old: old)
    }

    /// Takes an applied record back; the latest first.
    mutating func undo(_ step: Undo) {
        switch step {
        case .created(let producer):
            precondition(Int(producer) == producers.count, "undone out of order")
            handles[producers.removeLast().name] = nil
        case .opened(let producer, let epoch):
            producers[Int(producer) - 1].epoch = epoch
        case .appended(let producer, let slot, let old):
            let index = Int(producer) - 1
            producers[index].nextSequence -= 1
            if let old {
                producers[index].window[slot] = old
            } else {
                producers[index].window = []
            }
        }
    }
}
