import AuraCore
import Glibc

/// Window functions that go through partitions in their order.
extension WindowValues {
    /// One for each place.
    func along(_ series: WindowSeries) throws(QueryFailure) -> Vector {
        let column = try evaluator.evaluate(call.arguments[0], batch).expanded
            .rows(partitions.rows)
        var builder = VectorBuilder(call.type)
        for index in 0..<partitions.starts.count - 1 {
            let partition = partitions.starts[index]..<partitions.starts[index + 1]
            switch series {
            case .weightedAverage: average(column, partition, &builder)
            case .session: sessions(column, partition, &builder)
            case .lastKnown:
                var last = Value.null
                for place in partition {
                    if column.isValid(place) { last = column.value(place) }
                    builder.append(last)
                }
            case .interpolation: interpolate(column, partition, &builder)
            }
        }
        return builder.finish()
    }

    /// Each value moves the average by its weight; one that is NULL leaves it as it is.
    private func average(_ column: Vector, _ partition: Range<Int>, _ builder: inout VectorBuilder)
    {
        let values = column.floats
        var state: (average: Double, place: Int)?
        for place in partition {
            if column.isValid(place) {
                if let (average, last) = state {
                    let step = weight(from: last, to: place) * (values[place] - average)
                    state = (average + step, place)
                } else {
                    state = (values[place], place)
                }
            }
            builder.append(state.map { .float64($0.average) } ?? .null)
        }
    }

    /// The weight of a value against those up to another.
    private func weight(from last: Int, to place: Int) -> Double {
        switch call.arguments[1].constant {
        case .interval(let interval):
            guard let from = key(last), let to = key(place) else { return 0 }
            let halfLife = Double(interval.fixedMicroseconds ?? 1)
            return 1 - exp2(-(to - from).magnitude / halfLife)
        case let alpha: return alpha?.double ?? 1
        }
    }

    /// Counts gaps; a NULL has no number and ends no session.
    private func sessions(_ column: Vector, _ partition: Range<Int>, _ builder: inout VectorBuilder)
    {
        guard case .interval(let gap)? = call.arguments[1].constant else {
            preconditionFailure("a gap that is no INTERVAL")
        }
        let period = Period(gap, from: column.type, evaluator.casting)
        let times = column.integers
        var session: Int64 = 0
        var last: Int64?
        for place in partition {
            guard column.isValid(place) else {
                builder.append(.null)
                continue
            }
            let time = times[place]
            // The order may be a descending one.
            let isNew = last.map { max($0, time) > period.end(from: min($0, time)) } ?? true
            if isNew { session += 1 }
            last = time
            builder.append(.int64(session))
        }
    }

    /// A value that is NULL lies on the line from the last one that is known to the next.
    private func interpolate(
        _ column: Vector, _ partition: Range<Int>, _ builder: inout VectorBuilder
    ) {
        let values = column.floats
        var last: Int?
        var next = partition.lowerBound
        for place in partition {
            if column.isValid(place) {
                last = place
                builder.append(.float64(values[place]))
                continue
            }
            next = max(next, place)
            while next < partition.upperBound, !column.isValid(next) { next += 1 }
            guard let last, next < partition.upperBound, let start = key(last), let end = key(next),
                let here = key(place), start != end
            else {
                builder.append(.null)
                continue
            }
            let part = (here - start) / (end - start)
            builder.append(.float64(values[last] + (values[next] - values[last]) * part))
        }
    }

    /// What a place is ordered by, in µs where that is a time; nil where it is NULL.
    private func key(_ place: Int) -> Double? {
        let column = partitions.orderColumns[0]
        let row = Int(partitions.rows[place])
        switch column.value(row) {
        case .date(let days): return Double(days) * Double(Interval.dayMicroseconds)
        case let value: return value.time.map { Double($0) } ?? value.double
        }
    }
}
