import AuraCore

/// The results of one window function.
struct WindowValues {
    private let call: WindowCall
    private let partitions: WindowPartitions
    private let frames: WindowFrames
    private let batch: RowBatch
    private let evaluator: Evaluator

    init(
        _ call: WindowCall, _ partitions: WindowPartitions, _ batch: RowBatch,
        _ evaluator: Evaluator
    ) {
        self.call = call
        self.partitions = partitions
        frames = WindowFrames(call, partitions, evaluator)
        self.batch = batch
        self.evaluator = evaluator
    }

    /// One for each row, in the order of rows.
    func values() throws(QueryFailure) -> Vector {
        let sorted =
            switch call.function {
            case .aggregate(let aggregate): try self.aggregated(aggregate)
            case .ranking(let ranking): try ranked(ranking)
            case .series(let series):
                try WindowSeriesValues(series, call, partitions, batch, evaluator).values()
            }
        var places = [UInt32](repeating: 0, count: batch.count)
        for (place, row) in partitions.rows.enumerated() { places[Int(row)] = UInt32(place) }
        return sorted.rows(places)
    }

    // MARK: Aggregates

    /// The aggregate of each place's frame.
    ///
    /// Frames that only grow, as those up to the current row do, take each row once; others are filled
    /// many at a time.
    private func aggregated(_ aggregate: AggregateCall) throws(QueryFailure) -> Vector {
        let rows = try WindowArguments(aggregate, partitions.rows, batch, evaluator)
        if let sums = PrefixFrames(aggregate, rows, places: batch.count) {
            var builder = VectorBuilder(call.type)
            try frames.forEach { _, _, _, frame throws(QueryFailure) in
                builder.append(sums.value(of: frame))
            }
            return builder.finish()
        }
        if case .unboundedPreceding = call.frame.start {
            var state = FrameState(aggregate, rows)
            var builder = VectorBuilder(call.type)
            try frames.forEach { _, _, _, frame throws(QueryFailure) in
                builder.append(try state.value(of: frame))
            }
            return builder.finish()
        }
        var filled = FilledFrames(aggregate, rows)
        try frames.forEach { _, _, _, frame throws(QueryFailure) in try filled.add(frame) }
        return Vector.joined(try filled.results(), call.type)
    }

    // MARK: Ranks and values

    private func ranked(_ ranking: WindowRanking) throws(QueryFailure) -> Vector {
        var arguments: [Vector] = []
        for argument in call.arguments { arguments.append(try evaluator.evaluate(argument, batch)) }
        var builder = VectorBuilder(call.type)
        var partitionStart = -1
        var peerStart = -1
        var denseRank: Int64 = 0
        try frames.forEach { place, partition, peers, frame throws(QueryFailure) in
            if partition.lowerBound != partitionStart {
                partitionStart = partition.lowerBound
                denseRank = 0
                peerStart = -1
            }
            if peers.lowerBound != peerStart {
                peerStart = peers.lowerBound
                denseRank += 1
            }
            let rank = peers.lowerBound - partition.lowerBound + 1
            let value: Value
            switch ranking {
            case .rowNumber: value = .int64(Int64(place - partition.lowerBound + 1))
            case .rank: value = .int64(Int64(rank))
            case .denseRank: value = .int64(denseRank)
            case .percentRank:
                let others = Double(partition.count - 1)
                value = .float64(others == 0 ? 0 : Double(rank - 1) / others)
            case .cumulativeDistribution:
                let upTo = Double(peers.upperBound - partition.lowerBound)
                value = .float64(upTo / Double(partition.count))
            case .ntile: value = try tile(place, partition, arguments[0])
            case .lag, .lead:
                value = neighbour(place, partition, arguments, isLag: ranking == .lag)
            case .firstValue, .lastValue, .nthValue:
                value = picked(ranking, place, frame, arguments)
            }
            builder.append(value)
        }
        return builder.finish()
    }

    private func row(_ place: Int) -> Int { Int(partitions.rows[place]) }

    private func tile(
        _ place: Int, _ partition: Range<Int>, _ counts: Vector
    ) throws(QueryFailure) -> Value {
        guard case .int64(let count) = counts.value(row(place)) else { return .null }
        guard count > 0 else {
            throw .text(TextError("ntile takes a count from 1 on", at: call.arguments[0].place))
        }
        let index = Int64(place - partition.lowerBound)
        let (size, greater) = Int64(partition.count).quotientAndRemainder(dividingBy: count)
        // The first parts have one more each.
        let inGreater = greater * (size + 1)
        return .int64(
            index < inGreater ? index / (size + 1) + 1 : greater + (index - inGreater) / size + 1)
    }

    private func neighbour(
        _ place: Int, _ partition: Range<Int>, _ arguments: [Vector], isLag: Bool
    ) -> Value {
        var distance: Int64 = 1
        if arguments.count > 1 {
            guard case .int64(let given) = arguments[1].value(row(place)) else { return .null }
            distance = given
        }
        let otherwise = arguments.count > 2 ? arguments[2].value(row(place)) : .null
        let step = isLag ? 0 &- distance : distance
        if call.ignoresNulls { return known(place, partition, arguments[0], step) ?? otherwise }
        let (target, overflows) = Int64(place).addingReportingOverflow(step)
        guard !overflows, target >= Int64(partition.lowerBound),
            target < Int64(partition.upperBound)
        else { return otherwise }
        return arguments[0].value(row(Int(target)))
    }

    /// The value so many steps away among those that are not NULL.
    private func known(
        _ place: Int, _ partition: Range<Int>, _ column: Vector, _ step: Int64
    ) -> Value? {
        if step == 0 { return column.value(row(place)) }
        var left = step.magnitude
        var place = place
        while true {
            place += step < 0 ? -1 : 1
            guard partition.contains(place) else { return nil }
            if column.isValid(row(place)) { left -= 1 }
            if left == 0 { return column.value(row(place)) }
        }
    }

    private func picked(
        _ ranking: WindowRanking, _ place: Int, _ frame: Range<Int>, _ arguments: [Vector]
    ) -> Value {
        let column = arguments[0]
        func isWanted(_ place: Int) -> Bool { !call.ignoresNulls || column.isValid(row(place)) }
        switch ranking {
        case .firstValue: return frame.first(where: isWanted).map { column.value(row($0)) } ?? .null
        case .lastValue: return frame.last(where: isWanted).map { column.value(row($0)) } ?? .null
        default:
            guard case .int64(let number) = arguments[1].value(row(place)), number > 0 else {
                return .null
            }
            var left = number
            for place in frame where isWanted(place) {
                left -= 1
                if left == 0 { return column.value(row(place)) }
            }
            return .null
        }
    }
}

/// The arguments of an aggregate in the order of a window's places.
struct WindowArguments {
    let columns: [Vector]
    let orderKeys: [Vector]
    /// Which places its FILTER takes; nil if all.
    let isTaken: [Bool]?

    init(
        _ call: AggregateCall, _ rows: [UInt32], _ batch: RowBatch, _ evaluator: Evaluator
    ) throws(QueryFailure) {
        var columns: [Vector] = []
        for argument in call.arguments {
            columns.append(try evaluator.evaluate(argument, batch).expanded.rows(rows))
        }
        var keys: [Vector] = []
        for key in call.order {
            keys.append(try evaluator.evaluate(key.expression, batch).expanded.rows(rows))
        }
        self.columns = columns
        orderKeys = keys
        isTaken = try call.filter.map { filter throws(QueryFailure) in
            let holds = try evaluator.evaluate(filter, batch).expanded.rows(rows)
            return (0..<rows.count).map { holds.bools[$0] && holds.isValid($0) }
        }
    }

    /// Those of some places, as far as the FILTER takes them.
    func part(_ range: Range<Int>) -> AggregateArguments {
        var places = range.map { UInt32($0) }
        if let isTaken { places.removeAll { !isTaken[Int($0)] } }
        return at(places)
    }

    /// Those of some places.
    func at(_ places: [UInt32]) -> AggregateArguments {
        AggregateArguments(
            rows: places, columns: columns.map { $0.rows(places) },
            orderKeys: orderKeys.map { $0.rows(places) })
    }
}

/// The aggregates of frames, each of which takes all of its rows anew.
private struct FilledFrames {
    private let call: AggregateCall
    private let arguments: WindowArguments
    /// Frames that wait to be filled together, and how many rows they have.
    private var waiting: [Range<Int>] = []
    private var waitingRows = 0
    private var parts: [Vector] = []

    private static let rowsAtOnce = 1 << 16

    init(_ call: AggregateCall, _ arguments: WindowArguments) {
        self.call = call
        self.arguments = arguments
    }

    mutating func add(_ frame: Range<Int>) throws(QueryFailure) {
        waiting.append(frame)
        waitingRows += frame.count
        if waitingRows >= FilledFrames.rowsAtOnce || waiting.count >= FilledFrames.rowsAtOnce {
            try fill()
        }
    }

    private mutating func fill() throws(QueryFailure) {
        var places: [UInt32] = []
        var groups: [UInt32] = []
        places.reserveCapacity(waitingRows)
        groups.reserveCapacity(waitingRows)
        for (group, frame) in waiting.enumerated() {
            for place in frame where arguments.isTaken?[place] ?? true {
                places.append(UInt32(place))
                groups.append(UInt32(group))
            }
        }
        var state = AggregateState(call)
        try state.add(arguments.at(places), RowNumbers(groups), waiting.count)
        parts.append(try state.results(waiting.count))
        waiting = []
        waitingRows = 0
    }

    /// One for each frame.
    mutating func results() throws(QueryFailure) -> [Vector] {
        try fill()
        return parts
    }
}

/// The aggregate of one frame after another.
private struct FrameState {
    private let call: AggregateCall
    private let arguments: WindowArguments
    private var state: AggregateState
    /// What the state has taken.
    private var taken = 0..<0
    private var last: Value?

    init(_ call: AggregateCall, _ arguments: WindowArguments) {
        self.call = call
        self.arguments = arguments
        state = AggregateState(call)
    }

    mutating func value(of frame: Range<Int>) throws(QueryFailure) -> Value {
        if frame == taken, let last { return last }
        let grows =
            call.order.isEmpty && frame.lowerBound == taken.lowerBound
            && frame.upperBound >= taken.upperBound
        if !grows { state = AggregateState(call) }
        let fresh = grows ? taken.upperBound..<frame.upperBound : frame
        let part = arguments.part(fresh)
        try state.add(part, RowNumbers(0, count: part.rows?.count ?? 0), 1)
        let value = try state.results(1).value(0)
        taken = frame
        last = value
        return value
    }
}
