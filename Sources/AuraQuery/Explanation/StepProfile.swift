import AuraStorage
import Synchronization

/// What one step of a plan did while its query was answered, for EXPLAIN ANALYZE.
final class StepProfile: Sendable {
    enum Quantity: Int, CaseIterable {
        /// Rows that came out of it.
        case rows
        /// Of all threads together.
        case nanoseconds
        /// Bytes that it held at most.
        case memory
        /// Of a scan: files and batches in memory, and those that may have events of its times.
        case chunks, nearChunks, batches, nearBatches
        /// Blocks of rows of those, and what became of them.
        case blocks, readBlocks, skippedByTime, skippedByType, skippedByValue
        /// Bytes of columns.
        case decoded
        case cells
    }

    private let amounts = Mutex([Int](repeating: 0, count: Quantity.allCases.count))

    subscript(quantity: Quantity) -> Int { amounts.withLock { $0[quantity.rawValue] } }

    func add(_ amount: Int, to quantity: Quantity) {
        amounts.withLock { $0[quantity.rawValue] += amount }
    }

    func raise(_ quantity: Quantity, to amount: Int) {
        amounts.withLock { $0[quantity.rawValue] = max($0[quantity.rawValue], amount) }
    }
}

/// Measures the time of one thread: it goes to one step after another, and to none while that is nil.
///
/// So a step's time has nothing of the steps whose rows it asks for.
final class Stopwatch {
    private var running: StepProfile?
    private var start: ContinuousClock.Instant?
    /// That of the thread which goes on with what this one has made; nil while it is at work.
    private var heir: Stopwatch?

    /// Whose time it is; nil while nobody's.
    var step: StepProfile? { heir?.step ?? running }

    /// Whose time it is until `turn(to:)` says otherwise.
    init(_ step: StepProfile? = nil) {
        turn(to: step)
    }

    /// From now on it is the time of another step.
    ///
    /// - Returns: Whose time it was.
    @discardableResult func turn(to next: StepProfile?) -> StepProfile? {
        if let heir { return heir.turn(to: next) }
        let last = running
        if next === last { return last }
        let now = ContinuousClock.now
        if let last, let start {
            last.add(Int((now - start) / .nanoseconds(1)), to: .nanoseconds)
        }
        (running, start) = (next, now)
        return last
    }

    /// From now on all that is measured is for another watch.
    func stop(for heir: Stopwatch) {
        turn(to: nil)
        self.heir = heir
    }
}

extension Plan {
    /// The same with a profile for each step.
    func measured() -> Plan {
        var copy = mappingInputs { $0.measured() }
        copy.profile = StepProfile()
        return copy
    }
}

extension StepProfile {
    /// Notes how much of a snapshot a scan looks at.
    ///
    /// - Parameter wanted: The blocks that may have events of its times and types.
    func count(
        _ wanted: Int, of snapshot: Snapshot, _ reading: EventReading
    ) throws(StorageError) {
        try snapshot.forEachPart { part throws(StorageError) in
            add(1, to: part.isInMemory ? .batches : .chunks)
            return true
        }
        try snapshot.forEachPart(in: reading.times) { part throws(StorageError) in
            add(1, to: part.isInMemory ? .nearBatches : .nearChunks)
            _ = try part.forEachSource { rows in
                add(1, to: .blocks)
                if reading.times?.overlaps(rows.timeRange) == false { add(1, to: .skippedByTime) }
                return true
            }
            return true
        }
        add(self[.blocks] - self[.skippedByTime] - wanted, to: .skippedByType)
    }
}
