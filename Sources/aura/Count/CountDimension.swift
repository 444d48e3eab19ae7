import AuraCore
import AuraWire

/// One thing to count by, as `--by` names it.
enum CountDimension: Hashable, Sendable {
    case type
    /// Buckets of so many µs, aligned to the epoch.
    case bucket(microseconds: Int64, name: String)
    /// Days, added up to calendar weeks or months here: the server's buckets are all equally wide.
    case week, month
    case attribute(String)

    static let day: Int64 = 86_400_000_000
    private static let named: [String: Int64] = [
        "second": 1_000_000, "minute": 60_000_000, "hour": 3_600_000_000, "day": day,
    ]

    /// `type`, `minute`, `hour`, `day`, `week` (from Monday), `month`, a width such as `15m`, else
    /// an attribute's name; `attribute:day` for one that has the name of something else.
    init(_ text: String) {
        let prefix = "attribute:"
        if text.hasPrefix(prefix) {
            self = .attribute(String(text.dropFirst(prefix.count)))
        } else if text == "type" {
            self = .type
        } else if text == "week" {
            self = .week
        } else if text == "month" {
            self = .month
        } else if let width = CountDimension.named[text] {
            self = .bucket(microseconds: width, name: text)
        } else if let width = TimeExpression.microseconds(text), width > 0 {
            self = .bucket(microseconds: width, name: "time")
        } else {
            self = .attribute(text)
        }
    }

    /// The name of its column.
    var name: String {
        switch self {
        case .type: "type"
        case .bucket(_, let name), .attribute(let name): name
        case .week: "week"
        case .month: "month"
        }
    }

    /// What the server is asked for.
    var grouping: CountRequest.Grouping {
        switch self {
        case .type: .type
        case .bucket(let width, _): .bucket(microseconds: width)
        case .week, .month: .bucket(microseconds: CountDimension.day)
        case .attribute(let name): .attribute(name)
        }
    }

    /// The key under which a key of the server's answer is counted.
    func fold(_ key: GroupKey) -> GroupKey {
        guard case .bucket(let start) = key else { return key }
        switch self {
        case .week:
            // The epoch was a Thursday.
            let days = start.microseconds.flooredQuotient(CountDimension.day) + 3
            let monday = days.flooredQuotient(7) * 7 - 3
            return .bucket(Timestamp(microseconds: monday * CountDimension.day))
        case .month:
            let civil = CivilTime(utc: start)
            return .bucket(CivilTime(year: civil.year, month: civil.month, day: 1).utc)
        case .type, .bucket, .attribute: return key
        }
    }

    /// A key as a cell.
    func cell(_ key: GroupKey) -> Answer.Cell {
        switch key {
        case .type(let name): return .text(name)
        case .attribute(let value): return Answer.Cell(value)
        case .bucket(let start):
            if case .bucket(let width, _) = self, width % CountDimension.day != 0 {
                return .text(start.description)
            }
            return .text(String(start.description.prefix(10)))
        }
    }
}
