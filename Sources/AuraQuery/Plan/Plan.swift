import AuraCore
import AuraStorage

/// What is done to answer a query: where rows come from, and what becomes of them.
struct Plan: Sendable {
    indirect enum Node: Sendable {
        /// Events.
        case scan(Scan)
        /// Rows that are known.
        case rows([Vector], count: Int)
        case filter(Plan, [BoundExpression])
        case project(Plan, [BoundExpression])
        case aggregate(Plan, Aggregation)
        /// Groups, and those of buckets that no row lies in.
        case fill(Plan, GapFilling)
        /// One of the rows that are alike in some columns, the first.
        case distinct(Plan, on: [BoundExpression])
        case sort(Plan, [SortKey], limit: RowLimit)
        case limit(Plan, RowLimit)
        case join(Join)
        /// The columns of the rows, and those of window functions behind them.
        case window(Plan, [WindowCall])
        case union([Plan])
        /// The rows of a query that is answered once for several uses, by its number.
        case shared(Int)
        /// A column of lists becomes a row for each item; the other columns repeat.
        case unnest(Plan, [Int])
        /// What EXPLAIN ANALYZE says of a query.
        case explained(Explanation)
    }

    var node: Node
    /// Name and type of each column.
    var columns: [Column]
    /// What it did; nil where nobody wants to know.
    var profile: StepProfile?

    struct Column: Hashable, Sendable {
        var name: String
        var type: ValueType
    }

    var types: [ValueType] { columns.map(\.type) }
}

/// How many rows are skipped, and how many follow at most.
struct RowLimit: Hashable, Sendable {
    var offset = 0
    var count: Int?

    /// Rows from the first on that have to be known.
    var end: Int? { count.map { offset > .max - $0 ? .max : offset + $0 } }
}

/// Events with some of their columns.
struct Scan: Hashable, Sendable {
    enum Field: Hashable, Sendable {
        case time, type, sequence
        case attribute(String)
        /// As how many events a row counts.
        case weight
    }

    /// Cells of the index that stand for events.
    struct Cells: Hashable, Sendable {
        /// No cell is wider.
        var resolution: Resolution
        /// Cells of stretches of so many µs, which begin at multiples of that, count as one; nil means
        /// that all do.
        var stretch: Int64?
        /// Whether there is one for each type, or one for all.
        var isByType: Bool
    }

    /// Only of these types; nil means all.
    var eventTypes: [String]?
    var fields: [Field]
    /// Where events are only counted.
    var cells: Cells?
}

/// One term of ORDER BY.
struct SortKey: Hashable, Sendable {
    var expression: BoundExpression
    var isDescending: Bool
    var hasNullsFirst: Bool
}

/// Groups of rows and what is computed of each: the columns are the keys, then the aggregates.
struct Aggregation: Hashable, Sendable {
    var keys: [BoundExpression]
    /// Which of the keys each set of groups has; the others are NULL there.
    var sets: [[Int]]
    var calls: [AggregateCall]
}

/// One aggregate of a query.
struct AggregateCall: Hashable, Sendable {
    var function: AggregateFunction
    var arguments: [BoundExpression]
    var isDistinct = false
    /// In what order rows are taken.
    var order: [SortKey] = []
    var filter: BoundExpression?
}

/// Pairs of rows.
struct Join: Sendable {
    var left: Plan
    var right: Plan
    /// Whether rows of the left without a match stay, with NULL for the columns of the right.
    var keepsLeft: Bool
    /// Expressions that must be equal: of a row of the left, and of one of the right.
    var keys: [(left: BoundExpression, right: BoundExpression)]
    /// Whether keys that are NULL are equal, too.
    var matchesNulls = false
    /// What else must hold, of the columns of both.
    var conditions: [BoundExpression]
    /// Which of the rows of the right is the only one; nil: there may be any number.
    var nearest: Nearest?

    /// An order in which something of the right lies on one side of something of the left: of all that
    /// do, the nearest is wanted.
    struct Nearest: Hashable, Sendable {
        /// What must hold of the left and the right one: all but equality and its opposite.
        let comparison: Comparison
        var left: BoundExpression
        var right: BoundExpression
    }

    /// All that it computes of the rows of the left.
    var leftExpressions: [BoundExpression] {
        keys.map(\.left) + [nearest?.left].compactMap(\.self)
    }

    /// All that it computes of the rows of the right.
    var rightExpressions: [BoundExpression] {
        keys.map(\.right) + [nearest?.right].compactMap(\.self)
    }
}

/// One window function of a query.
struct WindowCall: Hashable, Sendable {
    enum Function: Hashable, Sendable {
        case aggregate(AggregateCall)
        case ranking(WindowRanking)
        case series(WindowSeries)
    }

    var function: Function
    var arguments: [BoundExpression]
    var ignoresNulls: Bool
    var partition: [BoundExpression]
    var order: [SortKey]
    var frame: Frame
    var type: ValueType
    /// Whether it goes along the buckets of the query: the other keys are its partition then.
    var isAlongBuckets = false

    struct Frame: Hashable, Sendable {
        var unit: WindowFrame.Unit
        var start: Bound
        var end: Bound
    }

    enum Bound: Hashable, Sendable {
        case unboundedPreceding
        case preceding(BoundExpression)
        case currentRow
        case following(BoundExpression)
        case unboundedFollowing
    }
}

/// Window functions that are no aggregates.
enum WindowRanking: String, Hashable, Sendable, CaseIterable {
    case rowNumber = "row_number"
    case rank
    case denseRank = "dense_rank"
    case percentRank = "percent_rank"
    case cumulativeDistribution = "cume_dist"
    case ntile
    case lag
    case lead
    case firstValue = "first_value"
    case lastValue = "last_value"
    case nthValue = "nth_value"
}

/// Window functions that go through the rows of a partition in their order, without frames.
enum WindowSeries: String, Hashable, Sendable, CaseIterable {
    /// An average in which each value counts less than the next.
    case weightedAverage = "ewma"
    /// Numbers of runs of times with no large gap.
    case session = "session_id"
    /// The last value that is known.
    case lastKnown = "locf"
    /// A value between two that are known.
    case interpolation = "interpolate"
}
