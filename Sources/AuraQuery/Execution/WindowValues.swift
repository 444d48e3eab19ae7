import AuraCore

/// The results of one window function.
struct WindowValues {
    let call: WindowCall
    let partitions: WindowPartitions
    let frames: WindowFrames
    let batch: RowBatch
    let evaluator: Evaluator

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
        switch call.function {
        case .aggregate(let aggregate): byRow(try aggregated(aggregate))
        case .ranking(let ranking): try ranked(ranking)
        case .series(let series): byRow(try along(series))
        }
    }

    /// In the order of rows what is in that of places.
    private func byRow(_ values: Vector) -> Vector {
        var placesOfRows = [UInt32](repeating: 0, count: batch.count)
        var places = placesOfRows.mutableSpan
        let rows = partitions.rows.span
        for place in rows.indices { places[Int(rows[place])] = UInt32(place) }
        return values.rows(placesOfRows)
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
