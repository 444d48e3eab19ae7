import AuraCore

/// A producer and the window of its last batches.
struct Producer: Hashable, Sendable {
    /// One remembered batch.
    struct Entry: Hashable, Sendable {
        var producerSequence: UInt64 = 0
        var firstSequence: UInt64 = 0
        var rowCount = 0
        var clientHash: UInt64 = 0
    }

    let name: ExactText
    private(set) var epoch: UInt32 = 1
    /// The number its next batch must have.
    private(set) var nextSequence: UInt64 = 1
    /// Ingest time of its last record.
    private(set) var time: Int64
    /// Entry of batch n at index n mod `Limits.producerWindow`; empty before the first.
    private(set) var window: [Entry] = []

    /// A producer that was opened for the first time.
    init(name: ExactText, time: Int64) {
        self.name = name
        self.time = time
    }

    /// A producer as a checkpoint remembers it.
    init(name: ExactText, epoch: UInt32, nextSequence: UInt64, time: Int64, entries: [Entry]) {
        self.name = name
        self.epoch = epoch
        self.nextSequence = nextSequence
        self.time = time
        guard !entries.isEmpty else { return }
        window = Array(repeating: Entry(), count: Limits.producerWindow)
        for entry in entries {
            window[Int(entry.producerSequence % UInt64(Limits.producerWindow))] = entry
        }
    }

    /// What to do with a batch of its last opening.
    func verdict(_ sequence: UInt64, _ clientHash: UInt64) -> Producers.Verdict {
        if sequence == 0 { return .gap(expected: nextSequence) }
        if sequence == nextSequence { return .next }
        if sequence > nextSequence {
            return Canary.admitGap.isActive ? .next : .gap(expected: nextSequence)
        }
        let slot = Int(sequence % UInt64(Limits.producerWindow))
        guard slot < window.count, window[slot].producerSequence == sequence else {
            return .tooOld
        }
        let entry = window[slot]
        guard entry.clientHash == clientHash else { return .conflict }
        return .duplicate(firstSequence: entry.firstSequence, rowCount: entry.rowCount)
    }

    /// Opens it again; nil if the record does not follow.
    mutating func open(_ record: RecordHeader) -> Producers.Undo? {
        guard epoch < .max, record.epoch == epoch + 1 else { return nil }
        defer { time = record.ingestTime }
        epoch = record.epoch
        return .opened(producer: record.producer, time: time)
    }

    mutating func undoOpening(_ time: Int64) {
        epoch -= 1
        self.time = time
    }

    /// Takes a batch; nil if the record does not follow.
    mutating func append(_ record: RecordHeader) -> Producers.Undo? {
        guard record.epoch == epoch, record.producerSequence == nextSequence else { return nil }
        let slot = Int(nextSequence % UInt64(Limits.producerWindow))
        let old = window.isEmpty ? nil : window[slot]
        if window.isEmpty {
            window = Array(repeating: Entry(), count: Limits.producerWindow)
        }
        window[slot] = Entry(
            producerSequence: nextSequence, firstSequence: record.firstSequence,
            rowCount: record.rowCount, clientHash: record.clientHash)
        nextSequence += 1
        defer { time = record.ingestTime }
        return .appended(producer: record.producer, slot: slot, old: old, time: time)
    }

    mutating func undoAppend(_ slot: Int, _ old: Entry?, _ time: Int64) {
        nextSequence -= 1
        if let old { window[slot] = old } else { window = [] }
        self.time = time
    }
}
