import AuraCore

/// ORDER BY.
extension Execution {
    /// The columns of a plan's rows in order: keys are read of all rows, other columns only of those that
    /// are wanted.
    func sorted(
        _ input: Plan, _ keys: [SortKey], _ limit: RowLimit, _ needed: NeededColumns,
        _ used: NeededColumns
    ) throws(QueryFailure) -> [Vector] {
        let (types, evaluator) = (input.types, evaluator)
        if limit.end == 0 { return types.map { VectorBuilder($0).finish() } }
        let bound = limit.end.map { SortBound(keys[0], first: $0) }
        var rows = SortedBatches(keys, bound, evaluator)
        if let end = limit.end, input.isByTime(keys[0]) {
            try takeInOrder(&rows, try morsels(of: input, used), keys, bound, first: end)
        } else {
            rows = try fold(input, used) { SortedBatches(keys, bound, evaluator) }
        }
        let order = try rows.order(first: limit.end).dropFirst(limit.offset)
        return try rows.columns(Array(order), types, needed)
    }
}

extension Execution {
    /// Takes the first rows by time: the morsels in the order of theirs, more and more at once, until none
    /// that is left can have one that comes before; of the others no more than may do so is read.
    private func takeInOrder(
        _ rows: inout SortedBatches, _ morsels: [Morsel], _ keys: [SortKey], _ bound: SortBound?,
        first count: Int
    ) throws(QueryFailure) {
        let isDescending = keys[0].isDescending
        let evaluator = evaluator
        // The earliest a morsel can come, descending times being turned about.
        let starts = morsels.map { morsel -> Int64 in
            guard let times = morsel.times else { return .min }
            return isDescending ? ~times.upperBound : times.lowerBound
        }
        let order = morsels.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
        var taken = 0
        var wanted = settings.partRows
        while taken < order.count {
            var times: Range<Int64>?
            if let last = try rows.time(at: count - 1) {
                if starts[order[taken]] > (isDescending ? ~last : last) { return }
                times = isDescending ? last..<(.max) : .min..<last + 1
            }
            var next = taken
            var size = 0
            while next < order.count, size < wanted {
                size += morsels[order[next]].size
                next += 1
            }
            let part = order[taken..<next].map { index in
                times.map { morsels[index].narrowed(to: $0) } ?? morsels[index]
            }
            try rows.merge(try fold(part) { SortedBatches(keys, bound, evaluator) })
            taken = next
            wanted *= 2
        }
    }
}

extension Plan {
    /// Whether a key is the time of the events that rows come from, a row for each.
    fileprivate func isByTime(_ key: SortKey) -> Bool {
        guard case .column(let column) = key.expression.form else { return false }
        switch node {
        case .scan(let scan): return scan.cells == nil && scan.fields[column] == .time
        case .filter(let input, _): return input.isByTime(key)
        case .project(let input, let expressions):
            var below = key
            below.expression = expressions[column]
            return input.isByTime(below)
        default: return false
        }
    }
}
