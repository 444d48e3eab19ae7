import Dispatch
import Synchronization

/// A few threads for what is too long for an event loop: counts, subscriptions.
final class QueryQueue: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State: Sendable {
        var running = 0
        var waiting: [Job] = []
    }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let width: Int
    private let backlog: Int

    init(width: Int, backlog: Int) {
        self.width = width
        self.backlog = backlog
        queue = DispatchQueue(label: "aura.questions", attributes: .concurrent)
    }

    /// Runs the job when a thread is free; false if too many wait, and the job never runs.
    func submit(_ job: @escaping Job) -> Bool {
        let accepted = state.withLock { state -> (taken: Bool, starts: Bool) in
            if state.running < width {
                state.running += 1
                return (true, true)
            }
            guard state.waiting.count < backlog else { return (false, false) }
            state.waiting.append(job)
            return (true, false)
        }
        if accepted.starts { queue.async { self.run(job) } }
        return accepted.taken
    }

    private func run(_ first: @escaping Job) {
        var job = first
        while true {
            job()
            let next = state.withLock { state -> Job? in
                guard !state.waiting.isEmpty else {
                    state.running -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let next else { return }
            job = next
        }
    }
}
