import AuraCore

/// Window functions that go through a series: averages with weights, sessions, and what fills gaps.
extension SelectBinder {
    /// The arguments of one, each of its type, and the type of what it gives.
    func arguments(
        of series: WindowSeries, _ call: Expression.Call, _ window: WindowSpecification
    ) throws(TextError) -> (arguments: [BoundExpression], type: ValueType) {
        let (name, place) = (call.name, call.namePlace)
        let count = series == .lastKnown || series == .interpolation ? 1 : 2
        guard call.arguments.count == count, call.isPlain else {
            throw TextError(
                "\(name)() takes \(count == 1 ? "one argument" : "two arguments"), and nothing else",
                at: place)
        }
        guard !window.order.isEmpty else {
            throw TextError(
                "\(name)() needs ORDER BY in its window", at: place,
                hint: "write \(name)(…) OVER (ORDER BY time)")
        }
        guard window.frame == nil else {
            throw TextError("\(name)() takes no frame", at: place, hint: "leave out ROWS or RANGE")
        }
        let arguments = try bind(call.arguments.map(\.value), .window)
        switch series {
        case .lastKnown: return (arguments, arguments[0].type)
        case .session: return (try sessionArguments(arguments), .int64)
        case .weightedAverage:
            let value = try number(arguments[0], name)
            return ([value, try weight(arguments[1], window)], .float64)
        case .interpolation:
            _ = try seriesKey(window, name, place)
            return ([try number(arguments[0], name)], .float64)
        }
    }

    private func sessionArguments(
        _ arguments: [BoundExpression]
    ) throws(TextError) -> [BoundExpression] {
        guard arguments[0].type.isTime || arguments[0].type == .null else {
            throw TextError(
                "session_id() takes a time, not \(arguments[0].type.name)", at: arguments[0].place)
        }
        let gap = try arguments[1].positiveInterval(for: "session_id")
        let type: ValueType = arguments[0].type == .instant ? .instant : .timestamp
        return [
            try binder.coerced(arguments[0], to: type),
            BoundExpression(.interval(gap), .interval, arguments[1].place),
        ]
    }

    /// What a value counts against all before it: a part of 1, or the time after which it is half.
    private func weight(
        _ argument: BoundExpression, _ window: WindowSpecification
    ) throws(TextError) -> BoundExpression {
        if argument.type == .interval {
            let halfLife = try argument.positiveInterval(for: "ewma")
            guard halfLife.fixedMicroseconds != nil else {
                throw TextError(
                    "ewma() takes no months as a half-life", at: argument.place,
                    hint: "say it in days or hours")
            }
            let key = try seriesKey(window, "ewma", argument.place)
            guard key.type.isTime else {
                throw TextError(
                    "ewma() with a half-life needs a window that is ordered by a time, not by "
                        + key.type.name, at: key.place)
            }
            return argument
        }
        guard let alpha = argument.constant?.double, alpha > 0, alpha <= 1 else {
            throw TextError(
                "ewma() takes a weight greater than 0, up to 1, or a half-life, the same for all rows",
                at: argument.place, hint: "such as 0.3, or INTERVAL '1 hour'")
        }
        return try binder.coerced(argument, to: .float64)
    }

    /// What a window is ordered by, which distances can be measured in.
    private func seriesKey(
        _ window: WindowSpecification, _ name: String, _ place: Place
    ) throws(TextError) -> BoundExpression {
        guard window.order.count == 1 else {
            throw TextError("\(name)() needs one ORDER BY expression in its window", at: place)
        }
        let key = try bind(window.order[0].expression, .window)
        guard key.type.isTime || key.type.isNumber else {
            throw TextError(
                "\(name)() needs a window that is ordered by a time or a number, not by "
                    + key.type.name, at: key.place)
        }
        return key
    }

    func number(
        _ argument: BoundExpression, _ name: String
    ) throws(TextError) -> BoundExpression {
        guard argument.type.isNumber || argument.type == .null else {
            throw TextError(
                "\(name)() takes numbers, not \(argument.type.name)", at: argument.place)
        }
        return try binder.coerced(argument, to: .float64)
    }
}

extension Expression.Call {
    /// Whether it has arguments alone: no DISTINCT, ORDER BY, FILTER, `*` or names.
    var isPlain: Bool { isPlain(allowsNames: false) }

    func isPlain(allowsNames: Bool) -> Bool {
        !isOfRows && !isDistinct && order.isEmpty && groupOrder.isEmpty && filter == nil
            && !ignoresNulls && (allowsNames || arguments.allSatisfy { $0.name == nil })
    }
}
