import AuraCore

/// Series of buckets: `time_bucket_gapfill`, and what is computed along a series.
extension SelectBinder {
    /// The series that rows are grouped by: that which is to be filled, else the first; nil if there is none.
    func bucketSeries(_ select: Select) throws(TextError) -> BucketSeries? {
        var expressions: [Expression] = []
        if select.groupsByAll {
            for case .expression(let expression, _) in select.items {
                expressions.append(expression)
            }
        }
        expressions += select.groupings.flatMap(\.expressions)
        var series: [BucketSeries] = []
        for expression in expressions {
            guard let found = try bucketSeries(try meant(expression, select)) else { continue }
            if found.filled != nil, let other = series.first(where: { $0.filled != nil }),
                other != found
            {
                throw TextError(
                    "time_bucket_gapfill() stands in GROUP BY more than once",
                    at: found.expression.place, hint: "let time_bucket() be the other one")
            }
            series.append(found)
        }
        return series.first { $0.filled != nil } ?? series.first
    }

    /// The item that a place or a name of GROUP BY means.
    private func meant(
        _ expression: Expression, _ select: Select
    ) throws(TextError) -> Expression {
        switch expression.form {
        case .integer(let number):
            guard let index = Int(exactly: number), select.items.indices.contains(index - 1),
                case .expression(let item, _) = select.items[index - 1]
            else { return expression }
            return item
        case .column(let name):
            guard name.parts.count == 1, try scope.column(name, expression.place) == nil else {
                return expression
            }
            let text = name.parts[0].text.lowercased()
            return aliases.first { $0.name.text.lowercased() == text }?.expression ?? expression
        default: return expression
        }
    }

    /// The series of a call that gives the beginning of a bucket; nil for all else.
    private func bucketSeries(_ expression: Expression) throws(TextError) -> BucketSeries? {
        guard case .call(let call) = expression.form, call.window == nil else { return nil }
        let width: Interval
        switch call.name {
        case "time_bucket_gapfill": return try filledSeries(call, expression)
        case "time_bucket":
            guard call.arguments.count >= 2,
                case .interval(let known)? = try bind(call.arguments[0].value, .group).constant
            else { return nil }
            width = known
        case "date_trunc", "datetrunc":
            guard call.arguments.count == 2,
                case .text(let text)? = try bind(call.arguments[0].value, .group).constant,
                let part = TimePart(spelling: text), let known = Interval(1, part.rawValue)
            else { return nil }
            width = known
        default: return nil
        }
        return BucketSeries(
            expression: expression, bucket: try bind(expression, .group),
            time: try bind(call.arguments[1].value, .group), width: width)
    }

    /// The series of `time_bucket_gapfill(width, time [, start, finish])`.
    private func filledSeries(
        _ call: Expression.Call, _ expression: Expression
    ) throws(TextError) -> BucketSeries {
        var named: [String: Expression] = [:]
        for (index, argument) in call.arguments.enumerated() {
            let names = ["width", "time", "start", "finish"]
            guard let name = argument.name ?? (index < 4 ? names[index] : nil),
                names.contains(name),
                named.updateValue(argument.value, forKey: name) == nil
            else { throw wrongGapfill(call) }
        }
        guard call.isPlain(allowsNames: true), let first = named["width"],
            let second = named["time"]
        else { throw wrongGapfill(call) }
        let width = try bind(first, .group)
        let interval = try width.positiveInterval(for: call.name)
        let time = try bind(second, .group)
        var bounds = TimeBounds(of: time, where: conditions)
        bounds.start = try edge(named["start"], time.type) ?? bounds.start
        bounds.end = try edge(named["finish"], time.type) ?? bounds.end
        let constant = BoundExpression(.interval(interval), .interval, width.place)
        let bucket = try function(
            "time_bucket", [constant, time], expression.place, call.namePlace)
        return BucketSeries(
            expression: expression, bucket: bucket, time: time, width: interval, filled: bounds)
    }

    private func wrongGapfill(_ call: Expression.Call) -> TextError {
        TextError(
            "time_bucket_gapfill() takes a width, a time, and perhaps a start and a finish",
            at: call.namePlace,
            hint: "as in time_bucket_gapfill(INTERVAL '1 hour', time, finish := now())")
    }

    /// A time that is given for a start or a finish; nil for none.
    private func edge(_ expression: Expression?, _ type: ValueType) throws(TextError) -> Int64? {
        guard let expression else { return nil }
        let bound = try binder.coerced(try bind(expression, .group), to: type)
        guard let value = bound.constant else {
            throw TextError(
                "time_bucket_gapfill() takes a start and a finish that are the same for all rows",
                at: expression.place)
        }
        return value.time
    }

    /// `time_bucket_gapfill` where it stands: the beginning of the bucket, as that of `time_bucket`.
    func filledBucket(
        _ call: Expression.Call, _ place: Place
    ) throws(TextError) -> BoundExpression {
        let own = try filledSeries(call, Expression(form: .call(call), place: place))
        guard let series, series.bucket == own.bucket, series.filled == own.filled else {
            throw TextError(
                "time_bucket_gapfill() must be one of the terms of GROUP BY", at: place,
                hint: "write GROUP BY with its number, its name, or the same call")
        }
        return series.bucket
    }

    /// Groups of a plan's rows, with those of empty buckets where the query wants them.
    func grouped(_ plan: Plan, _ aggregation: Aggregation) throws(TextError) -> Plan {
        let groups = Plan(aggregate: plan, aggregation)
        let keys = aggregation.keys
        guard let series, let bucket = keys.firstIndex(of: series.bucket) else { return groups }
        let others = keys.indices.filter { $0 != bucket }
        for index in windows.indices where windows[index].isAlongBuckets {
            windows[index].partition = others.map { keys[$0] }
        }
        guard let bounds = series.filled else { return groups }
        guard aggregation.sets.count == 1 else {
            throw TextError(
                "time_bucket_gapfill() does not go with ROLLUP", at: series.expression.place,
                hint: "compute totals in a query of their own")
        }
        do throws(ComputationError) {
            let filling = GapFilling(
                bucket: bucket, others: others, grid: try TimeGrid(ofBuckets: series.width),
                bounds: bounds, place: series.expression.place)
            return Plan(node: .fill(groups, filling), columns: groups.columns)
        } catch {
            throw TextError(error.message, at: series.expression.place, hint: error.hint)
        }
    }

    /// locf and interpolate without OVER: along the series of the query, apart for each of its other keys.
    func alongBuckets(
        _ call: Expression.Call, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        guard let series else {
            if !clause.allowsWindows { return try windowFunction(call, place, clause) }
            throw TextError(
                "\(call.name)() needs OVER, or a query that is grouped by buckets of time",
                at: place,
                hint: "write GROUP BY time_bucket_gapfill(INTERVAL '1 hour', time)")
        }
        var call = call
        let order = [OrderItem(expression: series.expression)]
        call.window = .here(WindowSpecification(order: order))
        return try windowFunction(call, place, clause, isAlongBuckets: true)
    }
}
