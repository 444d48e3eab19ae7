import AuraCore

/// Calls of aggregates and window functions.
extension SelectBinder {
    func aggregate(
        _ call: Expression.Call, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        guard clause.allowsAggregates else {
            throw TextError(
                "\(clause.rawValue) cannot have the aggregate \(call.name)()", at: place,
                hint: clause == .condition ? "use HAVING" : nil)
        }
        let bound = try aggregateCall(call, .aggregate)
        let number = aggregates.firstIndex(of: bound) ?? aggregates.count
        if number == aggregates.count { aggregates.append(bound) }
        return BoundExpression(.aggregate(number), bound.function.result, place)
    }

    /// - Parameter clause: What its arguments stand in.
    private func aggregateCall(
        _ call: Expression.Call, _ clause: Clause
    ) throws(TextError) -> AggregateCall {
        var arguments = try bind(call.arguments.map(\.value), clause)
        var order = try keys(call.order, clause)
        if call.isDistinct, clause == .aggregate {
            for key in order where !key.expression.isMade(of: arguments) {
                throw TextError(
                    "\(call.name)(DISTINCT …) is ordered by something else than its arguments",
                    at: key.expression.place,
                    hint: "rows that differ in it alone count once: which of them is not said")
            }
        }
        if !call.groupOrder.isEmpty {
            // WITHIN GROUP: what is ordered by is what is looked at.
            guard call.groupOrder.count == 1 else {
                throw TextError("WITHIN GROUP takes one expression", at: call.namePlace)
            }
            let item = call.groupOrder[0]
            arguments.insert(try bind(item.expression, clause), at: 0)
            if item.isDescending { arguments = descending(arguments, call.name) }
        }
        let wording = AggregateFunction.Wording(
            name: call.name, arguments: arguments, isOfRows: call.isOfRows,
            ignoresNulls: call.ignoresNulls, place: call.namePlace, casting: binder.casting)
        let (function, parts) = try AggregateFunction.named(wording)
        var cast: [BoundExpression] = []
        for (part, type) in zip(parts, function.arguments) {
            cast.append(try binder.coerced(part, to: type))
        }
        if !function.kind.dependsOnOrder { order = [] }
        let filter = try call.filter.map { expression throws(TextError) in
            try condition(expression, clause)
        }
        if call.isDistinct, cast.isEmpty {
            throw TextError("DISTINCT needs an argument", at: call.namePlace)
        }
        return AggregateCall(
            function: function, arguments: cast, isDistinct: call.isDistinct, order: order,
            filter: filter)
    }

    /// A quantile of values in descending order is another of theirs.
    private func descending(_ arguments: [BoundExpression], _ name: String) -> [BoundExpression] {
        guard arguments.count == 2, let fraction = arguments[1].constant?.double else {
            return arguments
        }
        return [
            arguments[0],
            BoundExpression(.float64(fraction == 0 ? 1 : -fraction), .float64, arguments[1].place),
        ]
    }

    func keys(_ items: [OrderItem], _ clause: Clause) throws(TextError) -> [SortKey] {
        var keys: [SortKey] = []
        for item in items { keys.append(key(item, try bind(item.expression, clause))) }
        return keys
    }

    // MARK: Windows

    func windowFunction(
        _ call: Expression.Call, _ place: Place, _ clause: Clause, isAlongBuckets: Bool = false
    ) throws(TextError) -> BoundExpression {
        guard clause.allowsWindows else {
            throw TextError(
                "\(clause.rawValue) cannot have a window function", at: place,
                hint: "use QUALIFY, or compute it in a subquery")
        }
        if let score = DeviationScore(rawValue: call.name) {
            return try self.score(score, call, place, clause)
        }
        let window = try specification(call.window, call.namePlace)
        let partition = try bind(window.partition, .window)
        let order = try keys(window.order, .window)
        let frame = try frame(window.frame, order, place)
        var bound: WindowCall
        if let ranking = WindowRanking(rawValue: call.name)
            ?? (call.name == "first" ? .firstValue : call.name == "last" ? .lastValue : nil)
        {
            var arguments = try bind(call.arguments.map(\.value), .window)
            let type = try self.type(of: ranking, &arguments, call.namePlace)
            bound = WindowCall(
                function: .ranking(ranking), arguments: arguments, ignoresNulls: call.ignoresNulls,
                partition: partition, order: order, frame: frame, type: type)
        } else if let series = WindowSeries(rawValue: call.name) {
            let (arguments, type) = try self.arguments(of: series, call, window)
            bound = WindowCall(
                function: .series(series), arguments: arguments, ignoresNulls: false,
                partition: partition, order: order, frame: frame, type: type,
                isAlongBuckets: isAlongBuckets)
        } else if AggregateFunction.names.contains(call.name) {
            let aggregate = try aggregateCall(call, .window)
            bound = WindowCall(
                function: .aggregate(aggregate), arguments: [], ignoresNulls: false,
                partition: partition, order: order, frame: frame, type: aggregate.function.result)
        } else {
            throw TextError("'\(call.name)' is no window function", at: call.namePlace)
        }
        let number = windows.firstIndex(of: bound) ?? windows.count
        if number == windows.count { windows.append(bound) }
        return BoundExpression(.window(number), bound.type, place)
    }

    private func specification(
        _ window: Expression.Window?, _ place: Place
    ) throws(TextError) -> WindowSpecification {
        switch window {
        case nil: return WindowSpecification()
        case .named(let name): return try named(name)
        case .here(var window):
            guard let base = window.base else { return window }
            let named = try named(base)
            if window.partition.isEmpty { window.partition = named.partition }
            if window.order.isEmpty { window.order = named.order }
            if window.frame == nil { window.frame = named.frame }
            return window
        }
    }

    private func named(_ name: Expression.Name) throws(TextError) -> WindowSpecification {
        guard
            let window = windowNames.first(where: {
                $0.name.text.lowercased() == name.text.lowercased()
            })
        else {
            throw TextError(
                "there is no window '\(name.text)'", at: name.place,
                hint: "define it with WINDOW \(name.text) AS (…)")
        }
        return window.specification
    }

    private func frame(
        _ frame: WindowFrame?, _ order: [SortKey], _ place: Place
    ) throws(TextError) -> WindowCall.Frame {
        guard let frame else {
            return WindowCall.Frame(
                unit: .range, start: .unboundedPreceding,
                end: order.isEmpty ? .unboundedFollowing : .currentRow)
        }
        let start = try bound(frame.start, frame.unit, order, place)
        let end = try bound(frame.end, frame.unit, order, place)
        guard start != .unboundedFollowing, end != .unboundedPreceding else {
            throw TextError("a frame that ends before it begins", at: place)
        }
        return WindowCall.Frame(unit: frame.unit, start: start, end: end)
    }

    private func bound(
        _ bound: WindowFrame.Bound, _ unit: WindowFrame.Unit, _ order: [SortKey], _ place: Place
    ) throws(TextError) -> WindowCall.Bound {
        switch bound {
        case .unboundedPreceding: return .unboundedPreceding
        case .unboundedFollowing: return .unboundedFollowing
        case .currentRow: return .currentRow
        case .preceding(let distance):
            return .preceding(try self.distance(distance, unit, order, place))
        case .following(let distance):
            return .following(try self.distance(distance, unit, order, place))
        }
    }

    /// Rows, or what the key may differ by.
    private func distance(
        _ expression: Expression, _ unit: WindowFrame.Unit, _ order: [SortKey], _ place: Place
    ) throws(TextError) -> BoundExpression {
        let bound = try bind(expression, .constant)
        guard bound.constant != nil else {
            throw TextError("a frame's distance is a constant", at: expression.place)
        }
        if unit == .rows {
            let rows = try binder.coerced(bound, to: .int64)
            guard let count = rows.constant?.integer, count >= 0 else {
                throw TextError("a frame's distance is at least 0", at: expression.place)
            }
            return rows
        }
        guard order.count == 1 else {
            throw TextError("RANGE with a distance needs one ORDER BY expression", at: place)
        }
        let key = order[0].expression.type
        guard key.isNumber || key.isTime else {
            throw TextError(
                "RANGE with a distance needs numbers or times, not \(key.name)", at: place)
        }
        let distance = try binder.coerced(bound, to: key.isTime ? .interval : key)
        let isNegative =
            switch distance.constant {
            case .interval(let interval): interval.comparable < 0
            case let value: (value?.double ?? 0) < 0
            }
        guard !isNegative, distance.constant?.isNull == false else {
            throw TextError("a frame's distance is at least 0", at: expression.place)
        }
        return distance
    }

    private func type(
        of ranking: WindowRanking, _ arguments: inout [BoundExpression], _ place: Place
    ) throws(TextError) -> ValueType {
        func expect(_ counts: ClosedRange<Int>) throws(TextError) {
            guard counts.contains(arguments.count) else {
                throw TextError("\(ranking.rawValue)() takes \(counts) arguments", at: place)
            }
        }
        switch ranking {
        case .rowNumber, .rank, .denseRank:
            try expect(0...0)
            return .int64
        case .percentRank, .cumulativeDistribution:
            try expect(0...0)
            return .float64
        case .ntile:
            try expect(1...1)
            arguments[0] = try binder.coerced(arguments[0], to: .int64)
            return .int64
        case .firstValue, .lastValue:
            try expect(1...1)
            return arguments[0].type
        case .nthValue:
            try expect(2...2)
            arguments[1] = try binder.coerced(arguments[1], to: .int64)
            return arguments[0].type
        case .lag, .lead:
            try expect(1...3)
            if arguments.count > 1 { arguments[1] = try binder.coerced(arguments[1], to: .int64) }
            guard arguments.count > 2 else { return arguments[0].type }
            let (type, parts) = try binder.unified([arguments[0], arguments[2]], ranking.rawValue)
            (arguments[0], arguments[2]) = (parts[0], parts[1])
            return type
        }
    }
}

extension AggregateFunction.Kind {
    /// Whether another order of rows may give another result.
    var dependsOnOrder: Bool {
        switch self {
        case .first, .last, .list, .texts, .valueAtLeast, .valueAtGreatest, .mode, .top: true
        default: false
        }
    }
}

extension BoundExpression {
    /// Whether it has the same value wherever some others have.
    fileprivate func isMade(of others: [BoundExpression]) -> Bool {
        if constant != nil || others.contains(self) { return true }
        let parts = parts
        return !parts.isEmpty && parts.allSatisfy { $0.isMade(of: others) }
    }
}
