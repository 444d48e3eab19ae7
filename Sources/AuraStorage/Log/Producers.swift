public import AuraCore

/// What the store remembers of each producer, so that a batch sent again is stored once.
///
/// A pure function of the log: records are applied in order, live and in recovery alike. What was
/// applied for a group that then failed is taken back with `undo`.
public struct Producers: Hashable, Sendable {
    /// What to do with a batch.
    enum Verdict: Hashable {
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
        /// No such producer, or it was forgotten.
        case unknown
    }

    /// How to take one applied record back.
    enum Undo: Sendable {
        case opened(producer: UInt32, time: Int64)
        case created(forgotten: Forgotten?)
        case appended(producer: UInt32, slot: Int, old: Producer.Entry?, time: Int64)
    }

    /// A producer that made room for another.
    struct Forgotten: Sendable {
        let handle: UInt32
        let producer: Producer
    }

    private(set) var producers: [UInt32: Producer] = [:]
    private var handles: [ExactText: UInt32] = [:]
    /// The greatest handle so far: none stands for two names, also when one is forgotten.
    private(set) var lastHandle: UInt32 = 0
    private let capacity: Int

    /// None, and room for as many as the formats allow.
    public init() {
        self.init(capacity: Limits.producers)
    }

    /// None, and room for that many.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Takes a producer that a checkpoint remembers; false if another has its name.
    mutating func insert(_ producer: Producer, _ handle: UInt32) -> Bool {
        guard handles[producer.name] == nil else { return false }
        handles[producer.name] = handle
        producers[handle] = producer
        return true
    }

    /// Goes on behind the handles that were given.
    mutating func resume(lastHandle: UInt32) {
        self.lastHandle = lastHandle
    }

    /// The name of a producer; nil if it is not remembered.
    public func name(of handle: UInt32) -> ExactText? { producers[handle]?.name }

    /// How many are remembered.
    public var count: Int { producers.count }

    /// What to do with a batch of that producer, opening and number.
    func verdict(
        producer: UInt32, epoch: UInt32, sequence: UInt64, clientHash: UInt64
    ) -> Verdict {
        guard let state = producers[producer] else { return .unknown }
        if epoch != state.epoch, !Canary.admitFencedEpoch.isActive {
            return epoch < state.epoch ? .fenced : .unknown
        }
        return state.verdict(sequence, clientHash)
    }

    /// The record that opens a producer at that ingest time: its handle and next epoch; nil if no
    /// more names fit.
    func opening(of name: String, at time: Int64) -> RecordHeader? {
        var record = RecordHeader(.producerOpen)
        if let handle = handles[ExactText(name)], let state = producers[handle] {
            guard state.epoch < .max else { return nil }
            record.producer = handle
            record.epoch = state.epoch + 1
        } else {
            guard lastHandle < .max, producers.count < capacity || idleHandle(at: time) != nil
            else { return nil }
            record.producer = lastHandle + 1
            record.epoch = 1
        }
        return record
    }

    /// The producer to forget for another: the one that has been idle for longest, if for long
    /// enough; of several the first.
    private func idleHandle(at time: Int64) -> UInt32? {
        let least = producers.min { ($0.value.time, $0.key) < ($1.value.time, $1.key) }
        // Times of the log never descend, but they may be any: their distance fits no Int64.
        guard let (handle, state) = least, time >= state.time,
            UInt64(bitPattern: time &- state.time) >= UInt64(Limits.producerIdle)
        else { return nil }
        return handle
    }

    /// The next number that the producer may use.
    func nextSequence(of producer: UInt32) -> UInt64 {
        producers[producer]?.nextSequence ?? 1
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
            return open(record, ExactText(name))
        case .append:
            if Canary.dropDuplicateEntry.isActive, record.producerSequence % 8 == 0 { return nil }
            return producers[record.producer]?.append(record)
        }
    }

    private mutating func open(_ record: RecordHeader, _ name: ExactText) -> Undo? {
        guard record.producerSequence == 0 else { return nil }
        if handles[name] == record.producer { return producers[record.producer]?.open(record) }
        guard handles[name] == nil, record.epoch == 1, lastHandle < .max,
            record.producer == lastHandle + 1
        else { return nil }
        var forgotten: Forgotten?
        if producers.count == capacity {
            guard let handle = idleHandle(at: record.ingestTime),
                let producer = producers.removeValue(forKey: handle)
            else { return nil }
            handles[producer.name] = nil
            forgotten = Forgotten(handle: handle, producer: producer)
        }
        lastHandle += 1
        handles[name] = lastHandle
        producers[lastHandle] = Producer(name: name, time: record.ingestTime)
        return .created(forgotten: forgotten)
    }

    /// Takes an applied record back; the latest first.
    mutating func undo(_ step: Undo) {
        switch step {
        case .created(let forgotten):
            guard let created = producers.removeValue(forKey: lastHandle) else {
                preconditionFailure("undone out of order")
            }
            handles[created.name] = nil
            lastHandle -= 1
            if let forgotten {
                handles[forgotten.producer.name] = forgotten.handle
                producers[forgotten.handle] = forgotten.producer
            }
        case .opened(let producer, let time):
            producers[producer]?.undoOpening(time)
        case .appended(let producer, let slot, let old, let time):
            producers[producer]?.undoAppend(slot, old, time)
        }
    }
}
