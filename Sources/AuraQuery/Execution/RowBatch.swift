import AuraCore
import AuraStorage

/// Some rows on their way through a plan; each column is made when somebody asks for it.
///
/// Belongs to one thread.
final class RowBatch {
    /// Where columns come from.
    enum Origin {
        case given
        case scan(ScannedRows)
        case selected(RowBatch, [UInt32])
        case projected(RowBatch, [BoundExpression], Evaluator)
        /// The columns of one after those of the other.
        case beside(RowBatch, RowBatch)
    }

    let count: Int
    private let origin: Origin
    /// The rows among which these were selected, whose columns need not be made anew if they are known.
    private let wider: (batch: RowBatch, rows: [UInt32])?
    private var columns: [Vector?]
    /// Of the thread that it belongs to; nil where nothing of it is measured.
    let watch: Stopwatch?
    /// Whose time it is to make a column.
    private let step: StepProfile?

    /// Rows that are there.
    init(_ columns: [Vector], count: Int, _ watch: Stopwatch? = nil) {
        self.columns = columns
        self.count = count
        self.watch = watch
        origin = .given
        wider = nil
        step = nil
    }

    private init(
        _ origin: Origin, count: Int, width: Int, among wider: (RowBatch, [UInt32])? = nil,
        _ watch: Stopwatch?, _ step: StepProfile?
    ) {
        self.origin = origin
        self.count = count
        self.wider = wider
        self.watch = watch
        self.step = step
        columns = Array(repeating: nil, count: width)
    }

    /// Rows of a chunk or a strip.
    convenience init(_ rows: ScannedRows, _ watch: Stopwatch, _ step: StepProfile?) {
        self.init(.scan(rows), count: rows.count, width: rows.columnCount, watch, step)
    }

    /// What expressions make of the rows.
    func projected(_ expressions: [BoundExpression], _ evaluator: Evaluator) -> RowBatch {
        RowBatch(
            .projected(self, expressions, evaluator), count: count, width: expressions.count,
            watch, watch?.step)
    }

    /// The rows with the columns of as many others behind their own.
    func beside(_ other: RowBatch) -> RowBatch {
        RowBatch(
            .beside(self, other), count: count, width: columns.count + other.columns.count,
            watch, watch?.step)
    }

    /// Some of the rows, in any order and number.
    func selecting(_ rows: [UInt32]) -> RowBatch {
        if rows.count == count, isEach(rows) { return self }
        let origin: Origin =
            switch origin {
            case .projected(let base, let expressions, let evaluator):
                .projected(base.selecting(rows), expressions, evaluator)
            case .selected(let base, let places):
                .selected(base, places.at(rows))
            case .beside(let left, let right):
                .beside(left.selecting(rows), right.selecting(rows))
            case .given, .scan: .selected(self, rows)
            }
        return RowBatch(
            origin, count: rows.count, width: columns.count, among: (self, rows), watch,
            watch?.step)
    }

    /// The same, to be kept: where they are few, without what was read of others.
    func keeping(_ rows: [UInt32]) -> RowBatch {
        let kept = selecting(rows)
        return rows.count < count / RowBatch.aloneOf ? kept.unread : kept
    }

    /// The same rows, of which nothing was read yet.
    private var unread: RowBatch {
        let origin: Origin
        switch self.origin {
        case .given: return self
        case .scan: origin = self.origin
        case .selected(let base, let rows):
            if case .given = base.origin {
                return RowBatch(
                    base.columns.compactMap { $0?.rows(rows) }, count: count, watch)
            }
            origin = .selected(base.unread, rows)
        case .projected(let base, let expressions, let evaluator):
            // Made again, it would be something else.
            if expressions.contains(where: { $0.contains(\.isVolatileCall) }) { return self }
            origin = .projected(base.unread, expressions, evaluator)
        case .beside(let left, let right): origin = .beside(left.unread, right.unread)
        }
        return RowBatch(origin, count: count, width: columns.count, watch, step)
    }

    /// Whether rows are all there are, in their order.
    private func isEach(_ rows: [UInt32]) -> Bool {
        for (index, row) in rows.enumerated() where index != Int(row) { return false }
        return true
    }

    /// Whether a column was made, of these rows or more.
    private func isKnown(_ index: Int) -> Bool {
        columns[index] != nil || wider?.batch.isKnown(index) ?? false
    }

    var columnCount: Int { columns.count }

    /// The values of a column.
    func column(_ index: Int) throws(QueryFailure) -> Vector {
        if let known = columns[index] { return known }
        let last = watch?.turn(to: step)
        defer { watch?.turn(to: last) }
        if let (batch, rows) = wider, batch.isKnown(index) {
            let column = try batch.column(index).rows(rows)
            columns[index] = column
            return column
        }
        let column: Vector
        switch origin {
        case .given: preconditionFailure("a column that was not given")
        case .scan(let rows): column = try read(index, of: rows)
        case .selected(let base, let rows): column = try base.column(index, at: rows)
        case .projected(let base, let expressions, let evaluator):
            column = try evaluator.evaluate(expressions[index], base)
        case .beside(let left, let right):
            column =
                index < left.columnCount
                ? try left.column(index) : try right.column(index - left.columnCount)
        }
        columns[index] = column
        return column
    }

    private func read(_ index: Int, of rows: ScannedRows) throws(QueryFailure) -> Vector {
        let column = try rows.column(index)
        step?.add(column.storedCount * 8 + column.contentBytes, to: .decoded)
        return column
    }

    /// Of so many rows one is worth being read alone.
    private static let aloneOf = 64

    /// The values of a column at some rows: where these are few, no others are read.
    private func column(_ index: Int, at rows: [UInt32]) throws(QueryFailure) -> Vector {
        if case .scan(let scanned) = origin, columns[index] == nil,
            rows.count < count / RowBatch.aloneOf,
            zip(rows, rows.dropFirst()).allSatisfy({ $0 < $1 }), let few = scanned.rows(at: rows)
        {
            return try read(index, of: few)
        }
        return try column(index).rows(rows)
    }

    /// All of them.
    func allColumns() throws(QueryFailure) -> [Vector] {
        var all: [Vector] = []
        for index in columns.indices { all.append(try column(index)) }
        return all
    }
}
