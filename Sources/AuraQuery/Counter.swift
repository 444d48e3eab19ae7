import AuraCore
public import AuraStorage

/// Counts the events of a snapshot.
public enum Counter {
    /// Answers the query from a snapshot.
    ///
    /// Without conditions on rows, a strip is answered from its type table; otherwise its columns
    /// are scanned, about a nanosecond a row and column.
    public static func run(
        _ query: CountQuery, over snapshot: Snapshot
    ) throws(QueryError) -> CountResult {
        guard query.groupings.count <= CountQuery.maximumGroupings else {
            throw .tooManyGroupings(query.groupings.count)
        }
        for case .bucket(let width) in query.groupings where width < 1_000 {
            throw .badBucket(width)
        }
        if let start = query.start, let end = query.end, start >= end { throw .emptyRange }
        var groups: [[GroupKey]: CountResult.Row] = [:]
        var tooMany = false
        snapshot.forEachStrip { strip in
            count(query, strip.batch, into: &groups)
            tooMany = groups.count > CountQuery.maximumGroups
            return !tooMany
        }
        if tooMany { throw .tooManyGroups(CountQuery.maximumGroups) }
        let rows = groups.values.sorted { $0.keys.precede($1.keys) }
        return CountResult(rows: rows, watermark: snapshot.watermark)
    }

    private static func count(
        _ query: CountQuery, _ batch: EventBatch, into groups: inout [[GroupKey]: CountResult.Row]
    ) {
        guard var selection = RowSelection(batch, query) else { return }
        for filter in query.filters { selection.keep(filter, batch) }
        let times = batch.times()
        if query.groupings.isEmpty {
            var tally = Tally()
            selection.forEach { tally.add(times[$0]) }
            if tally.count > 0 { groups.merge([], tally) }
            return
        }
        let dimensions = query.groupings.map { Dimension($0, batch, times) }
        let possible = dimensions.reduce(1) { $0.multipliedCapped($1.keys.count) }
        // Four groupings of a full batch's rows have more mixes than 64 bits can number.
        if possible < .max {
            count(selection, times, dimensions, Tallies<Int>(possible), into: &groups)
        } else {
            count(selection, times, dimensions, Tallies<UInt128>(possible), into: &groups)
        }
    }

    /// Each dimension numbers its keys within the batch; a row's group is the mix of them.
    private static func count<Group: FixedWidthInteger>(
        _ selection: RowSelection, _ times: [Int64], _ dimensions: [Dimension],
        _ tallies: consuming Tallies<Group>, into groups: inout [[GroupKey]: CountResult.Row]
    ) {
        var tallies = tallies
        selection.forEach { row in
            var group: Group = 0
            for dimension in dimensions {
                group = group &* Group(dimension.keys.count) &+ Group(dimension.codes[row])
            }
            tallies.add(times[row], to: group)
        }
        tallies.forEach { group, tally in
            var group = group
            var keys: [GroupKey] = []
            for dimension in dimensions.reversed() {
                let (quotient, code) = group.quotientAndRemainder(
                    dividingBy: Group(dimension.keys.count))
                keys.append(dimension.keys[Int(code)])
                group = quotient
            }
            groups.merge(keys.reversed(), tally)
        }
    }
}

/// Count and time range of the rows of one group in one batch.
private struct Tally {
    var count: UInt64 = 0
    var first = Int64.max
    var last = Int64.min

    mutating func add(_ time: Int64) {
        count += 1
        first = min(first, time)
        last = max(last, time)
    }
}

/// The tallies of a batch's groups: an array while the possible groups are few.
private struct Tallies<Group: FixedWidthInteger> {
    private var dense: [Tally] = []
    private var sparse: [Group: Tally] = [:]

    init(_ possible: Int) {
        if possible <= 65_536 { dense = Array(repeating: Tally(), count: possible) }
    }

    mutating func add(_ time: Int64, to group: Group) {
        if dense.isEmpty {
            sparse[group, default: Tally()].add(time)
        } else {
            dense[Int(group)].add(time)
        }
    }

    func forEach(_ body: (Group, Tally) -> Void) {
        for (group, tally) in dense.enumerated() where tally.count > 0 { body(Group(group), tally) }
        for (group, tally) in sparse { body(group, tally) }
    }
}

extension Int {
    /// The product, or a number too large for any array.
    fileprivate func multipliedCapped(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

/// The rows of a batch that still count.
private struct RowSelection {
    private let rowCount: Int
    /// nil while all rows count.
    private var isKept: [Bool]?

    /// Rows of the query's types and time range; nil if there are none.
    init?(_ batch: EventBatch, _ query: CountQuery) {
        let start = query.start?.microseconds ?? Int64.min
        let end = query.end?.microseconds ?? Int64.max
        let range = batch.layout.timeRange
        guard range.upperBound >= start, range.lowerBound < end else { return nil }
        rowCount = batch.rowCount
        if !query.types.isEmpty {
            let wanted = Set(query.types.compactMap { batch.code(of: $0) })
            let keep = batch.layout.types.map { wanted.contains($0.name) }
            guard keep.contains(true) else { return nil }
            if keep.contains(false) { isKept = batch.typeCodes().map { keep[Int($0)] } }
        }
        if range.lowerBound < start || range.upperBound >= end {
            let isInside = batch.times().map { $0 >= start && $0 < end }
            intersect(isInside)
        }
    }

    private mutating func intersect(_ other: [Bool]) {
        guard var kept = isKept else {
            isKept = other
            return
        }
        for row in kept.indices where !other[row] { kept[row] = false }
        isKept = kept
    }

    /// Keeps rows whose attribute equals one of the filter's values.
    mutating func keep(_ filter: CountQuery.Filter, _ batch: EventBatch) {
        var matches = [Bool](repeating: false, count: batch.rowCount)
        for column in batch.columns(named: filter.attribute) {
            let values = filter.values.filter { $0.type == column.type }
            guard !values.isEmpty else { continue }
            var index = 0
            if column.type == .string {
                let codes = Set(values.compactMap { batch.code(of: $0.description) })
                guard !codes.isEmpty else { continue }
                batch.forEachRow(of: column) { row in
                    matches[row] = codes.contains(batch.stringCode(at: index, of: column.values))
                    index += 1
                }
                continue
            }
            batch.forEachRow(of: column) { row in
                if values.contains(batch.value(at: index, of: column)) { matches[row] = true }
                index += 1
            }
        }
        intersect(matches)
    }

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        guard let isKept else {
            for row in 0..<rowCount { body(row) }
            return
        }
        for row in isKept.indices where isKept[row] { body(row) }
    }
}

/// The keys of one grouping within one batch, numbered.
private struct Dimension {
    var keys: [GroupKey] = []
    /// The number of each row's key.
    var codes: [UInt32]

    init(_ grouping: CountQuery.Grouping, _ batch: EventBatch, _ times: [Int64]) {
        switch grouping {
        case .type:
            keys = batch.layout.types.map { .type(batch.string($0.name)) }
            codes = batch.typeCodes()
        case .bucket(let width):
            codes = Array(repeating: 0, count: batch.rowCount)
            var numbers: [Int64: UInt32] = [:]
            for row in codes.indices {
                codes[row] = number(times[row].flooredQuotient(width), &numbers) {
                    .bucket(Timestamp(microseconds: $0 * width))
                }
            }
        case .attribute(let name):
            keys = [.attribute(nil)]
            codes = Array(repeating: 0, count: batch.rowCount)
            for column in batch.columns(named: name) {
                add(column, batch)
            }
        }
    }

    private mutating func add(_ column: BatchLayout.Column, _ batch: EventBatch) {
        var index = 0
        if column.type == .string {
            var numbers: [Int: UInt32] = [:]
            batch.forEachRow(of: column) { row in
                let code = batch.stringCode(at: index, of: column.values)
                codes[row] = number(code, &numbers) { .attribute(.string(batch.string($0))) }
                index += 1
            }
            return
        }
        var numbers: [AttributeValue: UInt32] = [:]
        batch.forEachRow(of: column) { row in
            codes[row] = number(batch.value(at: index, of: column), &numbers) { .attribute($0) }
            index += 1
        }
    }

    /// The number of a value, whose key is added when it is new.
    private mutating func number<Value: Hashable>(
        _ value: Value, _ numbers: inout [Value: UInt32], key: (Value) -> GroupKey
    ) -> UInt32 {
        if let number = numbers[value] { return number }
        let number = UInt32(keys.count)
        keys.append(key(value))
        numbers[value] = number
        return number
    }
}

extension EventBatch {
    /// The columns of an attribute, one for each type it has.
    fileprivate func columns(named name: String) -> [BatchLayout.Column] {
        guard let code = code(of: name) else { return [] }
        return layout.columns.filter { $0.name == code }
    }
}

extension Dictionary<[GroupKey], CountResult.Row> {
    fileprivate mutating func merge(_ keys: [GroupKey], _ tally: Tally) {
        let first = Timestamp(microseconds: tally.first)
        let last = Timestamp(microseconds: tally.last)
        if var row = self[keys] {
            row.count += tally.count
            row.first = Swift.min(row.first, first)
            row.last = Swift.max(row.last, last)
            self[keys] = row
        } else {
            self[keys] = CountResult.Row(
                keys: keys, count: tally.count, first: first, last: last)
        }
    }
}

extension [GroupKey] {
    /// The order of rows: by the first key that differs; absent attributes first.
    fileprivate func precede(_ other: [GroupKey]) -> Bool {
        for (left, right) in zip(self, other) where left != right {
            return left.precedes(right)
        }
        return false
    }
}

extension GroupKey {
    fileprivate func precedes(_ other: GroupKey) -> Bool {
        switch (self, other) {
        case (.type(let left), .type(let right)): left < right
        case (.bucket(let left), .bucket(let right)): left < right
        case (.attribute(let left), .attribute(let right)):
            switch (left, right) {
            case (nil, _): right != nil
            case (_, nil): false
            case (.int64(let left)?, .int64(let right)?): left < right
            case (.float64(let left)?, .float64(let right)?): left < right
            case (let left?, let right?):
                (left.type.rawValue, left.description) < (right.type.rawValue, right.description)
            }
        default: false
        }
    }
}
