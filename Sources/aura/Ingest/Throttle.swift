/// Keeps to a number of events a second.
struct Throttle {
    private let eventsPerSecond: Double?
    /// When the next events may go.
    ///
    /// What a stall delayed is not made up for: the rate is there to spare a server, one that has
    /// just come back most of all.
    private var due = ContinuousClock.now

    /// A throttle at that rate; nil for none.
    init(eventsPerSecond: Double?) {
        self.eventsPerSecond = eventsPerSecond
    }

    /// Waits until so many more events may go.
    mutating func wait(for count: Int) async throws {
        guard let eventsPerSecond else { return }
        let time = max(due, .now)
        due = time + .seconds(Double(count) / eventsPerSecond)
        if time > .now { try await Task.sleep(until: time) }
    }
}
