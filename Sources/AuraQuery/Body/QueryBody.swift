import AuraCore

/// A question in JSON: `Formats/query-body.md`.
///
/// It means a query as texts of SQL do, and is read into the same syntax tree, whose places are those of
/// the body. So whatever is wrong with it, found by whomever, is told where it stands.
public struct QueryBody: Sendable {
    /// What a body asks.
    enum Question: Sendable {
        /// One column each.
        case metrics([BodyMetric])
        case subjects(BodySubjects)
    }

    let question: Question
    let dimensions: [BodyDimension]
    let filter: BodyFilter?
    let range: BodyRange
    let bucket: BodyLength?
    let zone: BodyName?
    /// Whether buckets without events are rows, too.
    let isFilled: Bool
    let order: [BodyOrder]
    let limit: Int
    let offset: Int
    let place: Place

    /// Rows that an answer has unless the body says.
    static let usualLimit = 10_000
    static let greatestLimit = 100_000
    static let metricLimit = 100
    static let dimensionLimit = 20
    /// Attributes that the filters of a body compare, in all.
    static let testLimit = 500

    private static let members = [
        "metrics", "dimensions", "filters", "range", "bucket", "zone", "order_by", "limit",
        "offset", "fill",
    ]

    /// Reads a body.
    ///
    /// - Parameter text: JSON, an object.
    /// - Throws: What is wrong, with the place in the text.
    public init(_ text: String) throws(TextError) {
        guard text.utf8.count <= Lexer.textLimit else {
            throw TextError(
                "a query of \(text.utf8.count) bytes; the limit is \(Lexer.textLimit)", at: .none)
        }
        let value: JSONValue
        do throws(JSONReader.Failure) { value = try JSONReader.value(of: text) } catch {
            throw TextError(error.message, at: error.bytes)
        }
        let members = try BodyMembers(value, known: QueryBody.members, "the body of a query")
        place = value.place
        question = try QueryBody.question(members["metrics"], value.place)
        dimensions = try QueryBody.dimensions(members["dimensions"])
        filter = try BodyFilter.all(members["filters"])
        range = try BodyRange(members["range"])
        bucket = try members["bucket"].map { value throws(TextError) in
            try BodyLength(value, "a bucket")
        }
        zone = try members["zone"]?.name("a time zone")
        limit =
            try members["limit"]?.number("the limit", in: 1...QueryBody.greatestLimit)
            ?? QueryBody.usualLimit
        offset = try members["offset"]?.number("the offset", in: 0...Int(Int32.max)) ?? 0
        let fill = try members["fill"]?.bool("fill")
        isFilled = fill ?? true && bucket != nil && question.canBeFilled
        if fill == true, !isFilled, let value = members["fill"] {
            throw TextError(
                "there are no buckets to fill", at: value.bytes,
                hint: question.canBeFilled ? "give a bucket, such as \"1h\"" : "leave it out")
        }
        let columns = question.columns(hasBucket: bucket != nil, dimensions)
        order = try BodyOrder.order(
            members["order_by"], of: columns,
            keys: (bucket == nil ? 0 : 1) + dimensions.count, hasBucket: bucket != nil)
        try check(columns)
    }

    private static func question(
        _ value: JSONValue?, _ place: Place
    ) throws(TextError) -> Question {
        guard let value else {
            return .metrics([
                BodyMetric(form: .count, name: BodyName(of: "count", place), place: place)
            ])
        }
        let items = try value.items("'metrics'", atMost: metricLimit)
        var metrics: [BodyMetric] = []
        for item in items {
            if BodySubjects.isMeant(by: item) {
                guard items.count == 1 else {
                    throw TextError(
                        "a funnel or a retention stands by itself", at: item.bytes,
                        hint: "ask for other metrics in a query of their own")
                }
                return .subjects(try BodySubjects(item))
            }
            metrics.append(try BodyMetric(item))
        }
        return .metrics(metrics)
    }

    private static func dimensions(_ value: JSONValue?) throws(TextError) -> [BodyDimension] {
        guard let value else { return [] }
        if case .array(let items) = value.form, items.isEmpty { return [] }
        var dimensions: [BodyDimension] = []
        for item in try value.items("'dimensions'", atMost: dimensionLimit) {
            dimensions.append(try BodyDimension(item))
        }
        return dimensions
    }

    /// Refuses what no member is wrong about by itself.
    private func check(_ columns: [BodyName]) throws(TextError) {
        var names: Set<String> = []
        for column in columns where !names.insert(column.text.lowercased()).inserted {
            throw TextError(
                "two columns are called '\(column.text)'", at: column.place,
                hint: "give one another name with \"as\"")
        }
        guard testCount <= QueryBody.testLimit else {
            throw TextError(
                "\(testCount) comparisons in filters; the limit is \(QueryBody.testLimit)",
                at: place, hint: "[\"is\", attribute, […]] takes many values at once")
        }
        switch question {
        case .metrics(let metrics):
            for metric in metrics {
                guard case .zscore = metric.form, bucket == nil else { continue }
                throw TextError(
                    "a score compares a bucket with those before it", at: metric.place,
                    hint: "give a bucket, such as \"1h\"")
            }
        case .subjects(let subjects):
            if case .funnel = subjects.form, bucket != nil {
                throw TextError("a funnel has no buckets", at: subjects.place)
            }
        }
    }

    private var testCount: Int {
        let own = filter?.testCount ?? 0
        return switch question {
        case .metrics(let metrics): metrics.reduce(own) { $0 + $1.testCount }
        case .subjects(let subjects): own + subjects.testCount
        }
    }
}

extension QueryBody.Question {
    /// Whether a bucket without events can be a row.
    fileprivate var canBeFilled: Bool {
        guard case .metrics = self else { return false }
        return true
    }

    /// The names of the answer's columns.
    fileprivate func columns(hasBucket: Bool, _ dimensions: [BodyDimension]) -> [BodyName] {
        let own: [BodyName] =
            switch self {
            case .metrics(let metrics): metrics.map(\.name)
            case .subjects(let subjects): subjects.columns
            }
        return (hasBucket ? [BodyName(of: QueryBody.bucketName, .none)] : [])
            + dimensions.map(\.name) + own
    }
}
