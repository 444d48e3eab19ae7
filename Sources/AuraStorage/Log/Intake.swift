public import AuraCore

/// Where batches wait for the next commit: decides on each, in order, and lays it into a group.
///
/// Sequence numbers are given and duplicates told here, so that the answer is fixed before the
/// bytes are durable; `fail` takes back what a failed commit leaves behind. A ticket is whatever
/// the owner needs to answer the sender with, once `take`n group and answer are durable.
public struct Intake<Ticket: Sendable>: Sendable {
    /// A sender's answer, to be given when the group it came with is durable.
    public struct Answer: Sendable {
        /// Stands for the sender.
        public let ticket: Ticket
        /// What it is told.
        public let outcome: AppendOutcome
    }

    /// A group to commit, with the answers that become true with it.
    public struct Batch: Sendable {
        /// What is to be made durable.
        public var group: CommitGroup
        /// What is to be told then, in order.
        public let answers: [Answer]
    }

    private struct Filling: Sendable {
        var group: CommitGroup
        var answers: [Answer] = []
        var undo: [Producers.Undo] = []
    }

    private var producers: Producers
    private var nextSequence: UInt64
    private var lastIngestTime: Int64
    private var waiting: [Filling] = []
    /// What the group that was taken last did; kept until it is known to be durable.
    private var takenUndo: [Producers.Undo] = []
    private var takenBytes = 0
    private var waitingBytes = 0
    private var sizeHint = 0
    /// Bytes of a group: it must fit into a segment.
    private let groupLimit: Int

    /// Memory that events may take, those that wait included.
    public var memoryLimit: Int
    /// Memory that the head takes; the owner keeps it true.
    public var headBytes: Int
    /// Bytes that may wait for commits.
    public var queueLimit: Int

    /// An intake that continues where the storage stands.
    public init(_ storage: Storage, memoryLimit: Int, queueLimit: Int = 64 << 20) {
        producers = storage.producers
        nextSequence = storage.nextSequence
        lastIngestTime = storage.lastIngestTime
        headBytes = storage.headBytes
        groupLimit = min(Limits.groupBytes, storage.groupRoom)
        self.memoryLimit = memoryLimit
        self.queueLimit = queueLimit
    }

    /// Whether nothing waits.
    public var isEmpty: Bool { waiting.isEmpty }

    /// Takes a batch that is valid, or says why not; a refusal changes nothing.
    public mutating func append(
        _ batch: RawSpan, layout: BatchLayout, origin: BatchOrigin, ticket: Ticket, now: Int64
    ) throws(Refusal) {
        if origin.producer > 0 {
            switch producers.verdict(
                producer: origin.producer, epoch: origin.epoch, sequence: origin.sequence,
                clientHash: origin.clientHash)
            {
            case .next: break
            case .duplicate(let first, let rows):
                answer(ticket, .duplicate(firstSequence: first, rowCount: rows))
                return
            case .conflict: throw .sequenceConflict(origin.sequence)
            case .tooOld:
                answer(ticket, .forgotten)
                return
            case .gap(let expected): throw .outOfSequence(expected: expected)
            case .fenced: throw .fenced
            case .unknown: throw .unknownProducer
            }
        }
        try admit(batch.byteCount)
        var record = RecordHeader(.append)
        record.isRewritten = origin.isRewritten
        record.producer = origin.producer
        record.epoch = origin.epoch
        record.producerSequence = origin.producer > 0 ? origin.sequence : 0
        record.firstSequence = nextSequence
        record.rowCount = layout.rowCount
        record.clientHash = origin.clientHash
        record.payloadHash = origin.isRewritten ? Checksum.hash64(batch) : origin.clientHash
        let outcome = AppendOutcome.stored(firstSequence: nextSequence, rowCount: layout.rowCount)
        nextSequence += UInt64(layout.rowCount)
        join(record, batch, layout: layout, name: "", ticket: ticket, outcome, now: now)
    }

    /// Opens a producer, by a record of its own: whoever opened the name before is fenced.
    public mutating func open(
        producer name: String, ticket: Ticket, now: Int64
    ) throws(Refusal) {
        guard (1...Limits.producerNameBytes).contains(name.utf8.count) else { throw .badName }
        let time = max(lastIngestTime, now)
        guard var record = producers.opening(of: name, at: time) else { throw .tooManyProducers }
        let payload = Array(name.utf8)
        try admit(payload.count)
        record.firstSequence = nextSequence
        record.clientHash = Checksum.hash64(payload.rawSpan)
        record.payloadHash = record.clientHash
        let next = producers.nextSequence(of: record.producer)
        join(
            record, payload.rawSpan, layout: nil, name: name, ticket: ticket,
            .opened(producer: record.producer, epoch: record.epoch, nextSequence: next), now: now)
    }

    private func admit(_ size: Int) throws(Refusal) {
        let pending = waitingBytes + takenBytes
        guard headBytes + pending + size <= memoryLimit else { throw .memoryFull }
        guard pending + size <= queueLimit else { throw .overloaded }
    }

    private mutating func join(
        _ record: RecordHeader, _ payload: RawSpan, layout: BatchLayout?, name: String,
        ticket: Ticket, _ outcome: AppendOutcome, now: Int64
    ) {
        var record = record
        lastIngestTime = max(lastIngestTime, now)
        record.ingestTime = lastIngestTime
        if waiting.last?.group.hasRoom(for: payload.byteCount, within: groupLimit) != true {
            waiting.append(Filling(group: CommitGroup(capacity: sizeHint)))
        }
        let last = waiting.count - 1
        if let step = producers.apply(record, name: name) { waiting[last].undo.append(step) }
        waiting[last].group.append(record, payload: payload, layout: layout)
        waiting[last].answers.append(Answer(ticket: ticket, outcome: outcome))
        waitingBytes += payload.byteCount + RecordHeader.size
    }

    /// An answer without bytes of its own: it waits for what came before it.
    private mutating func answer(_ ticket: Ticket, _ outcome: AppendOutcome) {
        if waiting.isEmpty { waiting.append(Filling(group: CommitGroup())) }
        waiting[waiting.count - 1].answers.append(Answer(ticket: ticket, outcome: outcome))
    }

    /// The next group to commit; nil if nothing waits.
    ///
    /// `finish` or `fail` must follow.
    ///
    /// A group without records needs no commit: its answers hold already.
    public mutating func take() -> Batch? {
        guard !waiting.isEmpty else { return nil }
        let filling = waiting.removeFirst()
        takenUndo = filling.undo
        let bytes = filling.group.records.reduce(0) {
            $0 + $1.header.payloadSize + RecordHeader.size
        }
        takenBytes = bytes
        waitingBytes -= bytes
        sizeHint = filling.group.size + Limits.groupAlignment
        return Batch(group: filling.group, answers: filling.answers)
    }

    /// The group taken last is durable and in the head, which now takes `headBytes`.
    public mutating func finish(headBytes: Int) {
        takenUndo = []
        takenBytes = 0
        self.headBytes = headBytes
    }

    /// The group taken last is not durable: forgets it and all that waits behind it.
    ///
    /// - Returns: The tickets of what waited, which must be refused as well.
    public mutating func fail(nextSequence: UInt64) -> [Ticket] {
        let tickets = waiting.flatMap { $0.answers.map(\.ticket) }
        if !Canary.forgetToTakeBack.isActive {
            for filling in waiting.reversed() {
                for step in filling.undo.reversed() { producers.undo(step) }
            }
            for step in takenUndo.reversed() { producers.undo(step) }
        }
        waiting = []
        takenUndo = []
        takenBytes = 0
        waitingBytes = 0
        self.nextSequence = nextSequence
        return tickets
    }
}

/// What became of a batch, or of the opening of a producer.
public enum AppendOutcome: Hashable, Sendable {
    /// Stored under these sequence numbers.
    case stored(firstSequence: UInt64, rowCount: Int)
    /// Stored before, under these sequence numbers.
    case duplicate(firstSequence: UInt64, rowCount: Int)
    /// Stored before, so long ago that the numbers are not remembered.
    case forgotten
    /// A producer was opened: its handle and epoch, and the number of its next batch.
    case opened(producer: UInt32, epoch: UInt32, nextSequence: UInt64)
}

/// Who sent a batch, as its number.
public struct BatchOrigin: Hashable, Sendable {
    /// The handle of an opened producer; 0 for none, which is never deduplicated.
    public var producer: UInt32
    /// Which opening of it.
    public var epoch: UInt32
    /// The producer's number of the batch.
    public var sequence: UInt64
    /// XXH3-64 of the batch as it was sent.
    public var clientHash: UInt64
    /// The bytes are not those that were sent: the privacy rules re-encoded them.
    public var isRewritten: Bool

    /// An origin of these parts.
    public init(
        producer: UInt32 = 0, epoch: UInt32 = 0, sequence: UInt64 = 0, clientHash: UInt64,
        isRewritten: Bool = false
    ) {
        self.producer = producer
        self.epoch = epoch
        self.sequence = sequence
        self.clientHash = clientHash
        self.isRewritten = isRewritten
    }
}

/// Why a batch or producer was not taken.
///
/// Nothing of it was stored by this attempt.
public enum Refusal: Error, Hashable, Sendable {
    /// The number was used for other bytes.
    case sequenceConflict(UInt64)
    /// Batches are missing before this one.
    case outOfSequence(expected: UInt64)
    /// A later opening of the producer's name has taken over.
    case fenced
    /// The producer must be opened first; a name that was not used for long may have been forgotten.
    case unknownProducer
    /// As many producers are remembered as fit, and all were used lately.
    case tooManyProducers
    /// A producer's name is empty or too long.
    case badName
    /// The memory for events is spent.
    case memoryFull
    /// Too much waits for commits.
    case overloaded
    /// The commit failed: the disk has no room, for now.
    case noSpace
    /// The log is not writable until a restart.
    case failed
    /// The store is closing.
    case closed
}
