import AuraCore

/// A length of time, such as `15m` or `1mo`.
struct BodyLength: Hashable, Sendable {
    /// From the shortest to the longest.
    enum Unit: String, CaseIterable, Sendable {
        case second = "s"
        case minute = "m"
        case hour = "h"
        case day = "d"
        case week = "w"
        case month = "mo"
        case year = "y"

        /// Its name in SQL.
        var name: String {
            switch self {
            case .second: "second"
            case .minute: "minute"
            case .hour: "hour"
            case .day: "day"
            case .week: "week"
            case .month: "month"
            case .year: "year"
            }
        }

        /// Whether a calendar says where it begins.
        var isOfCalendar: Bool {
            switch self {
            case .second, .minute, .hour: false
            case .day, .week, .month, .year: true
            }
        }
    }

    static let limit = 1_000_000
    static let forms = "such as 90s, 15m, 1h, 7d, 2w, 6mo or 1y"

    static let day = BodyLength(count: 1, unit: .day)
    static let week = BodyLength(count: 1, unit: .week)

    var count: Int
    var unit: Unit

    /// The length that a text says; nil for other text.
    init?(_ text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let rest = String(text.dropFirst(digits.count))
        if digits.isEmpty, let unit = Unit.allCases.first(where: { $0.name == rest }) {
            self.init(count: 1, unit: unit)
            return
        }
        guard let count = Int(digits), (1...BodyLength.limit).contains(count),
            let unit = Unit(rawValue: rest)
        else { return nil }
        self.init(count: count, unit: unit)
    }

    private init(count: Int, unit: Unit) {
        self.count = count
        self.unit = unit
    }

    /// The length that a value must be.
    init(_ value: JSONValue, _ what: String) throws(TextError) {
        let text = try value.text(what, hint: BodyLength.forms)
        guard let length = BodyLength(text) else {
            throw TextError(
                "\(what) is a length of time, not '\(text)'", at: value.bytes,
                hint: BodyLength.forms)
        }
        self = length
    }

    /// As `15m`.
    var text: String { "\(count)\(unit.rawValue)" }

    /// `INTERVAL '15 minutes'`, of which one may be left out.
    func interval(_ place: Place) -> Expression {
        let amount = Expression(text: "\(count) \(unit.name)\(count == 1 ? "" : "s")", place)
        return Expression(form: .interval(amount: amount, unit: ""), place: place)
    }
}
