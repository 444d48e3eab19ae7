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
        let bytes: [UInt8]
        let hash: UInt64
        /// Which sending of it was the last; answers to earlier ones count no more.
        fileprivate(set) var attempt: UInt32 = 0
        /// The last sequence number of its events, once it is stored.
        fileprivate(set) var lastSequence: UInt64 = 0
        /// Whether it was acknowledged and the server has lost it since.
        fileprivate(set) var isRestored = false
    }

    /// A batch to send now.
    struct Sending: Sendable {
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

    /// What became of a batch that was refused for good.
    enum Removal: Sendable {
        case removed(Sending)
        /// The refusal is of a sending that counts no more.
        case stale
        /// The server had stored something under this number when the producer was opened.
        case taken(UInt64)
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
    let limit: Int
    /// Bytes of all batches.
    private(set) var size = 0

    /// An empty window that lets at most `limit` batches be in flight.
    init(limit: Int) {
        self.limit = limit
    }

    /// Batches, the stored ones included.
    var count: Int { batches.count }
    /// Batches that are not known to be stored.
    var unansweredCount: Int { batches.count - storedCount }
    /// Batches that were sent and wait for an answer.
    var inFlightCount: Int { sentCount - storedCount }
    /// The batches that are not known to be stored, in order.
    var unanswered: CircularBuffer<Batch>.SubSequence { batches.dropFirst(storedCount) }

    /// The number that the batch of that id has, if it has one.
    func number(of id: UInt64) -> UInt64? {
        guard let base, let index = batches.firstIndex(where: { $0.id == id }) else { return nil }
        return base + UInt64(batches.distance(from: batches.startIndex, to: index))
    }

    /// Adds a batch at the end.
    mutating func append(id: UInt64, bytes: [UInt8], hash: UInt64) {
        batches.append(Batch(id: id, bytes: bytes, hash: hash))
        size += bytes.count
    }

    /// The next batch to send: nil if none waits, too many are in flight, or it exceeds `credit`.
    mutating func next(attempt: UInt32, credit: Int) -> Sending? {
        guard let base, sentCount < batches.count, inFlightCount < limit else { return nil }
        let index = index(sentCount)
        guard batches[index].bytes.count <= credit else { return nil }
        batches[index].attempt = attempt
        sentCount += 1
        return Sending(batch: batches[index], number: base + UInt64(sentCount - 1))
    }

    /// The connection is gone: whatever was not answered must be sent again.
    mutating func disconnected() {
        sentCount = storedCount
    }

    /// The producer is open, and the server wants this number next.
    ///
    /// Every batch that is not known to be stored will be sent again, also where the server has its
    /// number: its answer proves by the hash that it has these bytes and no one else's. So will
    /// all batches if this is not the store that acknowledged them, but a copy restored since.
    /// After `behind` all batches are numbered anew from `next`; after `ahead` nothing is changed.
    mutating func opened(next: UInt64, isSameStore: Bool = true) -> Opening {
        openedAt = next
        sentCount = storedCount
        guard let base else {
            self.base = next
            return .resumed(restored: 0)
        }
        guard next <= base + UInt64(batches.count) else { return .ahead }
        let proven = isSameStore ? min(storedCount, Int(max(next, base) - base)) : 0
        let restored = storedCount - proven
        for offset in storedCount - restored..<storedCount {
            batches[index(offset)].isRestored = true
        }
        storedCount -= restored
        sentCount = storedCount
        guard next < base else { return .resumed(restored: restored) }
        self.base = next
        return .behind(lost: next..<base)
    }

    /// The server has the first batch in flight.
    ///
    /// - Returns: The batch; nil if `number` is not that of the first one in flight, which a server
    ///   that answers in order never does.
    mutating func acknowledge(
        number: UInt64, firstSequence: UInt64, rowCount: Int
    ) -> Batch? {
        guard let base, inFlightCount > 0, number == base + UInt64(storedCount) else { return nil }
        let index = index(storedCount)
        batches[index].lastSequence = firstSequence + UInt64(max(rowCount, 1) - 1)
        storedCount += 1
        return batches[index]
    }

    /// Lets go of what is stable: stored under sequence numbers up to this one.
    mutating func release(stable: UInt64) {
        while storedCount > 0, let first = batches.first, first.lastSequence <= stable {
            size -= first.bytes.count
            batches.removeFirst()
            base = base.map { $0 + 1 }
            storedCount -= 1
            sentCount -= 1
        }
    }

    /// A sending was refused for now: its batch and all behind it must be sent again, since the
    /// server takes none of those before this one.
    ///
    /// - Returns: False if the answer is to a sending that counts no more.
    mutating func rewind(attempt: UInt32) -> Bool {
        guard let offset = offset(attempt: attempt) else { return false }
        sentCount = offset
        return true
    }

    /// A sending was refused for good: takes its batch out. The batches behind it move up by one
    /// number, for the server refuses them under their old ones.
    mutating func remove(attempt: UInt32) -> Removal {
        guard let base, let offset = offset(attempt: attempt) else { return .stale }
        let number = base + UInt64(offset)
        guard number >= openedAt else { return .taken(number) }
        let batch = batches.remove(at: index(offset))
        size -= batch.bytes.count
        sentCount = offset
        return .removed(Sending(batch: batch, number: number))
    }

    /// Takes out everything that is not known to be stored, to be given up.
    mutating func removeUnanswered() -> [Batch] {
        let rest = Array(unanswered)
        batches.removeLast(rest.count)
        size -= rest.reduce(0) { $0 + $1.bytes.count }
        sentCount = storedCount
        return rest
    }

    private func index(_ offset: Int) -> CircularBuffer<Batch>.Index {
        batches.index(batches.startIndex, offsetBy: offset)
    }

    private func offset(attempt: UInt32) -> Int? {
        (storedCount..<sentCount).first { batches[index($0)].attempt == attempt }
    }
}
