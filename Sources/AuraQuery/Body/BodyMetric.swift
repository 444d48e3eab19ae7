import AuraCore

/// A figure that a body asks for: one column of the answer.
struct BodyMetric: Sendable {
    indirect enum Form: Sendable {
        case count
        case function(Function, BodyName)
        /// Of 0…1.
        case quantile(Double, BodyName)
        /// Events, or the sum of an attribute, for each length of time.
        case rate(BodyLength, of: BodyName?)
        /// Which part of the events a filter lets through.
        case share(BodyFilter)
        case ratio(BodyMetric, BodyMetric)
        /// How far a bucket's figure is from those of so many buckets before it.
        case zscore(BodyMetric, over: Int)
    }

    /// What takes one attribute.
    enum Function: String, CaseIterable, Sendable {
        case unique
        case approximatelyUnique = "approx_unique"
        case sum, avg, min, max, median
    }

    var form: Form
    /// Which events it is about; nil for all of the body's.
    var filter: BodyFilter?
    /// What its column is called.
    var name: BodyName
    let place: Place

    /// Whether a bucket without events has 0 of it, and not NULL.
    var countsEvents: Bool {
        switch form {
        case .count, .function(.unique, _), .function(.approximatelyUnique, _), .rate(_, nil): true
        default: false
        }
    }

    /// What its column is called unless the body says.
    static func name(of form: Form) -> String {
        switch form {
        case .count: "count"
        case .function(let function, let attribute): "\(function.rawValue)(\(attribute.text))"
        case .quantile(let quantile, let attribute):
            "p\(percent(quantile))(\(attribute.text))"
        case .rate(let unit, let attribute):
            "rate(\(unit.text)\(attribute.map { "," + $0.text } ?? ""))"
        case .share: "share"
        case .ratio: "ratio"
        case .zscore: "zscore"
        }
    }

    /// 95 for 0.95, and 99.9 for 0.999.
    private static func percent(_ quantile: Double) -> String {
        let percent = (quantile * 1e11).rounded() / 1e9
        return percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
    }

    /// Attributes that its filters compare.
    var testCount: Int {
        let own = filter?.testCount ?? 0
        switch form {
        case .count, .function, .quantile, .rate: return own
        case .share(let filter): return own + filter.testCount
        case .ratio(let first, let second): return own + first.testCount + second.testCount
        case .zscore(let metric, _): return own + metric.testCount
        }
    }

    // MARK: JSON

    /// The metric as one word; nil if it has none.
    private var word: String? {
        switch form {
        case .count, .function, .rate(_, of: nil): BodyMetric.name(of: form)
        default: nil
        }
    }

    var json: JSONValue {
        let usual = BodyMetric.name(of: form)
        if let word, filter == nil, name.text == usual { return JSONValue(.text(word)) }
        var members = ownMembers
        if let filter { members.append(JSONValue.Member("where", filter.json)) }
        if name.text != usual {
            members.append(JSONValue.Member("as", JSONValue(.text(name.text))))
        }
        return JSONValue(.object(members))
    }

    private var ownMembers: [JSONValue.Member] {
        func text(_ name: String, _ text: String) -> JSONValue.Member {
            JSONValue.Member(name, JSONValue(.text(text)))
        }
        switch form {
        case .count, .function, .rate(_, of: nil): return [text("metric", word ?? "")]
        case .quantile(let quantile, let attribute):
            return [
                text("quantile", attribute.text),
                JSONValue.Member("at", JSONValue(.float(quantile))),
            ]
        case .rate(let unit, let attribute):
            return [text("rate", unit.text), text("of", attribute?.text ?? "")]
        case .share(let filter): return [JSONValue.Member("share", filter.json)]
        case .ratio(let first, let second):
            return [JSONValue.Member("ratio", JSONValue(.array([first.json, second.json])))]
        case .zscore(let metric, let count):
            return [
                JSONValue.Member("zscore", metric.json),
                JSONValue.Member("over", JSONValue(.integer(Int128(count)))),
            ]
        }
    }
}
