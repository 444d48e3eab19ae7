import AuraCore
import AuraStorage

/// What clients sent to a store and what they were told: the naive memory it is compared with.
///
/// Every batch is unlike every other, so that what a store holds can be named.
public struct SentBatches: Sendable {
    /// One batch, from its making to its answer.
    public struct Batch: Sendable {
        /// The client that numbered it; nil for one that nobody may send twice.
        public let client: Int?
        /// The client's number, from 1; 0 without client.
        public let number: UInt64
        /// What was sent.
        public let batch: EventBatch
        /// XXH3-64 of its bytes.
        public let hash: UInt64
        /// Operations of the disk before it was sent first.
        public let sentAt: Int
        /// Sequence number of its first event, once the client was told.
        public internal(set) var firstSequence: UInt64?
        /// Operations of the disk before the client was told.
        public internal(set) var answeredAt = Int.max
    }

    /// In the order of their making.
    public internal(set) var batches: [Batch] = []
    /// What was ordered to be deleted.
    var deletions: [Deletion] = []
    private var byHash: [UInt64: Int] = [:]

    /// None.
    public init() {}

    /// Makes a batch and remembers it as sent; returns its index.
    ///
    /// - Parameters:
    ///   - rows: Events in it.
    ///   - padding: Bytes that it is larger than it must be.
    ///   - sentAt: Operations of the disk so far.
    public mutating func make(
        rows: Int, padding: Int, client: Int?, number: UInt64, sentAt: Int
    ) -> Int {
        let index = batches.count
        var builder = BatchBuilder()
        var event = Event(
            type: index % 3 == 0 ? "user.login" : "api.error",
            time: SentBatches.time(of: index),
            attributes: [Attribute("batch", .int64(Int64(index)))])
        if padding > 0 {
            let text = String(repeating: "x", count: padding)
            event.attributes.append(Attribute("padding", .string(text)))
        }
        do {
            for row in 0..<rows {
                var event = event
                if row % 2 == 1 { event.attributes.append(Attribute("row", .int64(Int64(row)))) }
                _ = try builder.append(event)
            }
            let batch = try EventBatch(validating: builder.finish() ?? [])
            let hash = Checksum.hash64(batch.bytes)
            precondition(byHash[hash] == nil, "Two batches are alike")
            byHash[hash] = index
            batches.append(
                Batch(client: client, number: number, batch: batch, hash: hash, sentAt: sentAt))
        } catch {
            preconditionFailure("A batch cannot be made: \(error)")
        }
        return index
    }

    /// The time of a batch's events: in the order of indexes, but for some that are years late.
    static func time(of index: Int) -> Timestamp {
        Timestamp(seconds: Int64(index) - (index % 11 == 5 ? 100_000_000 : 0))
    }

    /// The batch with those bytes.
    func index(of batch: EventBatch) -> Int? {
        guard let index = byHash[Checksum.hash64(batch.bytes)] else { return nil }
        let known = batches[index].batch
        return known.bytes.isEqual(batch.bytes) ? index : nil
    }

    /// Notes an answer, which must agree with an earlier one.
    mutating func answer(
        _ index: Int, firstSequence: UInt64, rowCount: Int, at operation: Int
    ) throws(Violation) {
        guard rowCount == batches[index].batch.rowCount else {
            throw Violation("batch \(index) was answered with \(rowCount) rows")
        }
        if let earlier = batches[index].firstSequence {
            guard earlier == firstSequence else {
                throw Violation("batch \(index) was answered \(earlier), then \(firstSequence)")
            }
        } else {
            batches[index].firstSequence = firstSequence
            batches[index].answeredAt = operation
        }
    }

    /// The same memory as it was when the disk had carried out that many operations.
    public func asOf(_ operation: Int) -> SentBatches {
        var copy = self
        for index in copy.batches.indices where copy.batches[index].answeredAt > operation {
            copy.batches[index].firstSequence = nil
        }
        copy.deletions = deletions.filter { $0.orderedAt <= operation }
        for index in copy.deletions.indices where copy.deletions[index].answeredAt > operation {
            copy.deletions[index].answeredAt = .max
        }
        return copy
    }
}

/// Something that must never happen did.
public struct Violation: Error, Hashable, CustomStringConvertible {
    /// What happened.
    public let description: String

    /// A violation in words.
    public init(_ description: String) {
        self.description = description
    }
}

extension SentBatches {
    /// Compares a snapshot with what was sent; returns, for each client, how many of its batches it
    /// holds.
    ///
    /// Every answered batch is there once, in its place; nothing is there that was not sent before
    /// operation `moment`; batches are there whole or not at all; each client's are there in the
    /// order of their numbers without gaps. On a device that lies, what lies beyond `stable` may be
    /// missing, but nothing before it.
    @discardableResult
    public func check(
        _ snapshot: Snapshot, moment: Int = .max, stable: UInt64 = .max
    ) throws(Violation) -> [Int: UInt64] {
        var found = Found(
            end: deletions.map(\.sequence).max() ?? 0, isLying: stable < .max)
        let problem = walk(snapshot) { (index, sequence) throws(Violation) in
            try found.add(index, of: self, at: sequence, moment: moment)
        }
        if let problem { throw problem }
        guard snapshot.watermark + 1 == found.nextSequence || snapshot.watermark <= found.end
        else { throw Violation("the watermark is \(snapshot.watermark)") }
        for (index, batch) in batches.enumerated() {
            guard let expected = batch.firstSequence else { continue }
            let place = found.places[index]
            if place == nil, mayBeGone(index) { continue }
            guard place == expected || place == nil && expected > stable else {
                throw Violation(
                    "batch \(index) was answered \(expected) and "
                        + (place.map { "lies at \($0)" } ?? "is not there"))
            }
        }
        // What is deleted at the end of a client's batches was there as well.
        for client in Set(batches.compactMap(\.client)) {
            while mayBeGone(client, found.lastNumbers[client, default: 0] + 1) {
                found.lastNumbers[client, default: 0] += 1
            }
        }
        return found.lastNumbers
    }

    /// What was found so far.
    private struct Found {
        var places: [Int: UInt64] = [:]
        var lastNumbers: [Int: UInt64] = [:]
        var nextSequence: UInt64 = 1
        /// The last event that a deletion may mean.
        let end: UInt64

        /// A device that lies may forget orders, too.
        let isLying: Bool

        init(end: UInt64, isLying: Bool) {
            self.end = end
            self.isLying = isLying
        }

        mutating func add(
            _ index: Int, of sent: SentBatches, at sequence: UInt64, moment: Int
        ) throws(Violation) {
            let batch = sent.batches[index]
            guard sequence == nextSequence || sequence > nextSequence && sequence <= end + 1 else {
                throw Violation("batch \(index) lies at \(sequence), expected \(nextSequence)")
            }
            nextSequence = sequence + UInt64(batch.batch.rowCount)
            guard places.updateValue(sequence, forKey: index) == nil else {
                throw Violation("batch \(index) is there twice")
            }
            guard batch.sentAt <= moment else {
                throw Violation("batch \(index) is there before it was sent")
            }
            guard isLying || !sent.mustBeGone(index, at: sequence) else {
                throw Violation("batch \(index) was deleted and is there")
            }
            guard let client = batch.client else { return }
            while lastNumbers[client, default: 0] + 1 < batch.number,
                sent.mayBeGone(client, lastNumbers[client, default: 0] + 1)
            {
                lastNumbers[client, default: 0] += 1
            }
            guard batch.number == lastNumbers[client, default: 0] + 1 else {
                throw Violation(
                    "batch \(batch.number) of client \(client) follows "
                        + "\(lastNumbers[client, default: 0])")
            }
            lastNumbers[client] = batch.number
        }
    }

    /// Calls `body` with each batch of the snapshot and its first sequence number.
    private func walk(
        _ snapshot: Snapshot, _ body: (Int, UInt64) throws(Violation) -> Void
    ) -> Violation? {
        var problem: Violation?
        do throws(StorageError) {
            try snapshot.forEachStrip { strip in
                do throws(Violation) {
                    if let index = index(of: strip.batch) {
                        try body(index, strip.firstSequence)
                    } else {
                        try walk(merged: strip, body)
                    }
                    return true
                } catch {
                    problem = error
                    return false
                }
            }
        } catch {
            return Violation("it cannot be read: \(error)")
        }
        return problem
    }

    /// The batches of a strip that the head made of several: told by their events.
    private func walk(
        merged strip: Strip, _ body: (Int, UInt64) throws(Violation) -> Void
    ) throws(Violation) {
        var events = strip.batch.events()[...]
        var sequence = strip.firstSequence
        while let event = events.first {
            guard case .int64(let number)? = event["batch"],
                batches.indices.contains(Int(number))
            else { throw Violation("an event at \(sequence) that nobody sent: \(event)") }
            let expected = batches[Int(number)].batch.events()
            guard events.starts(with: expected) else {
                throw Violation("batch \(number) at \(sequence) is not whole")
            }
            try body(Int(number), sequence)
            events = events.dropFirst(expected.count)
            sequence += UInt64(expected.count)
        }
    }
}
