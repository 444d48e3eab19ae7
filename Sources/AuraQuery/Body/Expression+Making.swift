import AuraCore

extension Expression.Name {
    /// Between double quotes where it would be read as something else.
    init(of text: String, _ place: Place) {
        let isPlain =
            Lexer.isWord(text) && !Keywords.reserved.contains(text.uppercased())
        self.init(text: text, isQuoted: !isPlain, place: place)
    }
}

extension Expression {
    /// The column of exactly that name.
    init(column text: String, _ place: Place) {
        let name = Expression.Name(of: text, place)
        self.init(form: .column(Expression.ColumnName(parts: [name])), place: place)
    }

    init(text: String, _ place: Place) {
        self.init(form: .text(text), place: place)
    }

    /// A number, with its sign before it as texts of queries write it.
    init(integer number: some BinaryInteger, _ place: Place) {
        let number = Int128(number)
        let isNegative = number < 0 && number != .min
        let magnitude = Expression(
            form: .integer(isNegative ? -number : number), place: place)
        self =
            isNegative
            ? Expression(form: .unary(.minus, magnitude), place: place) : magnitude
    }

    init(float number: Double, _ place: Place) {
        let magnitude = Expression(form: .float(number.magnitude), place: place)
        self =
            number.sign == .minus
            ? Expression(form: .unary(.minus, magnitude), place: place) : magnitude
    }

    /// A call of a function of values.
    init(
        call name: String, _ arguments: [Expression], isDistinct: Bool = false,
        filter: Expression? = nil, _ place: Place
    ) {
        var call = Call(
            name: name, namePlace: place, arguments: arguments.map { Argument(value: $0) })
        call.isDistinct = isDistinct
        call.filter = filter
        self.init(form: .call(call), place: place)
    }

    /// `count(*)`.
    init(countWhere filter: Expression?, _ place: Place) {
        var call = Call(name: "count", namePlace: place, arguments: [], isOfRows: true)
        call.filter = filter
        self.init(form: .call(call), place: place)
    }

    init(_ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ place: Place) {
        self.init(form: .binary(operation, left, right), place: place)
    }

    /// All of them joined by AND, or by OR: halves of halves, so that none lies deep.
    init(_ operation: BinaryOperator, all parts: ArraySlice<Expression>, _ place: Place) {
        guard parts.count > 1 else {
            self = parts.first ?? Expression(form: .bool(operation == .and), place: place)
            return
        }
        let middle = parts.startIndex + parts.count / 2
        self.init(
            operation, Expression(operation, all: parts[..<middle], place),
            Expression(operation, all: parts[middle...], place), place)
    }
}
