import AuraCore

/// Gathers events into batches: a pure value that its owner locks, times and empties.
struct Batcher: Sendable {
    /// Events that become one batch, with the callers who wait for it.
    struct Gathered: Sendable {
        var builder: BatchBuilder
        let rowCount: Int
        let callers: [UInt64]
        /// Events for which nobody waits.
        let unattended: Int
    }

    private let rows: Int
    private let bytes: Int
    private var builder = BatchBuilder()
    private var callers: [UInt64] = []
    private var unattended = 0
    private var cuts: UInt64 = 0
    /// Gathered and not taken yet, in order.
    private(set) var ready: [Gathered] = []
    /// Emptied builders, whose memory and handles serve again.
    private var spares: [BatchBuilder] = []

    /// A batcher that cuts at that many rows, or that many bytes.
    init(rows: Int, bytes: Int) {
        self.rows = min(max(rows, 1), Limits.batchRows)
        self.bytes = min(max(bytes, 1), Limits.batchBytes)
    }

    /// An upper bound of the bytes of the batch that is being gathered.
    var sizeBound: Int { builder.rowCount == 0 ? 0 : builder.sizeBound }

    /// Adds an event whole, or nothing of it. Either way `ready` may have grown.
    ///
    /// - Parameter caller: Who waits for its batch; nil if nobody does.
    /// - Returns: If this began a batch, its number: cut it when it is old enough.
    mutating func add(_ event: Event, caller: UInt64?) throws(EventError) -> UInt64? {
        if try !builder.append(event) {
            cut()
            // Alone an event fits, or is impossible and throws.
            _ = try builder.append(event)
        }
        if let caller { callers.append(caller) } else { unattended += 1 }
        if builder.rowCount >= rows || builder.sizeBound >= bytes {
            cut()
            return nil
        }
        return builder.rowCount == 1 ? cuts : nil
    }

    /// Cuts the batch of that number if it is still being gathered.
    mutating func cut(number: UInt64) {
        if number == cuts { cut() }
    }

    /// Ends the batch that is being gathered, if it has events.
    mutating func cut() {
        guard builder.rowCount > 0 else { return }
        let full = exchange(&builder, with: spares.popLast() ?? BatchBuilder())
        ready.append(
            Gathered(
                builder: full, rowCount: full.rowCount, callers: callers, unattended: unattended))
        callers = []
        unattended = 0
        cuts += 1
    }

    /// Gives the gathered batches away.
    mutating func takeReady() -> [Gathered] {
        exchange(&ready, with: [])
    }

    /// Takes an emptied builder back. Every hundredth is let go: it remembers all names it has
    /// seen, and a sender may have names without end.
    mutating func recycle(_ builder: BatchBuilder) {
        if spares.count < 2, cuts % 100 != 0 { spares.append(builder) }
    }
}
