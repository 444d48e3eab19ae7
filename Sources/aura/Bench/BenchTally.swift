/// What has come of a load.
struct BenchTally: Hashable, Sendable {
    /// Events that were handed over, the warm-up's included.
    var sent: UInt64 = 0
    /// Events that were acknowledged, the warm-up's included.
    var acknowledged: UInt64 = 0

    /// Batches that were measured and acknowledged.
    private(set) var batches = 0
    /// Their events.
    private(set) var events: UInt64 = 0
    /// Their bytes.
    private(set) var bytes: UInt64 = 0
    /// When the last of them was acknowledged.
    private(set) var last: ContinuousClock.Instant?
    /// From when a batch was to be sent to its acknowledgement.
    private(set) var latencies = LatencyHistogram()
    /// Batches that were due and not sent before the end.
    private(set) var unsent = 0

    /// Counts a measured batch that was acknowledged.
    mutating func add(
        rows: Int, bytes: Int, latency: Duration, at time: ContinuousClock.Instant
    ) {
        batches += 1
        events += UInt64(rows)
        self.bytes += UInt64(bytes)
        last = time
        latencies.record(latency)
    }

    /// Counts a batch that waited for so long without being sent.
    mutating func addUnsent(latency: Duration) {
        unsent += 1
        latencies.record(latency)
    }

    /// Adds what came of another connection.
    mutating func add(_ other: BenchTally) {
        sent += other.sent
        acknowledged += other.acknowledged
        batches += other.batches
        events += other.events
        bytes += other.bytes
        last = [last, other.last].compactMap(\.self).max()
        latencies.add(other.latencies)
        unsent += other.unsent
    }
}
