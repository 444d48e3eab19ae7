import Dispatch
import Synchronization

/// A few threads for what is too long for an event loop: questions, subscriptions.
///
/// Serial queues, one a thread: a concurrent queue would share its threads with Swift's tasks, and
/// wait for those that block.
final class QueryQueue: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State: Sendable {
        var free: [DispatchQueue]
        var waiting: [Job] = []
    }

    private let state: Mutex<State>
    private let backlog: Int

    /// `width` threads; up to `backlog` jobs wait for them.
    init(width: Int, backlog: Int) {
        self.backlog = backlog
        state = Mutex(
            State(free: (1...width).map { DispatchQueue(label: "aura.questions.\($0)") }))
    }

    /// Runs the job when a thread is free; false if too many wait, and the job never runs.
    func submit(_ job: @escaping Job) -> Bool {
        let (isTaken, lane) = state.withLock { state -> (Bool, DispatchQueue?) in
            if let lane = state.free.popLast() { return (true, lane) }
            guard state.waiting.count < backlog else { return (false, nil) }
            state.waiting.append(job)
            return (true, nil)
        }
        if let lane { lane.async { self.run(job, on: lane) } }
        return isTaken
    }

    private func run(_ first: @escaping Job, on lane: DispatchQueue) {
        var job = first
        while true {
            job()
            let next = state.withLock { state -> Job? in
                guard !state.waiting.isEmpty else {
                    state.free.append(lane)
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let next else { return }
            job = next
        }
    }
}
