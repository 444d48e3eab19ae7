import AuraCore

/// `time_bucket`: the beginning of the stretch of a certain width that a time lies in.
extension ScalarFunction {
    static let buckets: [ScalarFunction] = [ValueType.timestamp, .date].flatMap { type in
        [
            bucket([.interval, type]) { width, times, _ throws(ComputationError) in
                try width.grid(originOfMonths: 360, Bucket.monday).starts(times)
            },
            bucket([.interval, type, .interval]) { width, times, offset throws(ComputationError) in
                try width.starts(times, offset: offset)
            },
            bucket([.interval, type, type]) { width, times, origin throws(ComputationError) in
                try width.starts(times, origin: try origin.asTimes())
            },
        ]
    }

    private static func bucket(
        _ parameters: [ValueType],
        _ body: @escaping @Sendable (Bucket, Vector, Vector) throws(ComputationError) -> Vector
    ) -> ScalarFunction {
        let type = parameters[1]
        return ScalarFunction(
            parameters, type,
            .prepared(from: 0, type) { value throws(ComputationError) in
                try Bucket(value)
            } _: { (width: Bucket, columns, _) throws(ComputationError) in
                let last = columns[columns.count - 1]
                let starts = try body(width, try columns[1].asTimes(), last)
                return type == .date ? try starts.times(.date) { TimeRange.day($0) } : starts
            })
    }
}

extension TimeGrid {
    /// The usual grid of buckets of a width.
    init(ofBuckets width: Interval) throws(ComputationError) {
        self = try Bucket(.interval(width)).grid(originOfMonths: 360, Bucket.monday)
    }
}

/// The width of a stretch of time.
private struct Bucket: Sendable {
    /// Months, or µs.
    let width: Int64
    let isMonths: Bool

    /// Monday, 2000-01-03.
    static let monday = 10_959 * Interval.dayMicroseconds

    init(_ value: Value) throws(ComputationError) {
        let interval = Interval(value)
        isMonths = interval.months != 0
        guard !isMonths || interval.days == 0 && interval.microseconds == 0 else {
            throw ComputationError(
                "the width '\(interval)' has months beside days or hours",
                hint: "a width is either of months and years, or of days, hours and less")
        }
        guard let width = isMonths ? interval.months : interval.fixedMicroseconds else {
            throw ComputationError("the width '\(interval)' exceeds 64 bits of microseconds")
        }
        guard width > 0 else {
            throw ComputationError("the width '\(interval)' is not greater than zero")
        }
        self.width = width
    }

    func grid(originOfMonths months: Int64, _ time: Int64) -> TimeGrid {
        isMonths
            ? .months(width: width, origin: months) : .fixed(width: width, origin: time % width)
    }

    /// The grid that a time lies on.
    private func grid(origin: Int64) -> TimeGrid {
        grid(originOfMonths: CivilDate(days: TimeRange.day(origin)).months, origin)
    }

    func starts(_ times: Vector, origin: Vector) throws(ComputationError) -> Vector {
        try ScalarFunction.Kernel.prepared(from: 1, .timestamp) {
            $0.time ?? 0
        } _: {
            (origin: Int64, columns, _) throws(ComputationError) in
            try grid(origin: origin).starts(columns[0])
        }.evaluate([times, origin], .timestamp, count: times.count)
    }

    /// On the usual grid moved by an interval.
    func starts(_ times: Vector, offset: Vector) throws(ComputationError) -> Vector {
        let grid = grid(originOfMonths: 360, Bucket.monday)
        return try ScalarFunction.Kernel.prepared(from: 1, .timestamp) {
            Interval($0)
        } _: {
            (offset: Interval, columns, _) throws(ComputationError) in
            try columns[0].times(.timestamp) { time in
                offset.multiplied(by: -1)?.added(to: time).flatMap(grid.start)
                    .flatMap(offset.added)
            }
        }.evaluate([times, offset], .timestamp, count: times.count)
    }
}
