import Synchronization

/// A plan that has begun: the time and the batches that all its connections share.
final class BenchSchedule: Sendable {
    /// What is to be done with a batch.
    enum Role: Hashable, Sendable {
        case warmUp
        case measured
        /// It is not to be sent: the run is over.
        case over
    }

    let plan: BenchPlan
    let start: ContinuousClock.Instant
    /// From when on batches are measured.
    let measuredFrom: ContinuousClock.Instant
    /// When the run is over; nil if batches end it.
    let end: ContinuousClock.Instant?
    /// Batches that are still to be measured, where these end the run.
    private let left: Atomic<Int>

    init(_ plan: BenchPlan, start: ContinuousClock.Instant) {
        self.plan = plan
        self.start = start
        measuredFrom = start + plan.warmUp
        switch plan.length {
        case .time(let time):
            end = measuredFrom + time
            left = Atomic(0)
        case .batches(let count):
            end = nil
            left = Atomic(count)
        }
    }

    /// Takes the place of a batch that is due then.
    func take(due: ContinuousClock.Instant) -> Role {
        if due < measuredFrom { return .warmUp }
        if let end { return due < end ? .measured : .over }
        return left.subtract(1, ordering: .relaxed).oldValue > 0 ? .measured : .over
    }
}
