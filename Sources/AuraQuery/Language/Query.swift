/// A query: `Formats/query.md`, "Queries".
struct Query: Hashable, Sendable {
    /// WITH.
    struct Named: Hashable, Sendable {
        var name: Expression.Name
        var columns: [Expression.Name]
        var query: Query
    }

    indirect enum Body: Hashable, Sendable {
        case select(Select)
        case query(Query)
        case combined(Combined)
    }

    /// The rows of two queries.
    struct Combined: Hashable, Sendable {
        /// Rows of either, of both, or of the first alone.
        enum Kind: String, Hashable, Sendable {
            case union = "UNION"
            case intersection = "INTERSECT"
            case difference = "EXCEPT"
        }

        var kind: Kind
        /// With ALL a row comes as often as it stands there, without only once.
        var isAll: Bool
        var left: Body
        var right: Body
    }

    var named: [Named] = []
    var body: Body
    var order: [OrderItem] = []
    /// ORDER BY ALL: by all columns, in the direction of the only item of `order`.
    var ordersByAll = false
    var limit: Expression?
    var offset: Expression?
}

/// SELECT up to HAVING and QUALIFY.
struct Select: Hashable, Sendable {
    enum Distinct: Hashable, Sendable {
        case no
        case all
        case on([Expression])
    }

    /// What a column of the answer is.
    enum Item: Hashable, Sendable {
        case expression(Expression, alias: Expression.Name?)
        /// `*`, or those of a table.
        case all(of: Expression.Name?, excluding: [Expression.Name], place: Place)
    }

    /// One or several sets of keys.
    enum Grouping: Hashable, Sendable {
        case expression(Expression)
        /// Several at once, or none: a set of GROUPING SETS.
        case together([Expression])
        /// Also without the last, the last two, … and all of them.
        case rollup([Expression])
        /// Also without any of them.
        case cube([Expression])
        /// GROUPING SETS: the sets of each.
        case sets([Grouping])
    }

    struct NamedWindow: Hashable, Sendable {
        var name: Expression.Name
        var specification: WindowSpecification
    }

    var distinct = Distinct.no
    var items: [Item]
    var from: Table?
    var filter: Expression?
    var groupings: [Grouping] = []
    /// GROUP BY ALL: by all items that aggregate nothing.
    var groupsByAll = false
    var having: Expression?
    var windows: [NamedWindow] = []
    var qualify: Expression?
}

/// Where rows come from.
indirect enum Table: Hashable, Sendable {
    enum JoinKind: String, Hashable, Sendable, CaseIterable {
        case inner = "JOIN"
        case left = "LEFT JOIN"
        case right = "RIGHT JOIN"
        case full = "FULL JOIN"
        case cross = "CROSS JOIN"
        /// Rows of the left that have a match, and those that have none.
        case semi = "SEMI JOIN"
        case anti = "ANTI JOIN"
        /// With the nearest row of the right.
        case nearest = "ASOF JOIN"
        case leftNearest = "ASOF LEFT JOIN"
    }

    enum JoinCondition: Hashable, Sendable {
        case none
        case on(Expression)
        case using([Expression.Name])
    }

    struct Join: Hashable, Sendable {
        var left: Table
        var right: Table
        var kind: JoinKind
        var condition: JoinCondition
        var place: Place
    }

    /// A table or a view by its name, which may have dots, as those of event types do.
    case named([Expression.Name], alias: Expression.Name?)
    case query(Query, alias: Expression.Name?, columns: [Expression.Name], place: Place)
    case join(Join)
}

/// What can be asked for at once.
enum Statement: Hashable, Sendable {
    case query(Query)
    case explain(Query, isAnalyzed: Bool)
    /// SHOW TYPES, SHOW TABLES, SHOW SETTINGS, …: what is shown, in lower case.
    case show(String, Place)
    case describe([Expression.Name])
    case describeQuery(Query)
    case set(Expression.Name, Expression)
    case reset(Expression.Name)
}
