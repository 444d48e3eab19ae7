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
    private var columns: [Vector?]

    /// Rows that are there.
    init(_ columns: [Vector], count: Int) {
        self.columns = columns
        self.count = count
        origin = .given
    }

    private init(_ origin: Origin, count: Int, columns: [Vector?]) {
        self.origin = origin
        self.count = count
        self.columns = columns
    }

    /// Rows of a chunk or a strip.
    convenience init(_ rows: ScannedRows) {
        self.init(
            .scan(rows), count: rows.count, columns: Array(repeating: nil, count: rows.columnCount))
    }

    /// What expressions make of the rows.
    func projected(_ expressions: [BoundExpression], _ evaluator: Evaluator) -> RowBatch {
        RowBatch(
            .projected(self, expressions, evaluator), count: count,
            columns: Array(repeating: nil, count: expressions.count))
    }

    /// The rows with the columns of as many others behind their own.
    func beside(_ other: RowBatch) -> RowBatch {
        RowBatch(
            .beside(self, other), count: count,
            columns: Array(repeating: nil, count: columns.count + other.columns.count))
    }

    /// Some of the rows, in any order and number.
    func selecting(_ rows: [UInt32]) -> RowBatch {
        let known = columns.map { $0?.rows(rows) }
        switch origin {
        case .projected(let base, let expressions, let evaluator):
            let origin = Origin.projected(base.selecting(rows), expressions, evaluator)
            return RowBatch(origin, count: rows.count, columns: known)
        case .selected(let base, let places):
            let origin = Origin.selected(base, rows.map { places[Int($0)] })
            return RowBatch(origin, count: rows.count, columns: known)
        case .beside(let left, let right):
            let origin = Origin.beside(left.selecting(rows), right.selecting(rows))
            return RowBatch(origin, count: rows.count, columns: known)
        case .given, .scan:
            return RowBatch(.selected(self, rows), count: rows.count, columns: known)
        }
    }

    var columnCount: Int { columns.count }

    /// The values of a column.
    func column(_ index: Int) throws(QueryFailure) -> Vector {
        if let known = columns[index] { return known }
        let column: Vector
        switch origin {
        case .given: preconditionFailure("a column that was not given")
        case .scan(let rows): column = try rows.column(index)
        case .selected(let base, let rows): column = try base.column(index).rows(rows)
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

    /// All of them.
    func allColumns() throws(QueryFailure) -> [Vector] {
        var all: [Vector] = []
        for index in columns.indices { all.append(try column(index)) }
        return all
    }
}
