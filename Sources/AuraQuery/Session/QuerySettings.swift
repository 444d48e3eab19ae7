public import AuraCore

/// What a query is asked under.
public struct QuerySettings: Sendable {
    /// The moment that `now()` is.
    public var now: Timestamp
    /// The zone whose clocks TIMESTAMP WITH TIME ZONE is shown by and cut into days.
    public var zone = TimeZoneRules.utc
    /// What that zone is called.
    public var zoneName = "UTC"
    /// The zones that a query can name; nil for a name of none.
    public var zoneNamed: @Sendable (String) -> TimeZoneRules? = { name in
        ["utc", "gmt", "etc/utc", "z"].contains(name.lowercased()) ? .utc : nil
    }
    /// Values of the parameters by name, or by number from 1 on.
    public var parameters: [String: Value] = [:]
    /// Threads that answer it, at most: the answer is the same for any number.
    public var threads = 1
    /// Rows that are worth a part of their own where threads divide them.
    var partRows = 1 << 16
    /// Rows that whoever takes an answer as it is made gets at once, at most.
    var pieceRows = 1 << 14
    /// Whether counts are read from the index where it has them.
    public var usesRollups = true
    /// Bytes that each of its steps may hold.
    public var memoryLimit = 1 << 30
    /// µs that it may take; nil means without end.
    public var timeLimit: Int64?
    /// What whoever asks cannot set beyond.
    public var bounds = Bounds()

    /// The most that settings can be.
    public struct Bounds: Sendable {
        /// Threads.
        public var threads = 256
        /// Bytes of memory of a step.
        public var memory = Int.max
        /// µs that a query may take; nil means without end.
        public var time: Int64?

        /// Nearly all.
        public init() {}
    }

    /// Those of a moment.
    public init(now: Timestamp) {
        self.now = now
    }
}
