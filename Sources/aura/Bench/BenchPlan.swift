/// What a load generator does, and for how long.
struct BenchPlan: Hashable, Sendable {
    /// How much of it is measured.
    enum Length: Hashable, Sendable {
        case time(Duration)
        /// Over all connections.
        case batches(Int)
    }

    var connections = 1
    /// Events of a batch.
    var batchRows = 100
    /// Batches of a connection that may wait for their acknowledgements.
    var inFlight = 1
    /// How many events are due each second, whatever the server does: the open loop.
    ///
    /// Nil is the closed loop: each acknowledgement lets the next batch go.
    var eventsPerSecond: Double?
    var length = Length.time(.seconds(3))
    /// What goes before, and is not measured.
    var warmUp = Duration.seconds(1)

    /// When a batch of a connection is due after the start; nil in the closed loop.
    ///
    /// All are evenly spaced, and the connections take turns.
    func due(_ index: Int, connection: Int) -> Duration? {
        eventsPerSecond.map { rate in
            .seconds(Double(index * connections + connection) * Double(batchRows) / rate)
        }
    }
}
