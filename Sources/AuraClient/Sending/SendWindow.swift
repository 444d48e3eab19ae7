import AuraCore
import NIOCore

/// What a producer has to send, is sending and has sent: its batches in order, with two marks.
///
/// ```
/// base            base + storedCount       base + sentCount          base + count
///  │ stored, kept     │ sent, not answered     │ not sent                 │
/// ```
///
/// A batch keeps its bytes and its number from the moment that it is first sent, so that sending it
/// again can never store it twice. A stored batch is kept until the server calls it stable: until
/// then damage to the log's last group could make the server ask for it again.
///
/// A pure value: no clock, no socket. Whoever owns it sends what `next` gives and reports what
/// comes back.
struct SendWindow: Sendable {
    /// A batch that waits for its acknowledgement, or for the server's letting go of it.
    struct Batch: Sendable {
        /// The owner's name for it; unlike the number it never changes.
        let id: UInt64
        let body: ByteBuffer
        let rowCount: Int
        /// Its events among those that were gathered as one batch; nil where it must not be divided,
        /// for it came encoded.
        let part: Range<Int>?
        /// XXH3-64 of the body.
        let hash: UInt64
        /// Which sending of it was the last; answers to earlier ones count no more.
        fileprivate(set) var attempt: UInt32 = 0
        /// The last sequence number of its events, once it is stored.
        fileprivate(set) var lastSequence: UInt64 = 0
        /// Whether it was acknowledged, and must be sent again because the server may have lost it.
        fileprivate(set) var isRestored = false
        /// Whether it was sent and the answer never came.
        fileprivate(set) var isUncertain = false

        init(id: UInt64, body: ByteBuffer, rowCount: Int, part: Range<Int>? = nil) {
            self.id = id
            self.body = body
            self.rowCount = rowCount
            self.part = part
            hash = Checksum.hash64(body.readableBytesSpan)
        }

        var size: Int { body.readableBytes }
        /// Where its first event stands among all that was gathered.
        var position: SpoolPosition {
            SpoolPosition(id: id, row: UInt32(part?.lowerBound ?? 0))
        }
        /// Where the batch behind it begins at the earliest.
        var end: SpoolPosition {
            SpoolPosition(id: id, row: UInt32(part?.upperBound ?? rowCount))
        }
    }

    /// A batch with the number that it has now.
    struct Numbered: Sendable {
        let batch: Batch
        let number: UInt64
    }

    /// What the opening of the producer found.
    enum Opening: Hashable, Sendable {
        /// Sending goes on; that many batches that were acknowledged must be sent again.
        case resumed(restored: Int)
        /// The server lacks batches of these old numbers, which are kept no longer.
        case behind(lost: Range<UInt64>)
        /// The server has batches under numbers that this producer never used.
        case ahead
    }

    /// What an answer meant for a batch.
    enum Outcome: Sendable {
        /// The batch that was answered.
        case batch(Numbered)
        /// The answer is to a sending that counts no more.
        case stale
        /// No server that keeps to the protocol answers so.
        case impossible
    }

    private var batches = CircularBuffer<Batch>()
    /// The number of the first batch; nil until the producer is open for the first time.
    private(set) var base: UInt64?
    /// Batches at the front that are stored.
    private(set) var storedCount = 0
    /// Batches at the front that were sent and not refused since, the stored ones included.
    private(set) var sentCount = 0
    /// The server's next number when the producer was opened last.
    private var openedAt: UInt64 = 0
    /// Batches that may be sent and not answered.
    var limit: Int
    /// Bytes of all batches.
    private(set) var size = 0
    /// What a spool has said, if the batches come out of one.
    private var spool: SpoolProgress?

    /// An empty window that lets at most `limit` batches be in flight.
    init(limit: Int) {
        self.limit = limit
    }

    /// A window of batches that come out of a spool, which has that mark.
    init(limit: Int, spool mark: SpoolMark?) {
        self.limit = limit
        base = mark?.number
        spool = SpoolProgress(mark)
    }

    /// Batches, the stored ones included.
    var count: Int { batches.count }
    /// Batches that are not known to be stored.
    var unansweredCount: Int { batches.count - storedCount }
    /// Batches that were sent and wait for an answer.
    var inFlightCount: Int { sentCount - storedCount }

    /// The number under which the batch of that id may be stored: if it is here, and was sent and
    /// not refused.
    func sentNumber(of id: UInt64) -> UInt64? {
        guard let base, let place = batches.firstIndex(where: { $0.id == id }) else { return nil }
        let offset = batches.distance(from: batches.startIndex, to: place)
        guard offset < sentCount || batches[place].isUncertain else { return nil }
        return base + UInt64(offset)
    }

    /// Adds a batch at the end.
    mutating func append(_ batch: Batch) {
        batches.append(batch)
        size += batch.size
        if let base, let spool, base + UInt64(count) <= spool.stored {
            batches[index(count - 1)].isRestored = true
        }
        spool?.end = batch.end
    }

    /// The next batch to send: nil if none waits, too many are in flight, or it exceeds `credit`.
    mutating func next(attempt: UInt32, credit: Int) -> Numbered? {
        guard base != nil, sentCount < batches.count, inFlightCount < limit,
            batches[index(sentCount)].size <= credit, maySendNext
        else { return nil }
        batches[index(sentCount)].attempt = attempt
        sentCount += 1
        return numbered(sentCount - 1)
    }

    /// Whatever was not answered must be sent again.
    mutating func forgetSendings() {
        for offset in storedCount..<sentCount { batches[index(offset)].isUncertain = true }
        sentCount = storedCount
    }

    /// The producer is open, and the server wants this number next.
    ///
    /// Every batch that is not known to be stored will be sent again, also where the server has its
    /// number: its answer proves by the hash that it has these bytes and no one else's. So will
    /// all batches if this is not the store that acknowledged them, but a copy restored since; and
    /// the last batch at any rate, since servers say what is stable only to those who append.
    /// After `behind` all batches are numbered anew from `next`; after `ahead` nothing is changed.
    mutating func opened(next: UInt64, isSameStore: Bool = true) -> Opening {
        openedAt = next
        forgetSendings()
        guard let base else {
            self.base = next
            spool?.numbered(from: next)
            return .resumed(restored: 0)
        }
        // Of a spool's batches the last that were sent may not be here yet.
        guard next <= max(base + UInt64(batches.count), spool?.limit ?? 0) else { return .ahead }
        spool?.acknowledged(before: base + UInt64(storedCount))
        var proven = isSameStore ? min(storedCount, Int(max(next, base) - base)) : 0
        if proven > 0, proven == batches.count { proven -= 1 }
        let restored = storedCount - proven
        for offset in proven..<storedCount { batches[index(offset)].isRestored = true }
        storedCount = proven
        sentCount = proven
        guard next < base else { return .resumed(restored: restored) }
        self.base = next
        spool?.renumbered(from: base, to: next)
        return .behind(lost: next..<base)
    }

    /// The server has the batch of that sending, which is the first in flight: servers answer in
    /// order.
    mutating func acknowledge(
        attempt: UInt32, number: UInt64, firstSequence: UInt64, rowCount: Int
    ) -> Outcome {
        guard let offset = offset(attempt: attempt) else { return .stale }
        guard let base, offset == storedCount, number == base + UInt64(offset) else {
            return .impossible
        }
        batches[index(offset)].lastSequence = firstSequence + UInt64(max(rowCount, 1) - 1)
        storedCount += 1
        return numbered(offset).map(Outcome.batch) ?? .impossible
    }

    /// Lets go of what is stable: stored under sequence numbers up to this one.
    mutating func release(stable: UInt64) {
        while storedCount > 0, let first = batches.first, first.lastSequence <= stable {
            size -= first.size
            batches.removeFirst()
            base = base.map { $0 + 1 }
            storedCount -= 1
            sentCount -= 1
        }
    }

    /// A sending was refused for now: its batch and all behind it must be sent again, since the
    /// server takes none of those before this one.
    mutating func rewind(attempt: UInt32) -> Outcome {
        guard let offset = offset(attempt: attempt) else { return .stale }
        sentCount = offset
        return numbered(offset).map(Outcome.batch) ?? .impossible
    }

    /// The server misses the batch of that number: it and all behind it must be sent again.
    ///
    /// - Returns: False if it is not among those in flight.
    mutating func rewind(to number: UInt64) -> Bool {
        guard let base, number >= base + UInt64(storedCount), number < base + UInt64(sentCount)
        else { return false }
        sentCount = Int(number - base)
        return true
    }

    /// A sending was refused for good: takes its batch out.
    ///
    /// The batches behind it move up by one number, for the server refuses them under their old
    /// ones.
    ///
    /// - Returns: `impossible` if the server had stored its number when the producer was opened.
    mutating func remove(attempt: UInt32) -> Outcome {
        guard let offset = offset(attempt: attempt) else { return .stale }
        guard let refused = numbered(offset), refused.number >= openedAt else {
            return .impossible
        }
        batches.remove(at: index(offset))
        size -= refused.batch.size
        sentCount = offset
        spool?.removed(refused.number)
        return .batch(refused)
    }

    /// A sending was refused for good: puts the halves of its batch in its place, if it can be
    /// divided and is not known to have been stored before.
    ///
    /// The batches behind it move down by one number, for the server refuses them under their old
    /// ones.
    ///
    /// - Returns: The batch and its halves.
    mutating func divide(attempt: UInt32) -> (batch: Batch, halves: [Batch])? {
        guard let offset = offset(attempt: attempt), let refused = numbered(offset),
            refused.number >= openedAt, !refused.batch.isRestored,
            let halves = refused.batch.halves
        else { return nil }
        let place = index(offset)
        batches.replaceSubrange(place..<batches.index(after: place), with: halves)
        size += halves.reduce(0) { $0 + $1.size } - refused.batch.size
        sentCount = offset
        spool?.changed()
        return (refused.batch, halves)
    }

    /// The gathered batch of a sending that still counts.
    func id(attempt: UInt32) -> UInt64? {
        offset(attempt: attempt).map { batches[index($0)].id }
    }

    /// What a spool must know: which batch has which number, and how far the server has them; nil
    /// before the producer is open.
    func mark(incarnation: UInt64) -> SpoolChange? {
        guard let base, let spool else { return nil }
        // The parts of a batch come out of a spool together.
        let next = spool.end.row == 0 ? spool.end.id : spool.end.id + 1
        let mark = SpoolMark(
            first: batches.first?.position ?? SpoolPosition(id: next, row: 0), number: base,
            stored: max(spool.stored, base + UInt64(storedCount)), incarnation: incarnation)
        let open = storedCount < count ? batches[index(storedCount)].id : next
        return SpoolChange(mark: mark, version: spool.version, openID: open)
    }

    /// A spool has made that durable: sending may go on as far as it allows.
    mutating func confirm(_ change: SpoolChange) {
        spool?.confirm(change)
    }

    /// Whether a spool knows all that it must before the next batch is sent.
    private var maySendNext: Bool {
        guard let spool, let base else { return true }
        return base + UInt64(sentCount) < spool.limit
    }

    private func numbered(_ offset: Int) -> Numbered? {
        base.map { Numbered(batch: batches[index(offset)], number: $0 + UInt64(offset)) }
    }

    private func index(_ offset: Int) -> CircularBuffer<Batch>.Index {
        batches.index(batches.startIndex, offsetBy: offset)
    }

    private func offset(attempt: UInt32) -> Int? {
        (storedCount..<sentCount).first { batches[index($0)].attempt == attempt }
    }
}
