import AuraCore

/// Functions whose types depend on all of their arguments, or that know the query.
extension SelectBinder {
    static let specialNames = [
        "coalesce", "ifnull", "nullif", "if", "iff", "greatest", "least", "concat", "typeof", "try",
        "now", "current_timestamp", "get_current_timestamp", "current_date", "today", "timezone",
        "list_value", "date_part", "datepart", "cast", "unnest",
    ]

    /// The expression that a call of one of them means; nil for other names.
    func special(
        _ name: String, _ arguments: [BoundExpression], _ place: Place
    ) throws(TextError) -> BoundExpression? {
        func expect(_ counts: ClosedRange<Int>) throws(TextError) {
            guard counts.contains(arguments.count) else {
                let wanted = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts)"
                throw TextError("\(name)() takes \(wanted) arguments", at: place)
            }
        }
        switch name {
        case "coalesce", "ifnull":
            try expect(name == "ifnull" ? 2...2 : 1...Int.max)
            let (type, parts) = try binder.unified(arguments, name)
            return try binder.folded(BoundExpression(.coalesce(parts), type, place))
        case "if", "iff":
            try expect(3...3)
            let condition = try binder.coerced(arguments[0], to: .bool)
            return try choice([condition], Array(arguments.dropFirst()), place)
        case "nullif":
            try expect(2...2)
            try binder.check(arguments[0], usedTimes: 2)
            let equal = try compare(.equal, arguments, place)
            let null = BoundExpression(.null, .null, place)
            return try choice([equal], [null, arguments[0]], place)
        case "greatest", "least":
            try expect(1...Int.max)
            let (type, parts) = try binder.unified(arguments, name)
            return try made(name, type, type, parts, place) { values in
                let known = values.filter { !$0.isNull }
                return (name == "greatest" ? known.max() : known.min()) ?? .null
            }
        case "concat_ws": return try separated(name, arguments, place)
        case "concat", "||": return try concatenation(name, arguments, place)
        case "typeof":
            try expect(1...1)
            return BoundExpression(.text(arguments[0].type.name), .text, place)
        case "try":
            try expect(1...1)
            return try binder.folded(
                BoundExpression(.tried(arguments[0]), arguments[0].type, place))
        case "list_value":
            let (type, parts) = try binder.unified(arguments, "a list")
            return try binder.folded(BoundExpression(.list(parts), .list(type), place))
        case "now", "current_timestamp", "get_current_timestamp":
            try expect(0...0)
            return BoundExpression(
                .instant(binder.settings.now.microseconds), .instant, place)
        case "current_date", "today":
            try expect(0...0)
            let now = BoundExpression(.instant(binder.settings.now.microseconds), .instant, place)
            return try binder.coerced(now, to: .date)
        case "timezone":
            try expect(2...2)
            return try timezone(arguments, place)
        case "date_part", "datepart":
            try expect(2...2)
            guard case .text(let part)? = arguments[0].constant else { return nil }
            guard let function = ScalarFunction.partFunction(part) else {
                throw TextError(
                    "there is no part '\(part)' of a time", at: arguments[0].place,
                    hint: "parts are year, month, day, hour, minute, second, week, dow, epoch, …")
            }
            return try self.function(function, [arguments[1]], place, place)
        default: return nil
        }
    }

    /// Texts with another between them, which must be one itself.
    private func separated(
        _ name: String, _ arguments: [BoundExpression], _ place: Place
    ) throws(TextError) -> BoundExpression? {
        var texts = Array(arguments.prefix(1))
        for argument in arguments.dropFirst() {
            texts.append(try binder.coerced(argument, to: .text))
        }
        return try overload(name, ScalarFunction.all[name] ?? [], texts, place)
    }

    private func made(
        _ name: String, _ parameter: ValueType, _ result: ValueType, _ parts: [BoundExpression],
        _ place: Place, _ body: @escaping @Sendable ([Value]) throws(ComputationError) -> Value
    ) throws(TextError) -> BoundExpression {
        let function = ScalarFunction([parameter], result, isVariadic: true, .nullable(body))
        return try binder.folded(
            BoundExpression(
                .call(BoundFunction(name: name, function: function), parts), result, place))
    }

    /// Texts one after another: NULL is nothing for concat, and makes `||` NULL.
    private func concatenation(
        _ name: String, _ arguments: [BoundExpression], _ place: Place
    ) throws(TextError) -> BoundExpression {
        if name == "||", arguments.contains(where: \.type.isList) {
            return try function("list_concat", arguments, place, place)
        }
        var parts: [BoundExpression] = []
        for argument in arguments { parts.append(try binder.coerced(argument, to: .text)) }
        let isOperator = name == "||"
        return try made(name, .text, .text, parts, place) { values throws(ComputationError) in
            var text = ""
            for value in values {
                if case .text(let part) = value { text += part } else if isOperator { return .null }
                guard text.utf8.count <= Limits.stringBytes * 16 else {
                    throw ComputationError("a text of more than \(Limits.stringBytes * 16) bytes")
                }
            }
            return .text(text)
        }
    }

    /// AT TIME ZONE: what clocks there show at an instant, or the instant at which they show a time.
    private func timezone(
        _ arguments: [BoundExpression], _ place: Place
    ) throws(TextError) -> BoundExpression {
        guard case .text(let name)? = arguments[0].constant else {
            throw TextError("the name of a time zone is a constant", at: arguments[0].place)
        }
        guard let zone = binder.settings.zoneNamed(name) else {
            throw TextError(
                "there is no time zone '\(name)'", at: arguments[0].place,
                hint: "zones have names such as 'Europe/Berlin' or 'UTC'")
        }
        let casting = Casting(zone: zone)
        var value = arguments[1]
        if value.type != .instant { value = try binder.coerced(value, to: .timestamp) }
        let isInstant = value.type == .instant
        let function = ScalarFunction(
            [value.type], isInstant ? .timestamp : .instant,
            .columns { columns, _ in
                let column = columns[0]
                let times = column.integers.map {
                    isInstant ? casting.local($0) : casting.instant($0)
                }
                let result = Vector(
                    isInstant ? .timestamp : .instant, .integers(times), valid: column.valid)
                return column.isConstant ? result.repeated(column.count) : result
            })
        return try binder.folded(
            BoundExpression(
                .call(BoundFunction(name: "timezone \(name)", function: function), [value]),
                function.result, place))
    }
}

extension ValueType {
    var isList: Bool {
        if case .list = self { return true }
        return false
    }
}
