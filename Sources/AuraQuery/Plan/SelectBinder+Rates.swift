import AuraCore

/// `rate`: how many rows, or how much, a length of time has of the stretch that a group covers.
extension SelectBinder {
    func rate(
        _ call: Expression.Call, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        var plain = call
        plain.filter = nil
        guard (1...2).contains(call.arguments.count), plain.isPlain, call.window == nil else {
            throw TextError(
                "rate() takes an INTERVAL, perhaps a number to add up, and at most FILTER",
                at: call.namePlace, hint: "as in rate(INTERVAL '1 minute')")
        }
        guard clause.allowsAggregates else {
            throw TextError("\(clause.rawValue) cannot have the aggregate rate()", at: place)
        }
        let unit = try bind(call.arguments[0].value, .constant)
        guard let length = try unit.positiveInterval(for: "rate").fixedMicroseconds else {
            throw TextError(
                "rate() takes no months, which have no fixed length", at: unit.place,
                hint: "say it in days or less")
        }
        var counted = call
        counted.arguments.removeFirst()
        counted.isOfRows = counted.arguments.isEmpty
        for argument in counted.arguments {
            _ = try number(try bind(argument.value, .aggregate), call.name)
        }
        counted.name = counted.isOfRows ? "count" : "sum"
        let amount = try binder.coerced(
            try aggregate(counted, place, clause), to: .float64)
        let (start, end) = try stretch(call.namePlace)
        let function = ScalarFunction(
            [.float64, .int64, start.type, end.type], .float64,
            .values { values in
                guard let amount = values[0].double, let unit = values[1].double,
                    let start = values[2].time, let end = values[3].time, start < end
                else { return .null }
                return .float64(amount * unit / Double(end - start))
            })
        let constant = BoundExpression(.int64(length), .int64, unit.place)
        return BoundExpression(
            .call(BoundFunction(name: "rate", function: function), [amount, constant, start, end]),
            .float64, place)
    }

    /// From when to when the rows of a group may lie: in its bucket, and where WHERE lets them.
    private func stretch(
        _ place: Place
    ) throws(TextError) -> (start: BoundExpression, end: BoundExpression) {
        var time = series?.time
        if time == nil {
            let name = Expression.Name(text: "time", isQuoted: false, place: place)
            time = try scope.column(Expression.ColumnName(parts: [name]), place)
        }
        guard let time, time.type.isTime else { throw openStretch(place) }
        let bounds = TimeBounds(of: time, where: conditions)
        let type: ValueType = time.type == .instant ? .instant : .timestamp
        func edge(_ value: Int64) throws(TextError) -> BoundExpression {
            let value: Value =
                switch time.type {
                case .instant: .instant(value)
                case .date: .date(value)
                default: .timestamp(value)
                }
            return try binder.coerced(BoundExpression(value, time.type, place), to: type)
        }
        var starts = try bounds.start.map { value throws(TextError) in [try edge(value)] } ?? []
        var ends = try bounds.end.map { value throws(TextError) in [try edge(value)] } ?? []
        if let series {
            let width = BoundExpression(.interval(series.width), .interval, place)
            let clock = try binder.coerced(series.bucket, to: .timestamp)
            let next = try function("+", [clock, width], place, place)
            starts.append(try binder.coerced(series.bucket, to: type))
            ends.append(try binder.coerced(next, to: type))
        }
        if starts.isEmpty || ends.isEmpty { throw openStretch(place) }
        return (
            try function("greatest", starts, place, place),
            try function("least", ends, place, place)
        )
    }

    private func openStretch(_ place: Place) -> TextError {
        TextError(
            "rate() needs to know over which time", at: place,
            hint: "group by time_bucket(…), or say in WHERE from when to when time is")
    }
}
