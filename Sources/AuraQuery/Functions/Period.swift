import AuraCore

/// A length of time as the clocks of the session's zone pass it, from any point in time on.
struct Period: Hashable, Sendable {
    private let interval: Interval
    private let casting: Casting
    /// Whether it begins at instants, not at times of clocks without a zone.
    private let isOfInstants: Bool

    init(_ interval: Interval, from type: ValueType, _ casting: Casting) {
        self.interval = interval
        self.casting = casting
        isOfInstants = type == .instant
    }

    /// When so many of it that begin at a time are over; the end of all time beyond 64 bits.
    func end(from time: Int64, count: Int64 = 1) -> Int64 {
        guard let length = interval.multiplied(by: count) else { return .max }
        let end = isOfInstants ? casting.adding(length, to: time) : length.added(to: time)
        return end ?? .max
    }

    /// The same parts: a month of 30 days is no month.
    static func == (left: Period, right: Period) -> Bool {
        left.interval.isSame(as: right.interval) && left.casting == right.casting
            && left.isOfInstants == right.isOfInstants
    }
}
