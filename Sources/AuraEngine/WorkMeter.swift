import CAura
import Synchronization

/// Adds up the processor time of jobs that begin and end on one thread.
final class WorkMeter: Sendable {
    private let nanoseconds = Atomic<UInt64>(0)

    /// Nanoseconds of all jobs so far.
    var total: UInt64 { nanoseconds.load(ordering: .relaxed) }

    /// Runs a job, which must not leave its thread.
    func run(_ job: () -> Void) {
        let start = aura_thread_cpu_clock()
        job()
        nanoseconds.wrappingAdd(
            UInt64(clamping: aura_thread_cpu_clock() - start), ordering: .relaxed)
    }
}

/// Processor time of what the engine does beside the writer, in nanoseconds since it was opened.
public struct BackgroundTime: Hashable, Sendable {
    /// Of events in memory becoming chunks.
    public var flushes: UInt64
    /// Of chunks being merged, and deletions carried out.
    public var compactions: UInt64
}

extension EventStore {
    /// What was spent beside the writer.
    public var backgroundTime: BackgroundTime {
        BackgroundTime(
            flushes: committer.flusher.meter.total, compactions: committer.compactor.meter.total)
    }
}
