import AuraCore

/// What an aggregate knows of each group so far.
protocol Accumulator: AnyObject {
    /// Takes rows, each into its group; there are `groupCount` groups by now.
    ///
    /// - Parameter columns: The arguments, with a stored value for each row.
    func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int
    ) throws(ComputationError)

    /// Takes what another, of rows behind these, knows of its groups.
    ///
    /// - Parameter groups: Which group each of the other's is here.
    func merge(_ other: Self, _ groups: [UInt32], groupCount: Int) throws(ComputationError)

    /// The result of each group.
    func results(_ groupCount: Int) throws(ComputationError) -> Vector

    /// Bytes of memory, about.
    var size: Int { get }
}

/// The states of groups.
extension Array {
    /// Makes room for so many groups.
    mutating func grow(to count: Int, _ empty: Element) {
        if self.count < count {
            append(contentsOf: repeatElement(empty, count: count - self.count))
        }
    }

    /// Lets each row that has a value change the state of its group.
    ///
    /// - Parameters:
    ///   - groups: The group of each row, all of which have a state.
    ///   - valid: Which rows have a value; nil if all do.
    @inline(__always)
    mutating func update<Input, Failure: Error>(
        _ groups: RowNumbers, by values: [Input], _ valid: [Bool]?,
        _ body: (inout Element, Input) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(values.count == groups.count)
        if values.isEmpty { return }
        var states = mutableSpan
        let values = values.span
        if groups.isConstant {
            let group = groups[0]
            var state = states[group]
            for row in values.indices where valid?[row] ?? true {
                try body(&state, values[row])
            }
            states[group] = state
            return
        }
        let groups = groups.stored.span
        guard let valid else {
            for row in values.indices { try body(&states[Int(groups[row])], values[row]) }
            return
        }
        let isValid = valid.span
        for row in values.indices where isValid[row] {
            try body(&states[Int(groups[row])], values[row])
        }
    }

    /// Takes the states of others, each into its group here.
    @inline(__always)
    mutating func merge<Failure: Error>(
        _ others: [Element], _ groups: [UInt32],
        _ body: (inout Element, Element) throws(Failure) -> Void
    ) throws(Failure) {
        // There may be groups that the others have not met.
        let groups =
            groups.count == others.count ? groups : Array<UInt32>(groups.prefix(others.count))
        try update(RowNumbers(groups), by: others, nil, body)
    }
}

extension Accumulator {
    /// Merges one that was made for the same aggregate.
    func merge(
        same other: any Accumulator, _ groups: [UInt32], groupCount: Int
    ) throws(ComputationError) {
        guard let other = other as? Self else { preconditionFailure("another aggregate") }
        try merge(other, groups, groupCount: groupCount)
    }
}

extension AggregateFunction {
    /// A new one, that has seen no rows.
    func accumulator() -> any Accumulator {
        switch kind {
        case .count: CountAccumulator()
        case .eventCount: CountAccumulator(isOfWeights: true)
        case .countIf: WholeSumAccumulator()
        case .sum:
            result == .float64 ? FloatSumAccumulator(isAverage: false) : WholeSumAccumulator()
        case .average:
            arguments[0] == .float64
                ? FloatSumAccumulator(isAverage: true) : WholeAverageAccumulator()
        case .product: ProductAccumulator(isMean: false)
        case .geometricMean: ProductAccumulator(isMean: true)
        case .least: ExtremeAccumulator(result, isGreatest: false)
        case .greatest: ExtremeAccumulator(result, isGreatest: true)
        case .first(let skipsNulls): PickAccumulator(result, isLast: false, skipsNulls)
        case .last(let skipsNulls): PickAccumulator(result, isLast: true, skipsNulls)
        case .valueAtLeast: ExtremeRowAccumulator(result, isGreatest: false)
        case .valueAtGreatest: ExtremeRowAccumulator(result, isGreatest: true)
        case .moment(let moment): MomentAccumulator(moment)
        case .pair(let moment): PairAccumulator(moment)
        case .approximateCount: SketchAccumulator()
        case .allHold: LogicAccumulator(isAnd: true)
        case .anyHolds: LogicAccumulator(isAnd: false)
        case .bitAnd, .bitOr, .bitXor: BitAccumulator(kind, result)
        case .funnel(let steps, let within): FunnelAccumulator(steps: steps, within: within)
        case .retention(let every, let periods):
            RetentionAccumulator(every: every, periods: periods)
        case .quantile(let fractions, .continuous, let isList):
            FloatQuantileAccumulator(fractions, isList)
        case .approximateQuantile(let fractions, let isList)
        where result == .float64 || result == .list(.float64):
            FloatQuantileAccumulator(fractions, isList)
        case .quantile, .approximateQuantile, .mode, .medianDeviation, .entropy, .top, .list,
            .texts:
            CollectingAccumulator(self)
        }
    }
}
