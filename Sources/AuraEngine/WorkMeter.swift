import CAura
import Synchronization

/// Runs jobs aside, on threads that give way to the writer and to connections, and adds up their
/// processor time.
final class WorkMeter: Sendable {
    private let nanoseconds = Atomic<UInt64>(0)

    /// Nanoseconds of all jobs so far.
    var total: UInt64 { nanoseconds.load(ordering: .relaxed) }

    /// Runs a job, which must not leave its thread, to its end.
    func run(_ job: () -> Void) {
        withoutActuallyEscaping(job) { job in
            let aside = Aside {
                let start = aura_thread_cpu_clock()
                job()
                self.nanoseconds.wrappingAdd(
                    UInt64(clamping: aura_thread_cpu_clock() - start), ordering: .relaxed)
            }
            // The call returns after the job, and the job is held until then.
            unsafe aura_run_aside(
                { context in
                    guard let context = unsafe context else { return }
                    unsafe Unmanaged<Aside>.fromOpaque(context).takeUnretainedValue().job()
                },
                Unmanaged.passUnretained(aside).toOpaque())
            withExtendedLifetime(aside) {}
        }
    }

    /// A job as C can carry it.
    private final class Aside {
        let job: () -> Void

        init(_ job: @escaping () -> Void) { self.job = job }
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
