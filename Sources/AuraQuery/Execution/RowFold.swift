import AuraCore

/// What becomes of rows that are taken in parts, each apart from the others: then one takes over what the
/// next has.
///
/// A part belongs to one thread at a time.
protocol RowFold {
    /// Takes rows.
    mutating func add(_ batch: RowBatch) throws(QueryFailure)
    /// Takes what a part has taken whose rows are behind these.
    mutating func merge(_ next: Self) throws(QueryFailure)
    /// Bytes of memory, about.
    var size: Int { get }
}

/// All rows, column by column: those that are not needed are NULL.
struct CollectedRows: RowFold {
    private let types: [ValueType]
    private let needed: [Int]
    private var parts: [[Vector]]
    private(set) var count = 0
    private var contentBytes = 0

    init(_ types: [ValueType], _ needed: NeededColumns) {
        self.types = types
        self.needed = needed.columns.sorted()
        parts = Array(repeating: [], count: types.count)
    }

    var size: Int { count * max(1, needed.count) * 8 + contentBytes }

    mutating func add(_ batch: RowBatch) throws(QueryFailure) {
        for index in needed {
            let column = try batch.column(index)
            parts[index].append(column)
            contentBytes += column.contentBytes
        }
        count += batch.count
    }

    mutating func merge(_ next: CollectedRows) {
        for index in parts.indices { parts[index] += next.parts[index] }
        count += next.count
        contentBytes += next.contentBytes
    }

    /// The columns.
    func columns() -> [Vector] {
        zip(types, parts).map { type, parts in
            parts.isEmpty ? Vector(.null, type, count: count) : Vector.joined(parts, type)
        }
    }
}

/// The first of all rows that are alike in some columns.
struct DistinctRows: RowFold {
    private let keys: [BoundExpression]
    private let evaluator: Evaluator
    private var groups: GroupNumbers
    private var rows: CollectedRows
    /// Whether each group has a row: they are not numbered in the order of rows, for NULL comes late.
    private var isKnown: [Bool] = []

    init(
        _ keys: [BoundExpression], _ types: [ValueType], _ needed: NeededColumns,
        _ evaluator: Evaluator
    ) {
        self.keys = keys
        self.evaluator = evaluator
        groups = GroupNumbers(keys.map(\.type))
        rows = CollectedRows(types, needed.adding(keys))
    }

    var count: Int { rows.count }
    var size: Int { groups.size + rows.size }

    mutating func add(_ batch: RowBatch) throws(QueryFailure) {
        if batch.count == 0 { return }
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, batch)) }
        let numbers = groups.numbers(of: columns, count: batch.count)
        isKnown.grow(to: groups.count, false)
        var fresh: [UInt32] = []
        for row in 0..<(numbers.isConstant ? 1 : batch.count) where !isKnown[numbers[row]] {
            fresh.append(UInt32(row))
            isKnown[numbers[row]] = true
        }
        if !fresh.isEmpty { try rows.add(batch.selecting(fresh)) }
    }

    mutating func merge(_ next: DistinctRows) throws(QueryFailure) {
        try add(RowBatch(next.columns(), count: next.rows.count))
    }

    /// The columns of the rows.
    func columns() -> [Vector] { rows.columns() }
}
