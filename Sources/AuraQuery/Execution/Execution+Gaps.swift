import AuraCore

/// Buckets without rows become groups whose aggregates are NULL.
extension Execution {
    /// The columns of a plan's groups and of those that are filled in: one combination of the other keys
    /// after another, each in the order of time.
    func filled(
        _ input: Plan, _ filling: GapFilling, _ used: NeededColumns
    ) throws(QueryFailure) -> [Vector] {
        let columns = try rows(of: input, used)
        let known = columns[filling.bucket].expanded
        let others = filling.others.map { columns[$0] }
        var combinations = GroupNumbers(others.map(\.type))
        let numbers = combinations.numbers(of: others, count: known.count)
        // A row of each combination, and the buckets that it has.
        var sample: [UInt32] = Array(repeating: 0, count: combinations.count)
        var present: [Set<Int64>] = Array(repeating: [], count: combinations.count)
        for row in 0..<known.count {
            sample[numbers[row]] = UInt32(row)
            if known.isValid(row) { present[numbers[row]].insert(known.integers[row]) }
        }
        let series = try filling.series(known, combinations.count, evaluator.casting)
        var groups = numbers.expanded
        var added: [Int64] = []
        for group in present.indices {
            for bucket in series where !present[group].contains(bucket) {
                added.append(bucket)
                groups.append(UInt32(group))
            }
        }
        let samples = groups.dropFirst(known.count).map { sample[Int($0)] }
        let all = input.types.enumerated().map { index, type in
            let rest: Vector =
                if index == filling.bucket {
                    Vector(type, .integers(added))
                } else if filling.others.contains(index) {
                    columns[index].rows(samples)
                } else {
                    Vector(.null, type, count: added.count)
                }
            return Vector.joined([columns[index], rest], type)
        }
        let buckets = all[filling.bucket]
        func place(_ row: UInt32) -> (UInt32, Int64) {
            (groups[Int(row)], buckets.isValid(Int(row)) ? buckets.integers[Int(row)] : .max)
        }
        let order = groups.indices.map { UInt32($0) }.sorted { place($0) < place($1) }
        return all.map { $0.rows(order) }
    }
}

extension GapFilling {
    /// Groups that may be filled in at most.
    private static let mostGroups = 1_000_000

    /// The beginnings of all buckets.
    ///
    /// - Parameter known: Those of buckets that have rows.
    fileprivate func series(
        _ known: Vector, _ combinations: Int, _ casting: Casting
    ) throws(QueryFailure) -> [Int64] {
        let times = known.integers.indices.filter { known.isValid($0) }.map { known.integers[$0] }
        guard combinations > 0, let first = bounds.start ?? times.min(),
            let end = bounds.end ?? times.max().map({ $0 + 1 }), first < end
        else { return [] }
        var clock = grid.start(Clock.reading(first, known.type, casting))
        var series: [Int64] = []
        while let reading = clock {
            let bucket = Clock.time(reading, known.type, casting)
            if bucket >= end { break }
            // Where clocks go forward two readings may be one time.
            if bucket > series.last ?? .min { series.append(bucket) }
            guard series.count * combinations - times.count <= GapFilling.mostGroups else {
                throw .text(
                    TextError(
                        "time_bucket_gapfill() would fill in more than \(GapFilling.mostGroups) groups",
                        at: place, hint: "take wider buckets, less time, or fewer other keys"))
            }
            clock = grid.next(after: reading)
        }
        return series
    }
}

/// What clocks show at times of any type.
private enum Clock {
    static func reading(_ time: Int64, _ type: ValueType, _ casting: Casting) -> Int64 {
        switch type {
        case .instant: casting.local(time)
        case .date: time &* Interval.dayMicroseconds
        default: time
        }
    }

    static func time(_ reading: Int64, _ type: ValueType, _ casting: Casting) -> Int64 {
        switch type {
        case .instant: casting.instant(reading)
        case .date: TimeRange.day(reading)
        default: reading
        }
    }
}
