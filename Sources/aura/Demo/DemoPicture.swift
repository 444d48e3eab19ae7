import AuraCore
import AuraWire

/// What the demonstration shows at one moment.
struct DemoPicture: Sendable {
    /// One event type.
    struct Row: Hashable, Sendable {
        let type: String
        var total: UInt64 = 0
        /// Events of each minute shown, the present one last.
        var minutes: [UInt64]
    }

    /// Minutes that are shown.
    static let minutes = 30
    private static let minute: Int64 = 60_000_000

    let time: Timestamp
    let total: UInt64
    /// Events of the last ten seconds, per second.
    let rate: Double
    /// The busiest types of the last minutes first.
    private(set) var rows: [Row]

    /// What is asked of the server for a picture.
    static func requests(now: Timestamp) -> (totals: CountRequest, minutes: CountRequest) {
        var totals = CountRequest()
        totals.groupings = [.type]
        var minutes = CountRequest()
        minutes.groupings = [.type, .bucket(microseconds: minute)]
        minutes.start = start(now)
        return (totals, minutes)
    }

    /// The picture that the answers make.
    init(time: Timestamp, rate: Double, totals: Counts, minutes: Counts) {
        self.time = time
        self.rate = rate
        var rows: [String: Row] = [:]
        let empty = [UInt64](repeating: 0, count: DemoPicture.minutes)
        var total: UInt64 = 0
        for row in totals.rows {
            total += row.count
            guard case .type(let type)? = row.keys.first else { continue }
            rows[type] = Row(type: type, total: row.count, minutes: empty)
        }
        self.total = total
        let first = DemoPicture.start(time).microseconds
        for row in minutes.rows {
            guard case .type(let type)? = row.keys.first,
                case .bucket(let start)? = row.keys.last
            else { continue }
            let index = Int((start.microseconds - first) / DemoPicture.minute)
            if empty.indices.contains(index) {
                rows[type, default: Row(type: type, minutes: empty)].minutes[index] += row.count
            }
        }
        self.rows = rows.values.sorted {
            let (left, right) = ($0.minutes.reduce(0, +), $1.minutes.reduce(0, +))
            return left == right ? $0.type < $1.type : left > right
        }
    }

    /// The start of the first minute shown.
    private static func start(_ now: Timestamp) -> Timestamp {
        let present = now.microseconds.flooredQuotient(minute)
        return Timestamp(microseconds: (present - Int64(minutes) + 1) * minute)
    }

    /// One line, for programs and logs.
    var line: String {
        let busiest = rows.prefix(3).map { "\($0.type) \($0.minutes.last ?? 0)" }
        return "\(time)  \(total) events  \(Figures.fixed(rate, places: 1))/s  this minute: "
            + busiest.joined(separator: ", ")
    }
}
