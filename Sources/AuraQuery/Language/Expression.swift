/// What a query computes for each row: `Formats/query.md`, "Expressions".
struct Expression: Hashable, Sendable {
    var form: Form
    /// Where it stands.
    var place: Place

    indirect enum Form: Hashable, Sendable {
        case null
        case bool(Bool)
        case integer(Int128)
        case float(Double)
        case text(String)
        case interval(amount: Expression, unit: String)
        case list([Expression])
        /// Its name, or its number from 1 on.
        case parameter(String)
        case column(ColumnName)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case test(Expression, Test, isNegated: Bool)
        case distinct(Expression, Expression, isNegated: Bool)
        case between(Expression, Expression, Expression, isNegated: Bool)
        case among(Expression, [Expression], isNegated: Bool)
        case amongRows(Expression, Query, isNegated: Bool)
        case like(Pattern)
        case choice(Choice)
        case cast(Expression, TypeName, isTried: Bool)
        case call(Call)
        case element(Expression, Expression)
        /// The one value of a query.
        case value(Query)
        case exists(Query)
    }

    /// The name of a column as it was written: with the table before it, or with dots within.
    struct ColumnName: Hashable, Sendable {
        let parts: [Name]
    }

    /// A name; between double quotes none is a keyword.
    struct Name: Hashable, Sendable {
        let text: String
        let isQuoted: Bool
        let place: Place
    }

    enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
        case minus = "-"
        case plus = "+"
        case not = "NOT"
    }

    enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
        case or = "OR"
        case and = "AND"
        case equal = "="
        case notEqual = "<>"
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
        case concatenate = "||"
        case matches = "~"
        case matchesNot = "!~"
        case matchesAnyCase = "~*"
        case matchesNotAnyCase = "!~*"
        case bitAnd = "&"
        case bitOr = "|"
        case shiftLeft = "<<"
        case shiftRight = ">>"
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divided = "/"
        case dividedWhole = "//"
        case modulo = "%"
        case power = "**"
    }

    /// What IS asks.
    enum Test: String, Hashable, Sendable, CaseIterable {
        case null = "NULL"
        case isTrue = "TRUE"
        case isFalse = "FALSE"
    }

    /// LIKE and its kin.
    struct Pattern: Hashable, Sendable {
        enum Kind: String, Hashable, Sendable, CaseIterable {
            case like = "LIKE"
            case ilike = "ILIKE"
            case similar = "SIMILAR TO"
            case glob = "GLOB"
        }

        var kind: Kind
        var value: Expression
        var pattern: Expression
        var escape: Expression?
        var isNegated: Bool
    }

    /// CASE.
    struct Choice: Hashable, Sendable {
        struct Branch: Hashable, Sendable {
            var condition: Expression
            var result: Expression
        }

        /// What the conditions are compared with; nil where each is one by itself.
        var subject: Expression?
        var branches: [Branch]
        var otherwise: Expression?
    }

    /// The name of a type as it was written, in upper case: `DOUBLE`, `VARCHAR`, `TIMESTAMP WITH TIME ZONE`.
    struct TypeName: Hashable, Sendable {
        let text: String
        let place: Place
    }

    /// A call of a function, an aggregate or a window function.
    struct Call: Hashable, Sendable {
        /// In lower case.
        var name: String
        var namePlace: Place
        var arguments: [Argument]
        /// `count(*)`.
        var isOfRows = false
        var isDistinct = false
        var order: [OrderItem] = []
        /// `WITHIN GROUP (ORDER BY …)`.
        var groupOrder: [OrderItem] = []
        var filter: Expression?
        var ignoresNulls = false
        var window: Window?
    }

    struct Argument: Hashable, Sendable {
        /// Of `name := value` and `name => value`.
        var name: String?
        var value: Expression
    }

    /// OVER: a window's name, or what it is.
    enum Window: Hashable, Sendable {
        case named(Name)
        case here(WindowSpecification)
    }
}

/// One of the terms of ORDER BY.
struct OrderItem: Hashable, Sendable {
    var expression: Expression
    var isDescending = false
    /// nil where nothing was said: nulls come last.
    var hasNullsFirst: Bool?
}

/// The rows that a window function sees.
struct WindowSpecification: Hashable, Sendable {
    /// A named window that this one begins with.
    var base: Expression.Name?
    var partition: [Expression] = []
    var order: [OrderItem] = []
    var frame: WindowFrame?
}

/// Which rows of its partition a row's frame has.
struct WindowFrame: Hashable, Sendable {
    enum Unit: String, Hashable, Sendable, CaseIterable {
        case rows = "ROWS"
        case range = "RANGE"
    }

    enum Bound: Hashable, Sendable {
        case unboundedPreceding
        case preceding(Expression)
        case currentRow
        case following(Expression)
        case unboundedFollowing
    }

    var unit: Unit
    var start: Bound
    var end: Bound
}
