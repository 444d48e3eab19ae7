import AuraCore

/// A condition of a body: `["is", "type", ["api.error"]]`, or others joined by and, or, not.
struct BodyFilter: Sendable {
    /// What is asked of an attribute.
    enum Test: String, CaseIterable, Sendable {
        case `is`
        case isNot = "is_not"
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
        case between
        case contains
        case startsWith = "starts_with"
        case endsWith = "ends_with"
        case matches
        case exists
        case missing
    }

    /// What joins others.
    enum Junction: String, CaseIterable, Sendable {
        case and, or, not
    }

    /// What an attribute is compared with.
    struct Operand: Sendable {
        let json: JSONValue
        let expression: Expression

        init(_ value: JSONValue) throws(TextError) {
            switch value.form {
            case .bool(let isTrue):
                expression = Expression(form: .bool(isTrue), place: value.place)
            case .integer(let number): expression = Expression(integer: number, value.place)
            case .float(let number): expression = Expression(float: number, value.place)
            case .text(let text): expression = Expression(text: text, value.place)
            case .null, .array, .object:
                throw TextError(
                    "a value is a string, a number or a bool, not \(value.kind)", at: value.bytes,
                    hint: "[\"missing\", attribute] asks for events without the attribute")
            }
            json = value
        }

        init(_ text: String, _ place: Place) {
            json = JSONValue(.text(text), at: place.bytes)
            expression = Expression(text: text, place)
        }
    }

    indirect enum Form: Sendable {
        case junction(Junction, [BodyFilter])
        case test(Test, BodyName, [Operand])
    }

    let form: Form
    let place: Place

    /// Filters within each other.
    static let depthLimit = 10
    /// Filters that one joins.
    static let partLimit = 100
    /// Values that an attribute is compared with.
    static let valueLimit = 1_000
    private static let words = Junction.allCases.map(\.rawValue) + Test.allCases.map(\.rawValue)
    private static let hint = "such as [\"is\", \"type\", [\"api.error\"]]"

    /// The filter that a value says.
    init(_ value: JSONValue, depth: Int = 1) throws(TextError) {
        guard depth <= BodyFilter.depthLimit else {
            throw TextError(
                "more than \(BodyFilter.depthLimit) filters within each other", at: value.bytes)
        }
        let items = try value.items(
            "a filter", atMost: BodyFilter.partLimit + 1, hint: BodyFilter.hint)
        let word = try items[0].text("what a filter begins with", hint: BodyFilter.hint)
        place = value.place
        if let junction = Junction(rawValue: word) {
            var parts: [BodyFilter] = []
            for item in items.dropFirst() { parts.append(try BodyFilter(item, depth: depth + 1)) }
            guard !parts.isEmpty, junction != .not || parts.count == 1 else {
                throw TextError(
                    "'\(word)' joins \(parts.count) filters", at: value.bytes,
                    hint: junction == .not
                        ? "[\"not\", filter] takes one" : "[\"\(word)\", filter, …] takes some")
            }
            form = .junction(junction, parts)
            return
        }
        guard let test = Test(rawValue: word) else {
            throw TextError(
                "there is no filter '\(word)'", at: items[0].bytes,
                hint: BodyMembers.hint(word, BodyFilter.words))
        }
        guard items.count == test.itemCount else {
            throw TextError(
                "'\(word)' has \(items.count - 1) operands", at: value.bytes,
                hint: "write \(test.shape)")
        }
        let name = try items[1].name("the name of an attribute")
        form = .test(test, name, try test.operands(items.dropFirst(2).first))
    }

    /// What `filters` says: one filter, or an array of some that all hold; nil for none.
    static func all(_ value: JSONValue?) throws(TextError) -> BodyFilter? {
        guard let value else { return nil }
        guard case .array(let items) = value.form else { return try BodyFilter(value) }
        guard let first = items.first else { return nil }
        guard case .array = first.form else { return try BodyFilter(value) }
        let parts = try value.items("filters", atMost: partLimit)
        var filters: [BodyFilter] = []
        for part in parts { filters.append(try BodyFilter(part, depth: 2)) }
        return filters.count == 1
            ? filters[0] : BodyFilter(form: .junction(.and, filters), place: value.place)
    }

    private init(form: Form, place: Place) {
        self.form = form
        self.place = place
    }

    /// Whether an attribute is a text.
    init(_ name: BodyName, is text: String) {
        self.init(form: .test(.is, name, [Operand(text, name.place)]), place: name.place)
    }

    /// Attributes that are compared, in all.
    var testCount: Int {
        switch form {
        case .junction(_, let parts): parts.reduce(0) { $0 + $1.testCount }
        case .test: 1
        }
    }

    var json: JSONValue {
        switch form {
        case .junction(let junction, let parts):
            JSONValue(.array([JSONValue(.text(junction.rawValue))] + parts.map(\.json)))
        case .test(let test, let name, let operands):
            JSONValue(
                .array(
                    [JSONValue(.text(test.rawValue)), JSONValue(.text(name.text))]
                        + test.json(of: operands)))
        }
    }
}

extension BodyFilter.Test {
    private enum Operands {
        case none, one, pair
        /// An array, or one without its brackets.
        case some
    }

    private var wanted: Operands {
        switch self {
        case .exists, .missing: .none
        case .less, .lessEqual, .greater, .greaterEqual: .one
        case .between: .pair
        case .is, .isNot, .contains, .startsWith, .endsWith, .matches: .some
        }
    }

    /// Items of the filter's array.
    fileprivate var itemCount: Int { wanted == .none ? 2 : 3 }

    /// How the filter is written.
    fileprivate var shape: String {
        let operands =
            switch wanted {
            case .none: ""
            case .one: ", value"
            case .pair: ", [least, greatest]"
            case .some: ", [value, …]"
            }
        return "[\"\(rawValue)\", attribute\(operands)]"
    }

    fileprivate func operands(
        _ value: JSONValue?
    ) throws(TextError) -> [BodyFilter.Operand] {
        guard let value else { return [] }
        var items = [value]
        switch wanted {
        case .none, .one: break
        case .pair:
            items = try value.items("what 'between' compares with", atMost: 2, hint: shape)
            guard items.count == 2 else {
                throw TextError(
                    "'between' has one end", at: value.bytes, hint: "write \(shape)")
            }
        case .some:
            if case .array = value.form {
                items = try value.items(
                    "what '\(rawValue)' compares with", atMost: BodyFilter.valueLimit)
            }
        }
        var operands: [BodyFilter.Operand] = []
        for item in items { operands.append(try BodyFilter.Operand(item)) }
        return operands
    }

    fileprivate func json(of operands: [BodyFilter.Operand]) -> [JSONValue] {
        let values = operands.map(\.json)
        return switch wanted {
        case .none, .one: values
        case .pair, .some: [JSONValue(.array(values))]
        }
    }
}

extension BodyFilter {
    /// What holds of the events that it lets through.
    var expression: Expression {
        switch form {
        case .junction(.not, let parts):
            Expression(form: .unary(.not, parts[0].expression), place: place)
        case .junction(let junction, let parts):
            Expression(junction == .and ? .and : .or, all: parts.map(\.expression)[...], place)
        case .test(let test, let name, let operands):
            expression(test, name.column, operands.map(\.expression))
        }
    }

    private func expression(
        _ test: Test, _ column: Expression, _ values: [Expression]
    ) -> Expression {
        func compare(_ operation: Expression.BinaryOperator) -> Expression {
            Expression(operation, column, values[0], place)
        }
        func anyOf(_ function: String) -> Expression {
            let calls = values.map { Expression(call: function, [column, $0], $0.place) }
            return Expression(.or, all: calls[...], place)
        }
        func among(_ isNegated: Bool) -> Expression {
            Expression(form: .among(column, values, isNegated: isNegated), place: place)
        }
        switch test {
        case .is: return values.count == 1 ? compare(.equal) : among(false)
        case .isNot: return values.count == 1 ? compare(.notEqual) : among(true)
        case .less: return compare(.less)
        case .lessEqual: return compare(.lessEqual)
        case .greater: return compare(.greater)
        case .greaterEqual: return compare(.greaterEqual)
        case .between:
            return Expression(
                form: .between(column, values[0], values[1], isNegated: false), place: place)
        case .contains: return anyOf("contains")
        case .startsWith: return anyOf("starts_with")
        case .endsWith: return anyOf("ends_with")
        case .matches: return anyOf("regexp_matches")
        case .exists: return Expression(form: .test(column, .null, isNegated: true), place: place)
        case .missing: return Expression(form: .test(column, .null, isNegated: false), place: place)
        }
    }
}
