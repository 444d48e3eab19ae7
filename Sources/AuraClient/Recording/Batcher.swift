import AuraCore
import NIOCore

/// Gathers events into batches: a pure value that its owner locks, times and empties.
struct Batcher: Sendable {
    /// What becomes one batch, with the callers who wait for it.
    struct Gathered: Sendable {
        /// Events that are not encoded yet, or a batch that came encoded.
        enum Content: Sendable {
            case events(BatchBuilder)
            case encoded(ByteBuffer)
        }

        let id: UInt64
        let content: Content
        let rowCount: Int
        /// Who waits for each event, or for the whole batch; `nobody` where nobody does.
        let callers: [UInt64]
        /// Events of each caller.
        let rowsPerCaller: Int
        /// An upper bound of the encoded size.
        let sizeBound: Int

        var isEncoded: Bool {
            if case .encoded = content { true } else { false }
        }
    }

    /// Stands for the caller of an event that nobody waits for.
    static let nobody: UInt64 = 0

    private let rows: Int
    private let bytes: Int
    private var builder = BatchBuilder()
    private var callers: [UInt64] = []
    /// The id of the batch that is being gathered; ids ascend without gaps.
    private(set) var id: UInt64 = 1
    /// Gathered and not taken yet, in order.
    private(set) var ready: [Gathered] = []
    /// An upper bound of the bytes of what is ready.
    private(set) var readySize = 0
    /// Emptied builders, whose memory and handles serve again.
    private var spares: [BatchBuilder] = []

    /// A batcher that cuts at that many rows, or that many bytes.
    init(rows: Int, bytes: Int) {
        self.rows = min(max(rows, 1), Limits.batchRows)
        self.bytes = min(max(bytes, 1), Limits.batchBytes)
    }

    /// Numbers the batches from there on; nothing may have been added.
    mutating func begin(at id: UInt64) {
        self.id = id
    }

    /// An upper bound of the bytes of everything here.
    var sizeBound: Int { readySize + (builder.rowCount == 0 ? 0 : builder.sizeBound) }

    /// Adds an event whole, or nothing of it.
    ///
    /// Either way `ready` may have grown.
    ///
    /// - Parameter caller: Who waits for its batch; nil if nobody does.
    /// - Returns: If this began a batch, its id: cut it when it is old enough.
    mutating func add(_ event: Event, caller: UInt64?) throws(EventError) -> UInt64? {
        if try !builder.append(event) {
            cut()
            // Alone an event fits, or is impossible and throws.
            _ = try builder.append(event)
        }
        callers.append(caller ?? Batcher.nobody)
        if builder.rowCount >= rows || builder.sizeBound >= bytes {
            cut()
            return nil
        }
        return builder.rowCount == 1 ? id : nil
    }

    /// Adds a batch that is encoded already, behind all events so far.
    mutating func add(encoded body: ByteBuffer, rowCount: Int, caller: UInt64) {
        cut()
        append(
            Gathered(
                id: id, content: .encoded(body), rowCount: rowCount, callers: [caller],
                rowsPerCaller: rowCount, sizeBound: body.readableBytes))
    }

    /// Cuts the batch of that id if it is still being gathered.
    mutating func cut(id: UInt64) {
        if id == self.id { cut() }
    }

    /// Ends the batch that is being gathered, if it has events.
    mutating func cut() {
        guard builder.rowCount > 0 else { return }
        let size = builder.sizeBound
        let full = exchange(&builder, with: spares.popLast() ?? BatchBuilder())
        append(
            Gathered(
                id: id, content: .events(full), rowCount: full.rowCount,
                callers: exchange(&callers, with: []), rowsPerCaller: 1, sizeBound: size))
    }

    private mutating func append(_ batch: Gathered) {
        ready.append(batch)
        readySize += batch.sizeBound
        id += 1
    }

    /// Gives the gathered batches away.
    mutating func takeReady() -> [Gathered] {
        readySize = 0
        return exchange(&ready, with: [])
    }

    /// Takes an emptied builder back.
    ///
    /// Every hundredth is let go: it remembers all names it has seen, and a sender may have names
    /// without end.
    mutating func recycle(_ builder: BatchBuilder) {
        if spares.count < 2, id % 100 != 0 { spares.append(builder) }
    }
}
