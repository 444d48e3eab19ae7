import AuraCore

/// Metrics as a body says them: a word, or an object.
extension BodyMetric {
    /// Buckets that a score is compared with unless the body says: a week of hours.
    private static let scoreBuckets = 168
    /// Members by which an object says which metric it is.
    private static let kinds = ["metric", "quantile", "rate", "share", "ratio", "zscore"]
    private static let hint = "such as \"count\", \"unique(patient_id)\" or \"p95(duration_ms)\""

    /// - Parameter isPart: Whether it stands in another one and has no column of its own.
    init(_ value: JSONValue, isPart: Bool = false) throws(TextError) {
        if case .text(let word) = value.form {
            self = try BodyMetric(word, value.place)
            return
        }
        let others = ["at", "of", "over", "where"] + (isPart ? [] : ["as"])
        let members = try BodyMembers(value, known: BodyMetric.kinds + others, "a metric")
        let given = BodyMetric.kinds.filter { members[$0] != nil }
        guard let kind = given.first, given.count == 1, let argument = members[kind] else {
            throw TextError(
                "a metric has one of the members " + BodyMetric.kinds.joined(separator: ", "),
                at: value.bytes, hint: BodyMetric.hint)
        }
        try BodyMetric.refuse(members, ["at": "quantile", "of": "rate", "over": "zscore"], kind)
        var form: Form
        var alias: BodyName?
        switch kind {
        case "metric":
            let metric = try BodyMetric(try argument.text("a metric"), argument.place)
            form = metric.form
            alias = metric.name
        case "quantile":
            form = .quantile(
                try BodyMetric.quantile(members["at"], value.place),
                try argument.name("the name of an attribute"))
        case "rate":
            form = .rate(
                try BodyLength(argument, "the unit of a rate"),
                of: try members["of"]?.name("the name of an attribute"))
        case "share": form = .share(try BodyFilter(argument))
        default: form = try BodyMetric.compound(kind, argument, members["over"])
        }
        if kind == "ratio" || kind == "zscore", let filter = members["where"] {
            throw TextError(
                "a \(kind) has no filter of its own", at: filter.bytes,
                hint: "give it to the metrics within")
        }
        self.form = form
        filter = try members["where"].map { value throws(TextError) in try BodyFilter(value) }
        place = value.place
        name =
            try members["as"]?.name("the name of a column") ?? alias
            ?? BodyName(of: BodyMetric.name(of: form), place)
    }

    /// Refuses members that belong to another kind of metric.
    private static func refuse(
        _ members: BodyMembers, _ owners: [String: String], _ kind: String
    ) throws(TextError) {
        for (member, owner) in owners where owner != kind {
            guard let value = members[member] else { continue }
            throw TextError("'\(member)' belongs to a \(owner)", at: value.bytes)
        }
    }

    /// A metric of others.
    private static func compound(
        _ kind: String, _ argument: JSONValue, _ over: JSONValue?
    ) throws(TextError) -> Form {
        if kind == "zscore" {
            let metric = try BodyMetric(argument, isPart: true)
            if case .zscore = metric.form {
                throw TextError("a score of scores", at: argument.bytes)
            }
            let count = try over?.number("'over', a number of buckets,", in: 2...100_000)
            return .zscore(metric, over: count ?? scoreBuckets)
        }
        let parts = try argument.items("a ratio", atMost: 2, hint: "write [metric, metric]")
        guard parts.count == 2 else {
            throw TextError(
                "a ratio is of two metrics", at: argument.bytes, hint: "write [metric, metric]")
        }
        var metrics: [BodyMetric] = []
        for part in parts {
            let metric = try BodyMetric(part, isPart: true)
            switch metric.form {
            case .ratio, .zscore:
                throw TextError("a ratio of what is computed from others", at: part.bytes)
            default: metrics.append(metric)
            }
        }
        return .ratio(metrics[0], metrics[1])
    }

    private static func quantile(
        _ value: JSONValue?, _ place: Place
    ) throws(TextError) -> Double {
        let number: Double? =
            switch value?.form {
            case .integer(let number)?: Double(number)
            case .float(let number)?: number
            default: nil
            }
        guard let number, (0...1).contains(number) else {
            throw TextError(
                "a quantile has 'at', a number from 0 to 1", at: value?.place ?? place,
                hint: "such as {\"quantile\": \"duration_ms\", \"at\": 0.95}")
        }
        return number
    }

    // MARK: Words

    /// Metrics by the names that alert rules and widgets give them.
    private static let named: [String: String] = [
        "event_count": "count", "unique_users": "unique(user_id)",
        "events_per_minute": "rate(1m)", "avg_response_time": "avg(response_time_ms)",
    ]

    /// A word such as `count`, `unique(patient_id)`, `p99.9(duration_ms)` or `rate(1m)`.
    private init(_ word: String, _ place: Place) throws(TextError) {
        self.place = place
        if word == "error_rate" {
            let type = BodyName(of: "type", place)
            form = .share(BodyFilter(type, is: APIError.schema.type))
            name = BodyName(of: word, place)
            return
        }
        form = try BodyMetric.form(BodyMetric.named[word] ?? word, place)
        name = BodyName(
            of: BodyMetric.named[word] == nil ? BodyMetric.name(of: form) : word, place)
    }

    private static func form(_ word: String, _ place: Place) throws(TextError) -> Form {
        if word == "count" { return .count }
        let head = String(word.prefix { $0 != "(" })
        let argument = word.dropFirst(head.count + 1).dropLast()
        let isCall = word.last == ")" && word.utf8.count > head.utf8.count
        let function = Function(rawValue: head)
        let quantile = head.first == "p" ? Double(head.dropFirst()).map { $0 / 100 } : nil
        if isCall, head == "rate", let unit = BodyLength(String(argument)) {
            return .rate(unit, of: nil)
        }
        guard function != nil || quantile.map((0...1).contains) ?? false else {
            let words =
                ["count", "rate", "error_rate", "p50", "p90", "p95", "p99"]
                + Function.allCases.map(\.rawValue) + named.keys.sorted()
            throw TextError(
                "there is no metric '\(word)'", at: place,
                hint: Keywords.nearest(head, of: words).map { "did you mean \($0)?" } ?? hint)
        }
        guard isCall else {
            throw TextError(
                "'\(word)' is of an attribute", at: place, hint: "such as \(head)(duration_ms)")
        }
        let attribute = try BodyName(String(argument), "the name of an attribute", place)
        return function.map { .function($0, attribute) } ?? .quantile(quantile ?? 0, attribute)
    }
}
