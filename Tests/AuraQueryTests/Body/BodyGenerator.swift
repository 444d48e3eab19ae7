import AuraTesting

/// Random bodies that mean something, of every form that there is.
struct BodyGenerator {
    private var random: SeededRandom
    private var names = 0

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    private mutating func maybe(_ percent: Int, _ text: (inout BodyGenerator) -> String) -> [String]
    {
        random.chance(percent) ? [text(&self)] : []
    }

    private mutating func some(
        _ counts: ClosedRange<Int>, _ text: (inout BodyGenerator) -> String
    ) -> String {
        (0..<counts.lowerBound + random.below(counts.count)).map { _ in text(&self) }
            .joined(separator: ",")
    }

    private mutating func pick(_ texts: [String]) -> String { random.element(of: texts) }

    mutating func body() -> String {
        let hasBucket = random.chance(50)
        let isOfSubjects = random.chance(20)
        let metrics = isOfSubjects ? subjects() : some(1...4) { $0.metric(hasBucket) }
        let isFunnel = metrics.contains("funnel")
        let bucket =
            hasBucket && !isFunnel ? [#""bucket": "\#(length(["h", "d", "w", "mo"]))""#] : []
        let members =
            [#""metrics": [\#(metrics)]"#] + bucket
            + maybe(60) { #""dimensions": [\#($0.some(1...3) { $0.dimension() })]"# }
            + maybe(60) { #""filters": \#($0.filter(3))"# }
            + maybe(70) { #""range": \#($0.range())"# }
            + maybe(20) { #""zone": "\#($0.pick(["UTC", "Europe/Berlin"]))""# }
            + maybe(20) { #""limit": \#(1 + $0.random.below(100))"# }
            + maybe(20) { #""offset": \#($0.random.below(9))"# }
            + (hasBucket && !isOfSubjects
                ? maybe(30) { $0.pick([#""fill": true"#, #""fill": false"#]) } : [])
        return "{\(members.shuffled(using: &random).joined(separator: ", "))}"
    }

    private mutating func alias() -> String {
        names += 1
        return #""\#(pick(["a", "select", "a b", "ü\\\"", "1"]))\#(names)""#
    }

    private mutating func length(_ units: [String]) -> String {
        "\(1 + random.below(9))\(pick(units))"
    }

    private mutating func attribute() -> String {
        pick(["type", "patient_id", "user_id", "response_time_ms", "properties.device", "time"])
    }

    private mutating func word() -> String {
        pick([
            "count", "unique(patient_id)", "sum(response_time_ms)", "avg(user_id)", "min(type)",
            "p95(response_time_ms)", "median(patient_id)", "approx_unique(user_id)", "error_rate",
            "unique_users", "max(properties.device)",
        ])
    }

    private mutating func metric(_ hasBucket: Bool) -> String {
        let kind =
            switch random.below(hasBucket ? 6 : 4) {
            case 0, 1:
                ([#""metric": "\#(word())""#] + maybe(50) { #""where": \#($0.filter(2))"# })
                    .joined(separator: ", ")
            case 2:
                #""ratio": ["\#(number())", {"metric": "\#(number())", "where": \#(filter(2))}]"#
            case 3: #""share": \#(filter(2))"#
            case 4: #""zscore": "\#(number())", "over": \#(2 + random.below(9))"#
            default: #""rate": "\#(length(["s", "m", "h"]))", "where": \#(filter(1))"#
            }
        return #"{\#(kind), "as": \#(alias())}"#
    }

    private mutating func number() -> String {
        pick(["count", "unique(patient_id)", "sum(response_time_ms)"])
    }

    private mutating func subjects() -> String {
        if random.chance(50) {
            return
                #"{"funnel": [\#(some(1...4) { $0.filter(2) })], "by": "patient_id", "within": "\#(length(["h", "d"]))"}"#
        }
        return
            #"{"retention": [\#(filter(2)), \#(filter(2))], "by": "user_id", "every": "\#(length(["h", "d", "mo"]))", "periods": \#(1 + random.below(4))}"#
    }

    private mutating func dimension() -> String {
        random.chance(30)
            ? #"{"part": "\#(pick(["hour", "isodow", "month"]))", "as": \#(alias())}"#
            : #"{"attribute": "\#(attribute())", "as": \#(alias())}"#
    }

    private mutating func range() -> String {
        switch random.below(3) {
        case 0: #""\#(pick(["all", "day", "7d", "28d", "month", "6mo", "year", "3h", "2w"]))""#
        case 1: #"{"from": "\#(moment())", "to": "\#(moment())"}"#
        default: #"{"from": "\#(moment())"}"#
        }
    }

    private mutating func moment() -> String {
        pick([
            "2024-03-20", "2024-03-28T09:15:00Z", "2024-04-01 10:00:00.5+02:00", "now", "today",
            "yesterday", "-3d", "now-1mo", "today+6h",
        ])
    }

    private mutating func filter(_ depth: Int) -> String {
        switch depth > 0 ? random.below(12) : 3 + random.below(9) {
        case 0: return #"["and", \#(some(1...4) { $0.filter(depth - 1) })]"#
        case 1: return #"["or", \#(some(1...4) { $0.filter(depth - 1) })]"#
        case 2: return #"["not", \#(filter(depth - 1))]"#
        case 3...4:
            let test = pick(["is", "is_not"])
            return #"["\#(test)", "type", [\#(some(1...3) { $0.text() })]]"#
        case 5:
            return #"["\#(pick(["<", "<=", ">", ">="]))", "patient_id", \#(random.below(14) - 1)]"#
        case 6: return #"["between", "response_time_ms", [\#(random.below(100)).5, 1e2]]"#
        case 7: return #"["\#(pick(["<", ">="]))", "time", "2024-03-\#(10 + random.below(20))"]"#
        case 8:
            let test = pick(["contains", "starts_with", "ends_with"])
            return #"["\#(test)", "properties.device", [\#(some(1...2) { $0.text() })]]"#
        case 9: return #"["matches", "type", "\#(pick(["^v", "err|end", "\\\\."]))"]"#
        case 10: return #"["is", "success", \#(pick(["true", "false"]))]"#
        default: return #"["\#(pick(["exists", "missing"]))", "\#(attribute())"]"#
        }
    }

    private mutating func text() -> String {
        pick([
            #""api.error""#, #""visit.begun""#, #""it's""#, #""""#, #""\u00fc\n\"""#, #""desk""#,
        ])
    }
}
