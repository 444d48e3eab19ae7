import AuraCore

/// An expression of which every name and type is known: what is computed for each row.
struct BoundExpression: Hashable, Sendable {
    indirect enum Form: Hashable, Sendable {
        case constant(Value)
        /// A column of the rows it is computed for.
        case column(Int)
        case call(BoundFunction, [BoundExpression])
        /// To the type of the expression.
        case cast(BoundExpression, isTried: Bool)
        case all([BoundExpression])
        case any([BoundExpression])
        case not(BoundExpression)
        case compare(Comparison, BoundExpression, BoundExpression)
        /// IS NOT DISTINCT FROM.
        case alike(BoundExpression, BoundExpression)
        case isNull(BoundExpression)
        /// Whether a value is one of some constants.
        case among(BoundExpression, [Value])
        /// Whether it is one of those that a subquery has, by its number.
        case amongRows(BoundExpression, Int)
        case choice([Branch], otherwise: BoundExpression)
        case coalesce([BoundExpression])
        case list([BoundExpression])
        /// NULL where a value cannot be computed.
        case tried(BoundExpression)
        /// The one value of a subquery, by its number.
        case value(Int)
        /// Whether a subquery has rows.
        case exists(Int)
        /// The result of an aggregate or a window function of the query, by its number, until it is
        /// known where it stands.
        case aggregate(Int)
        case window(Int)
        /// An item of a list that becomes rows, until it is known where it stands.
        case unnested(Int)
        /// A column of the rows around the query in an expression, until both are joined.
        case outer(Int)
    }

    struct Branch: Hashable, Sendable {
        var condition: BoundExpression
        var result: BoundExpression
    }

    var form: Form
    var type: ValueType
    var place: Place

    init(_ form: Form, _ type: ValueType, _ place: Place) {
        self.form = form
        self.type = type
        self.place = place
    }

    /// Whether both are the same of any row, to the last bit.
    static func == (left: BoundExpression, right: BoundExpression) -> Bool {
        guard left.type == right.type, left.form == right.form else { return false }
        guard let value = left.constant, let other = right.constant else { return true }
        return value.isSame(as: other)
    }

    /// A value.
    init(_ value: Value, _ type: ValueType, _ place: Place) {
        self.init(.constant(value), type, place)
    }

    /// The value, if it is the same for all rows and known.
    var constant: Value? {
        guard case .constant(let value) = form else { return nil }
        return value
    }

    /// The INTERVAL that an argument of a function is for all rows, which is greater than zero.
    func positiveInterval(for function: String) throws(TextError) -> Interval {
        let interval: Interval? =
            switch constant {
            case .interval(let interval): interval
            case .text(let text): Interval(text: text)
            default: nil
            }
        guard let interval else {
            throw TextError(
                "\(function)() takes an INTERVAL here, the same for all rows", at: place,
                hint: "such as INTERVAL '7 days'")
        }
        guard interval.months >= 0, interval.days >= 0, interval.microseconds >= 0,
            interval.comparable > 0
        else {
            throw TextError(
                "\(function)() takes an INTERVAL greater than zero, not '\(interval)'", at: place)
        }
        return interval
    }
}

extension Value {
    /// Whether equal values are the same one: not 1 month and 30 days, and not 0 and −0.
    fileprivate func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.interval(let value), .interval(let other)): value.isSame(as: other)
        case (.float64(let value), .float64(let other)): value.sign == other.sign
        case (.list(let values), .list(let others)):
            zip(values, others).allSatisfy { $0.isSame(as: $1) }
        default: true
        }
    }
}

/// A function by its name, and what it does.
struct BoundFunction: Hashable, Sendable {
    /// Tells it from all others of the same arguments.
    let name: String
    let function: ScalarFunction

    static func == (left: BoundFunction, right: BoundFunction) -> Bool {
        left.name == right.name && !left.function.isVolatile
            && left.function.parameters == right.function.parameters
    }

    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension BoundExpression {
    /// Those it is directly made of.
    var parts: [BoundExpression] {
        switch form {
        case .constant, .column, .value, .exists, .aggregate, .window, .unnested, .outer: []
        case .call(_, let parts), .all(let parts), .any(let parts), .coalesce(let parts),
            .list(let parts):
            parts
        case .cast(let part, _), .not(let part), .isNull(let part), .among(let part, _),
            .amongRows(let part, _), .tried(let part):
            [part]
        case .compare(_, let left, let right), .alike(let left, let right): [left, right]
        case .choice(let branches, let otherwise):
            branches.flatMap { [$0.condition, $0.result] } + [otherwise]
        }
    }

    /// The same of other parts, each of which `body` gives.
    func mapParts<Failure: Error>(
        _ body: (BoundExpression) throws(Failure) -> BoundExpression
    ) throws(Failure) -> BoundExpression {
        func all(_ parts: [BoundExpression]) throws(Failure) -> [BoundExpression] {
            var mapped: [BoundExpression] = []
            for part in parts { mapped.append(try body(part)) }
            return mapped
        }
        var copy = self
        switch form {
        case .constant, .column, .value, .exists, .aggregate, .window, .unnested, .outer: break
        case .call(let function, let parts): copy.form = .call(function, try all(parts))
        case .all(let parts): copy.form = .all(try all(parts))
        case .any(let parts): copy.form = .any(try all(parts))
        case .coalesce(let parts): copy.form = .coalesce(try all(parts))
        case .list(let parts): copy.form = .list(try all(parts))
        case .cast(let part, let isTried): copy.form = .cast(try body(part), isTried: isTried)
        case .not(let part): copy.form = .not(try body(part))
        case .isNull(let part): copy.form = .isNull(try body(part))
        case .among(let part, let values): copy.form = .among(try body(part), values)
        case .amongRows(let part, let number): copy.form = .amongRows(try body(part), number)
        case .tried(let part): copy.form = .tried(try body(part))
        case .compare(let comparison, let left, let right):
            copy.form = .compare(comparison, try body(left), try body(right))
        case .alike(let left, let right): copy.form = .alike(try body(left), try body(right))
        case .choice(let branches, let otherwise):
            var mapped: [Branch] = []
            for branch in branches {
                mapped.append(
                    Branch(condition: try body(branch.condition), result: try body(branch.result)))
            }
            copy.form = .choice(mapped, otherwise: try body(otherwise))
        }
        return copy
    }

    /// Whether this or something in it fulfils a condition.
    func contains(_ condition: (BoundExpression) -> Bool) -> Bool {
        var open = [self]
        while let next = open.popLast() {
            if condition(next) { return true }
            open += next.parts
        }
        return false
    }
}
