import AuraCore

/// The frames of the rows of a window: ranges of places in the order of its partitions.
struct WindowFrames {
    private let partitions: WindowPartitions
    private let frame: WindowCall.Frame
    private let order: [SortKey]
    private let casting: Casting
    private let shouldStop: () -> Bool

    init(_ call: WindowCall, _ partitions: WindowPartitions, _ evaluator: Evaluator) {
        casting = evaluator.casting
        shouldStop = evaluator.shouldStop
        frame = call.frame
        order = call.order
        self.partitions = partitions
    }

    /// Calls `body` with each place, its partition, the run of its peers and its frame.
    func forEach(
        _ body: (Int, Range<Int>, Range<Int>, Range<Int>) throws(QueryFailure) -> Void
    ) throws(QueryFailure) {
        let key = try RangeKey(order, partitions, frame, casting)
        var peer = 0
        // A frame may have many rows.
        var pulse = Pulse(every: 64, shouldStop)
        for index in 0..<partitions.starts.count - 1 {
            let partition = partitions.starts[index]..<partitions.starts[index + 1]
            for place in partition {
                try pulse.beat()
                while partitions.peers[peer + 1] <= place { peer += 1 }
                let peers = partitions.peers[peer]..<partitions.peers[peer + 1]
                let start = try edge(frame.start, place, partition, peers, key, isEnd: false)
                let end = try edge(frame.end, place, partition, peers, key, isEnd: true)
                try body(place, partition, peers, start..<max(start, end))
            }
        }
    }

    private func edge(
        _ bound: WindowCall.Bound, _ place: Int, _ partition: Range<Int>, _ peers: Range<Int>,
        _ key: RangeKey?, isEnd: Bool
    ) throws(QueryFailure) -> Int {
        let isRows = frame.unit == .rows
        switch bound {
        case .unboundedPreceding: return partition.lowerBound
        case .unboundedFollowing: return partition.upperBound
        case .currentRow:
            if isRows { return isEnd ? place + 1 : place }
            return isEnd ? peers.upperBound : peers.lowerBound
        case .preceding(let distance), .following(let distance):
            let isPreceding = if case .preceding = bound { true } else { false }
            if isRows {
                let rows = Int(clamping: distance.constant?.integer ?? 0)
                let moved =
                    isPreceding
                    ? place.subtractingReportingOverflow(rows) : place.addingReportingOverflow(rows)
                let target =
                    moved.overflow
                    ? (isPreceding ? partition.lowerBound : partition.upperBound)
                    : moved.partialValue
                return min(
                    max(isEnd ? target + 1 : target, partition.lowerBound), partition.upperBound)
            }
            guard let key else { return place }
            return try key.edge(place, partition, peers, isPreceding: isPreceding, isEnd: isEnd)
        }
    }
}

/// The order key of frames that end at a distance from each row's value.
struct RangeKey {
    private let column: Vector
    private let rows: [UInt32]
    private let isDescending: Bool
    private let before: BoundExpression?
    private let after: BoundExpression?
    private let casting: Casting

    init?(
        _ order: [SortKey], _ partitions: WindowPartitions, _ frame: WindowCall.Frame,
        _ casting: Casting
    ) throws(QueryFailure) {
        guard frame.unit == .range, order.count == 1 else { return nil }
        let values = partitions.orderColumns[0].expanded
        // A distance may be less than a day.
        column =
            values.type == .date
            ? values.mapped(
                .timestamp, .integers(values.integers.mapped { $0 &* Interval.dayMicroseconds }))
            : values
        self.casting = casting
        rows = partitions.rows
        isDescending = order[0].isDescending
        before = RangeKey.distance(frame.start)
        after = RangeKey.distance(frame.end)
    }

    private static func distance(_ bound: WindowCall.Bound) -> BoundExpression? {
        switch bound {
        case .preceding(let distance), .following(let distance): distance
        default: nil
        }
    }

    /// The first place of the partition whose value is within the distance, or the place behind the
    /// last.
    func edge(
        _ place: Int, _ partition: Range<Int>, _ peers: Range<Int>, isPreceding: Bool, isEnd: Bool
    ) throws(QueryFailure) -> Int {
        let row = Int(rows[place])
        // A NULL has its peers alone.
        guard column.isValid(row), let distance = isEnd ? after : before else {
            return isEnd ? peers.upperBound : peers.lowerBound
        }
        let target = try value(column.value(row), distance, isLess: isPreceding != isDescending)
        // Where values of the partition begin and end that are no NULL.
        var lower = partition.lowerBound
        var upper = partition.upperBound
        while lower < upper, !column.isValid(Int(rows[lower])) { lower += 1 }
        while upper > lower, !column.isValid(Int(rows[upper - 1])) { upper -= 1 }
        while lower < upper {
            let middle = (lower + upper) / 2
            let value = column.value(Int(rows[middle]))
            let isBefore = isDescending ? target < value : value < target
            if isBefore || isEnd && value == target { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    private func value(
        _ value: Value, _ distance: BoundExpression, isLess: Bool
    ) throws(QueryFailure) -> Value {
        guard let step = distance.constant else { return value }
        do throws(ComputationError) {
            switch (value, step) {
            case (.int64(let value), .int64(let step)):
                let (result, overflows) =
                    isLess
                    ? value.subtractingReportingOverflow(step) : value.addingReportingOverflow(step)
                return .int64(overflows ? (isLess ? .min : .max) : result)
            case (.float64(let value), .float64(let step)):
                return .float64(isLess ? value - step : value + step)
            case (_, .interval(let interval)):
                guard let signed = isLess ? interval.multiplied(by: -1) : interval else {
                    return value
                }
                switch value {
                case .timestamp(let time):
                    return .timestamp(try ScalarFunction.timestamp(time, plus: signed))
                case .instant(let time):
                    guard let moved = casting.adding(signed, to: time) else {
                        throw ComputationError.outsideTime("\(value) + \(signed)")
                    }
                    return .instant(moved)
                default: return value
                }
            default:
                guard let value = value.integer, let step = step.integer else { return value }
                return .int128(isLess ? value - step : value + step)
            }
        } catch { throw .text(TextError(error.message, at: distance.place, hint: error.hint)) }
    }
}
