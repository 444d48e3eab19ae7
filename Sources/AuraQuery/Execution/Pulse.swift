/// Asks now and then, in a loop of many short turns, whether it is to stop.
struct Pulse {
    private let shouldStop: () -> Bool
    private let interval: Int
    private var turns = 0

    /// - Parameter interval: Turns that take a few milliseconds at most, a power of two.
    init(every interval: Int = 1 << 14, _ shouldStop: @escaping () -> Bool) {
        self.shouldStop = shouldStop
        self.interval = interval
    }

    /// One more turn.
    ///
    /// - Throws: `.stopped`.
    @inline(__always)
    mutating func beat() throws(QueryFailure) {
        turns &+= 1
        if turns & (interval - 1) == 0, shouldStop() { throw .stopped }
    }
}
