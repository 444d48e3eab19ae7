/// Keeps to a number of events a second, over the whole of a run.
struct Throttle {
    private let eventsPerSecond: Double?
    private let start = ContinuousClock.now
    private var events = 0

    /// A throttle at that rate; nil for none.
    init(eventsPerSecond: Double?) {
        self.eventsPerSecond = eventsPerSecond
    }

    /// Waits until so many more events may go.
    mutating func wait(for count: Int) async throws {
        guard let eventsPerSecond else { return }
        let due = start + .seconds(Double(events) / eventsPerSecond)
        events += count
        if due > .now { try await Task.sleep(until: due) }
    }
}
