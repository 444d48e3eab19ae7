import AuraCore

/// Window functions that number rows, and those that take a value of another row.
extension WindowValues {
    /// One for each row, in the order of rows.
    func ranked(_ ranking: WindowRanking) throws(QueryFailure) -> Vector {
        var arguments: [Vector] = []
        for argument in call.arguments { arguments.append(try evaluator.evaluate(argument, batch)) }
        switch ranking {
        case .rowNumber:
            return try numbers { place, partition, _ in place - partition.lowerBound + 1 }
        case .rank:
            return try numbers { _, partition, peers in
                peers.lowerBound - partition.lowerBound + 1
            }
        case .denseRank: return try denseRanks()
        case .percentRank:
            return try shares { _, partition, peers in
                let others = Double(partition.count - 1)
                let rank = Double(peers.lowerBound - partition.lowerBound)
                return others == 0 ? 0 : rank / others
            }
        case .cumulativeDistribution:
            return try shares { _, partition, peers in
                Double(peers.upperBound - partition.lowerBound) / Double(partition.count)
            }
        case .ntile: return try tiles(arguments[0])
        case .lag: return try neighbours(arguments, isBefore: true)
        case .lead: return try neighbours(arguments, isBefore: false)
        case .firstValue, .lastValue, .nthValue: return try picked(ranking, arguments)
        }
    }

    private func row(_ place: Int) -> Int { Int(partitions.rows[place]) }

    // MARK: Numbers

    /// What `body` makes of each place, its partition and the run of its peers, by row.
    @inline(__always)
    private func byRow<Result>(
        _ empty: Result,
        _ body: (Int, Range<Int>, Range<Int>) throws(QueryFailure) -> Result
    ) throws(QueryFailure) -> [Result] {
        var results = [Result](repeating: empty, count: batch.count)
        try partitions.forEach { place, partition, peers throws(QueryFailure) in
            results[row(place)] = try body(place, partition, peers)
        }
        return results
    }

    @inline(__always)
    private func numbers(
        _ body: (Int, Range<Int>, Range<Int>) -> Int
    ) throws(QueryFailure) -> Vector {
        Vector(.int64, .integers(try byRow(0) { Int64(body($0, $1, $2)) }))
    }

    @inline(__always)
    private func shares(
        _ body: (Int, Range<Int>, Range<Int>) -> Double
    ) throws(QueryFailure) -> Vector {
        Vector(.float64, .floats(try byRow(0, body)))
    }

    private func denseRanks() throws(QueryFailure) -> Vector {
        var start = -1
        var peerStart = -1
        var rank = 0
        return try numbers { _, partition, peers in
            if partition.lowerBound != start { (start, rank) = (partition.lowerBound, 0) }
            if peers.lowerBound != peerStart {
                peerStart = peers.lowerBound
                rank += 1
            }
            return rank
        }
    }

    private func tiles(_ counts: Vector) throws(QueryFailure) -> Vector {
        var valid = [Bool](repeating: true, count: batch.count)
        let tiles = try byRow(Int64(0)) { place, partition, _ throws(QueryFailure) in
            guard case .int64(let count) = counts.value(row(place)) else {
                valid[row(place)] = false
                return 0
            }
            guard count > 0 else {
                throw .text(TextError("ntile takes a count from 1 on", at: call.arguments[0].place))
            }
            let index = Int64(place - partition.lowerBound)
            let (size, greater) = Int64(partition.count).quotientAndRemainder(dividingBy: count)
            // The first parts have one more each.
            let inGreater = greater * (size + 1)
            return index < inGreater
                ? index / (size + 1) + 1 : greater + (index - inGreater) / size + 1
        }
        return Vector(.int64, .integers(tiles), valid: valid.contains(false) ? valid : nil)
    }

    // MARK: Values of other rows

    /// Stands for no row.
    private static let none = UInt32.max

    /// lag and lead.
    private func neighbours(_ arguments: [Vector], isBefore: Bool) throws(QueryFailure) -> Vector {
        let column = arguments[0].expanded
        let distances = arguments.count > 1 ? arguments[1] : Vector(.int64(1), .int64, count: 1)
        func step(_ row: Int) -> Int64? {
            guard case .int64(let distance) = distances.value(row) else { return nil }
            return isBefore ? 0 &- distance : distance
        }
        let picks: [UInt32]
        if distances.isConstant, !call.ignoresNulls || column.valid == nil {
            picks = step(0).map(self.picks) ?? [UInt32](repeating: Self.none, count: batch.count)
        } else {
            picks = try byRow(Self.none) { place, partition, _ in
                guard let step = step(row(place)) else { return Self.none }
                return call.ignoresNulls
                    ? known(place, partition, column, step) : neighbour(place, partition, step)
            }
        }
        let found = values(of: column, at: picks)
        guard arguments.count > 2 else { return found }
        // A row that has no distance has no other value either.
        let both = Vector.joined([found, arguments[2].expanded], call.type)
        let count = UInt32(batch.count)
        return both.rows(
            (0..<count).map { row in
                picks[Int(row)] == Self.none && distances.isValid(Int(row)) ? count + row : row
            })
    }

    /// The rows so many steps away from each, by row.
    private func picks(_ step: Int64) -> [UInt32] {
        var picks = [UInt32](repeating: Self.none, count: batch.count)
        var targets = picks.mutableSpan
        let (rows, starts) = (partitions.rows.span, partitions.starts.span)
        for index in 0..<starts.count - 1 {
            let size = Int64(starts[index + 1] - starts[index])
            guard step.magnitude < UInt64(size) else { continue }
            let (from, to) = (max(0, 0 - step), min(size, size - step))
            for place in starts[index] + Int(from)..<starts[index] + Int(to) {
                targets[Int(rows[place])] = rows[place + Int(step)]
            }
        }
        return picks
    }

    /// The row so many steps away.
    private func neighbour(_ place: Int, _ partition: Range<Int>, _ step: Int64) -> UInt32 {
        let (target, overflows) = Int64(place).addingReportingOverflow(step)
        guard !overflows, target >= Int64(partition.lowerBound),
            target < Int64(partition.upperBound)
        else { return Self.none }
        return partitions.rows[Int(target)]
    }

    /// The row so many steps away among those that are not NULL.
    private func known(
        _ place: Int, _ partition: Range<Int>, _ column: Vector, _ step: Int64
    ) -> UInt32 {
        if step == 0 { return partitions.rows[place] }
        var left = step.magnitude
        var place = place
        while true {
            place += step < 0 ? -1 : 1
            guard partition.contains(place) else { return Self.none }
            if column.isValid(row(place)) { left -= 1 }
            if left == 0 { return partitions.rows[place] }
        }
    }

    /// first_value, last_value and nth_value.
    private func picked(
        _ ranking: WindowRanking, _ arguments: [Vector]
    ) throws(QueryFailure) -> Vector {
        let column = arguments[0].expanded
        func isWanted(_ place: Int) -> Bool { !call.ignoresNulls || column.isValid(row(place)) }
        var picks = [UInt32](repeating: Self.none, count: batch.count)
        try frames.forEach { place, _, _, frame in
            let pick: Int?
            switch ranking {
            case .firstValue: pick = frame.first(where: isWanted)
            case .lastValue: pick = frame.last(where: isWanted)
            default:
                guard case .int64(let number) = arguments[1].value(row(place)), number > 0 else {
                    return
                }
                pick =
                    call.ignoresNulls
                    ? frame.lazy.filter(isWanted).dropFirst(Int(clamping: number - 1)).first
                    : number <= frame.count ? frame.lowerBound + Int(number - 1) : nil
            }
            if let pick { picks[row(place)] = partitions.rows[pick] }
        }
        return values(of: column, at: picks)
    }

    /// The values of other rows, NULL for none.
    private func values(of column: Vector, at picks: [UInt32]) -> Vector {
        let isThere = picks.mapped { $0 != Self.none }
        let values = column.rows(picks.mapped { $0 == Self.none ? 0 : $0 })
        let valid = values.valid.map { Columns.map($0, isThere) { $0 && $1 } } ?? isThere
        return Vector(call.type, values.values, valid: valid.contains(false) ? valid : nil)
    }
}
