import AuraCore

/// The query that a body means.
extension QueryBody {
    /// What the column of a bucket's beginning is called.
    static let bucketName = "bucket"

    var query: Query {
        let body: Query.Body =
            switch question {
            case .metrics(let metrics): .select(select(metrics))
            case .subjects(let subjects): .select(select(subjects))
            }
        return Query(
            body: body, order: order.map(\.item), limit: Expression(integer: limit, place),
            offset: offset == 0 ? nil : Expression(integer: offset, place))
    }

    private func select(_ metrics: [BodyMetric]) -> Select {
        let keys = keys(bucketOf: Expression(column: "time", place))
        let series = WindowSpecification(
            partition: dimensions.map(\.expression),
            order: keys.prefix(bucket == nil ? 0 : 1).map { OrderItem(expression: $0.value) })
        let figures = metrics.map { metric in
            QueryBody.item(metric.expression(isFilled: isFilled, along: series), metric.name)
        }
        var select = Select(items: keys.map { QueryBody.item($0.value, $0.name) } + figures)
        select.from = events
        select.filter = condition(and: [])
        select.groupings = groupings
        return select
    }

    /// What tells rows apart: the bucket, then the dimensions.
    private func keys(bucketOf time: Expression) -> [(name: BodyName, value: Expression)] {
        let function = isFilled ? "time_bucket_gapfill" : "time_bucket"
        let first = bucket.map { bucket in
            (
                name: BodyName(of: QueryBody.bucketName, place),
                value: Expression(call: function, [bucket.interval(place), time], place)
            )
        }
        return (first.map { [$0] } ?? []) + dimensions.map { ($0.name, $0.expression) }
    }

    /// By their numbers, which mean nothing else.
    private var groupings: [Select.Grouping] {
        let count = (bucket == nil ? 0 : 1) + dimensions.count
        return (0..<count).map { .expression(Expression(integer: $0 + 1, place)) }
    }

    private var events: Table { .named([Expression.Name(of: "events", place)], alias: nil) }

    /// The range, the filters and others, which all hold; nil for none.
    private func condition(and others: [Expression]) -> Expression? {
        let parts = range.conditions + (filter.map { [$0.expression] } ?? []) + others
        return parts.isEmpty ? nil : Expression(.and, all: parts[...], place)
    }

    /// A column of the answer; one that has its name anyway needs no other.
    private static func item(_ value: Expression, _ name: BodyName) -> Select.Item {
        .expression(value, alias: value == name.column ? nil : name.name)
    }

    // MARK: Subjects

    /// A query of the subjects of each combination of dimensions, and one that counts them.
    private func select(_ subjects: BodySubjects) -> Select {
        let known = BodyName(of: free("way"), place)
        let start = BodyName(of: free("start"), place)
        var ways = Select(items: dimensions.map { QueryBody.item($0.expression, $0.name) })
        ways.items.append(
            QueryBody.item(subjects.subject.column, BodyName(of: free("subject"), place)))
        ways.items.append(QueryBody.item(subjects.way, known))
        if let beginning = subjects.beginning, bucket != nil {
            ways.items.append(QueryBody.item(beginning, start))
        }
        ways.from = events
        ways.filter = condition(and: [
            Expression(
                form: .test(subjects.subject.column, .null, isNegated: true),
                place: subjects.subject.place)
        ])
        ways.groupings = (0...dimensions.count).map {
            .expression(Expression(integer: $0 + 1, place))
        }
        let bucketed = bucket.map { bucket in
            QueryBody.item(
                Expression(call: "time_bucket", [bucket.interval(place), start.column], place),
                BodyName(of: QueryBody.bucketName, place))
        }
        var select = Select(
            items: (bucketed.map { [$0] } ?? [])
                + dimensions.map { QueryBody.item($0.name.column, $0.name) }
                + zip(subjects.counts(of: known), subjects.columns).map {
                    QueryBody.item($0, $1)
                })
        select.from = .query(
            Query(body: .select(ways)), alias: Expression.Name(of: "ways", place), columns: [],
            place: place)
        if case .retention = subjects.form {
            select.filter = Expression(
                form: .test(known.column, .null, isNegated: true), place: place)
        }
        select.groupings = groupings
        return select
    }

    /// A name that no dimension has.
    private func free(_ name: String) -> String {
        dimensions.contains { $0.name.text.lowercased() == name } ? free(name + "_") : name
    }
}

extension BodySubjects {
    private var time: Expression { Expression(column: "time", place) }

    /// What is found out about a subject from its events.
    fileprivate var way: Expression {
        switch form {
        case .funnel(let steps, let within):
            Expression(
                call: "funnel", [within.interval(place), time] + steps.map(\.expression), place)
        case .retention(let start, let back, let every, let periods):
            Expression(
                call: "retention",
                [
                    every.interval(place), Expression(integer: periods, place), time,
                    start.expression, back.expression,
                ], place)
        }
    }

    /// When a subject began; nil for funnels.
    fileprivate var beginning: Expression? {
        guard case .retention(let start, _, _, _) = form else { return nil }
        return Expression(call: "min", [time], filter: start.expression, place)
    }

    /// What its columns count.
    fileprivate func counts(of way: BodyName) -> [Expression] {
        func number(_ number: Int) -> Expression { Expression(integer: number, place) }
        switch form {
        case .funnel(let steps, _):
            return (1...steps.count).map { step in
                let took = Expression(.greaterEqual, way.column, number(step), place)
                return Expression(countWhere: took, place)
            }
        case .retention(_, _, _, let periods):
            return [Expression(countWhere: nil, place)]
                + (1...periods).map { period in
                    let returned = Expression(
                        form: .element(way.column, number(period)), place: place)
                    return Expression(countWhere: returned, place)
                }
        }
    }
}
