import AuraCore

/// Calls of functions of values.
extension SelectBinder {
    func call(
        _ call: Expression.Call, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        switch call.name {
        case "rate": return try rate(call, place, clause)
        case "time_bucket_gapfill": return try filledBucket(call, place)
        case "locf" where call.window == nil, "interpolate" where call.window == nil:
            return try alongBuckets(call, place, clause)
        default: break
        }
        if call.window != nil { return try windowFunction(call, place, clause) }
        if AggregateFunction.names.contains(call.name) {
            return try aggregate(call, place, clause)
        }
        if SelectBinder.windowNames.contains(call.name) {
            throw TextError(
                "\(call.name)() needs OVER", at: place, hint: "write \(call.name)() OVER (…)")
        }
        guard call.filter == nil, !call.isDistinct, call.order.isEmpty, call.groupOrder.isEmpty,
            !call.isOfRows
        else {
            guard
                ScalarFunction.all[call.name] != nil
                    || SelectBinder.specialNames.contains(call.name)
            else { throw unknown(call.name, call.namePlace, isOfRows: call.isOfRows) }
            throw TextError(
                "'\(call.name)' is no aggregate: it takes no DISTINCT, ORDER BY, FILTER or *",
                at: place)
        }
        for argument in call.arguments where argument.name != nil {
            throw TextError("\(call.name)() has no named arguments", at: argument.value.place)
        }
        if call.name == "unnest" { return try unnest(call, place, clause) }
        let arguments = try bind(call.arguments.map(\.value), clause)
        return try function(call.name, arguments, place, call.namePlace)
    }

    /// Functions of the buckets that a query groups by.
    private static let seriesNames = ["rate", "time_bucket_gapfill"]

    /// Functions that are nothing without a window.
    private static let windowNames =
        WindowRanking.allCases.map(\.rawValue) + WindowSeries.allCases.map(\.rawValue)
        + DeviationScore.allCases.map(\.rawValue)

    /// UNNEST: the query has a row for each item.
    private func unnest(
        _ call: Expression.Call, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        guard clause == .item || clause == .order, call.arguments.count == 1 else {
            throw TextError("UNNEST takes one list, and stands in SELECT", at: place)
        }
        let list = try bind(call.arguments[0].value, clause)
        guard case .list(let item) = list.type else {
            throw TextError("UNNEST takes a list, not a \(list.type.name)", at: place)
        }
        guard !list.contains({ $0.isAggregate || $0.isWindow }) else {
            throw TextError(
                "UNNEST of an aggregate", at: place, hint: "aggregate in a subquery first")
        }
        let number = unnested.firstIndex(of: list) ?? unnested.count
        if number == unnested.count { unnested.append(list) }
        return BoundExpression(.unnested(number), item, place)
    }

    /// A function of values by its name.
    func function(
        _ name: String, _ arguments: [BoundExpression], _ place: Place, _ namePlace: Place
    ) throws(TextError) -> BoundExpression {
        if let special = try special(name, arguments, place) { return special }
        guard var overloads = ScalarFunction.all[name] else { throw unknown(name, namePlace) }
        if binder.casting.zone.fixedOffset != 0, arguments.contains(where: { $0.type == .instant }),
            let zoned = ScalarFunction.zoned(binder.casting)[name]
        {
            overloads.removeAll { $0.parameters.contains(.instant) }
            overloads += zoned
        }
        if let found = try overload(name, overloads, arguments, place) { return found }
        // A function of the clock: in the session's zone.
        if arguments.contains(where: { $0.type == .instant }) {
            let local = try arguments.map { argument throws(TextError) in
                argument.type == .instant
                    ? try binder.coerced(argument, to: .timestamp) : argument
            }
            if let found = try overload(name, overloads, local, place) {
                let staysInstant = SelectBinder.instantFunctions.contains(name)
                guard staysInstant, found.type == .timestamp else { return found }
                return try binder.coerced(found, to: .instant)
            }
        }
        throw wrongArguments(name, overloads, arguments, place)
    }

    /// Functions of a TIMESTAMP WITH TIME ZONE that give one back.
    private static let instantFunctions: Set<String> = [
        "date_trunc", "datetrunc", "time_bucket", "date_add",
    ]

    /// The function of the nearest parameters; nil if the arguments fit none.
    func overload(
        _ name: String, _ overloads: [ScalarFunction], _ arguments: [BoundExpression],
        _ place: Place
    ) throws(TextError) -> BoundExpression? {
        let types = arguments.map(\.argumentType)
        var best: (function: ScalarFunction, distance: Int)?
        for function in overloads {
            guard let distance = function.distance(to: types) else { continue }
            if distance < best?.distance ?? .max { best = (function, distance) }
        }
        guard let function = best?.function else { return nil }
        var cast: [BoundExpression] = []
        for (index, argument) in arguments.enumerated() {
            cast.append(try binder.coerced(argument, to: function.parameter(index)))
        }
        return try binder.folded(
            BoundExpression(
                .call(BoundFunction(name: name, function: function), cast), function.result, place))
    }

    private func wrongArguments(
        _ name: String, _ overloads: [ScalarFunction], _ arguments: [BoundExpression],
        _ place: Place
    ) -> TextError {
        let types = arguments.map(\.type.name).joined(separator: ", ")
        let isOperator = name.utf8.first.map { !($0 >= 0x61 && $0 <= 0x7A) } ?? true
        var forms = overloads.prefix(4).map { function in
            function.parameters.map(\.name).joined(separator: ", ")
                + (function.isVariadic ? ", …" : "")
        }
        if overloads.count > 4 { forms.append("…") }
        let hint =
            arguments.contains { $0.type == .text } && isOperator
            ? "cast the text first, as in x::BIGINT"
            : "it takes (" + forms.joined(separator: ") or (") + ")"
        return TextError(
            isOperator ? "\(name) takes no \(types)" : "\(name)() takes no (\(types))", at: place,
            hint: hint)
    }

    /// - Parameter isOfRows: Whether it was called with `*`, as aggregates alone are.
    private func unknown(_ name: String, _ place: Place, isOfRows: Bool = false) -> TextError {
        var names = AggregateFunction.names.sorted()
        if !isOfRows {
            names += Array(ScalarFunction.all.keys) + SelectBinder.windowNames
            names = (names + SelectBinder.specialNames + SelectBinder.seriesNames).sorted()
        }
        return TextError(
            "there is no function '\(name)'", at: place,
            hint: nearest(to: name, among: names).map { "did you mean '\($0)'?" })
    }
}
