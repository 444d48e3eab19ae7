import AuraCore
import AuraTesting

@testable import AuraQuery

/// Values at the ends of their types and beyond, as a query writes them.
enum HostileValues {
    /// One of any type.
    static func any(_ random: inout SeededRandom) -> String {
        of(random.element(of: types), &random)
    }

    private static let types: [ValueType] = [
        .int64, .int128, .float64, .text, .bool, .timestamp, .instant, .date, .interval, .uuid,
        .list(.int64), .list(.text), .list(.float64), .null,
    ]

    /// One of a type, or NULL.
    static func of(_ type: ValueType, _ random: inout SeededRandom) -> String {
        if random.chance(8) { return "NULL" }
        switch type {
        case .int64: return random.element(of: integers)
        case .int128: return random.element(of: integers + wideIntegers)
        case .float64: return random.element(of: floats + integers)
        case .text: return random.element(of: texts)
        case .bool: return random.element(of: ["TRUE", "FALSE"])
        case .timestamp: return "TIMESTAMP '\(random.element(of: times))'"
        case .instant: return "TIMESTAMPTZ '\(random.element(of: times))+00'"
        case .date: return "DATE '\(random.element(of: times).prefix { $0 != " " })'"
        case .interval: return "INTERVAL '\(random.element(of: intervals))'"
        case .uuid: return "UUID 'ffffffff-ffff-ffff-ffff-ffffffffffff'"
        case .list(let item):
            let items = (0..<random.below(4)).map { _ in of(item, &random) }
            return "[\(items.joined(separator: ", "))]"
        default: return "NULL"
        }
    }

    private static let integers = [
        "0", "1", "-1", "2", "3", "7", "12", "31", "63", "64", "65", "100", "127", "1000", "65536",
        "999999", "1000001", "16777216", "2147483648", "4294967296", "10000000000",
        "9223372036854775806", "9223372036854775807", "-9223372036854775807",
        "(-9223372036854775807 - 1)", "-4611686018427387905", "106751991", "-106751992",
    ]
    private static let wideIntegers = [
        "9223372036854775808", "18446744073709551616", "170141183460469231731687303715884105727",
        "(-170141183460469231731687303715884105727 - 1)", "-85070591730234615865843651857942052865",
        "99999999999999999999999999999999999999",
    ]
    private static let floats = [
        "0.0", "-0.0", "0.5", "1.5", "-2.5", "1e18", "9.3e18", "-9.3e18", "1e308", "-1e308",
        "5e-324", "1.7976931348623157e308", "'NaN'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE",
        "1e38", "2e38", "0.1", "4503599627370497.5",
    ]
    private static let texts = [
        "''", "'a'", "'abc'", "' '", "'%'", "'_%_%_%'", "'\\'", "'a%b_c'", "'é'", "'e\u{301}'",
        "'名前'", "'👩‍👩‍👧'", "'\u{0}'", "'a\u{0}b'", "'(a*)*b'", "'(((((a+)+)+)+)+)+$'",
        "'a{1000}{1000}'", "'[a-'", "'(?P<n>.)\\1'", "'\\p{Greek}+'", "'.*.*.*=.*'", "'[z-a]'",
        "'9223372036854775808'", "'-170141183460469231731687303715884105729'", "'1e400'", "'0x1F'",
        "'nan'", "'infinity'", "'true'", "'2024-02-30'", "'2024-02-29 24:00:00'", "'99999-12-31'",
        "'294247-01-10 04:00:54.775808'", "'-infinity'", "'1 month -1 day'", "'day'", "'century'",
        "'microseconds'", "'%Y-%m-%d'", "'%'", "'%Q'", "'%999d'", "'%-'", "'UTC'",
        "'America/New_York'",
        "'Nowhere/Land'", "'g'", "'cilmnpqs'", "'[1, 2'", "'{}'", "repeat('ab', 5000)", "'🏳️‍🌈'",
        "'ffffffff-ffff-ffff-ffff-fffffffffffg'", "'::1/129'", "'10.0.0.0/8'", "'ß'", "'İ'",
    ]
    private static let times = [
        "1970-01-01 00:00:00", "2024-02-29 23:59:59.999999", "0001-01-01 00:00:00",
        "9999-12-31 23:59:59.999999", "294247-01-10 04:00:54.775806", "1969-12-31 23:59:59.999999",
        "2024-03-31 02:30:00", "2024-10-27 02:30:00", "290000-06-30 12:00:00",
        "1900-02-28 00:00:00",
    ]
    private static let intervals = [
        "0 days", "1 day", "-1 day", "1 month", "-1 month", "2147483647 months",
        "-2147483648 months", "2147483647 days", "-2147483648 days", "9223372036854775807 us",
        "-9223372036854775807 us", "178956970 years", "1 month -30 days 24 hours", "1 us",
        "106751991 days", "2000000 hours", "23 hours 59 minutes 59.999999 seconds",
    ]
}

/// Draws calls of all functions, with the values that they like least.
struct HostileCalls {
    var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    private static let scalars = ScalarFunction.all.keys.sorted()
    private static let specials = SelectBinder.specialNames
    private static let aggregates = AggregateFunction.names.sorted()
    private static let windows = [
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
        "first_value", "last_value", "nth_value",
    ]

    /// A query of a call, of constants or of the columns of some rows.
    mutating func query() -> String {
        let (name, types) = function()
        let rows = random.element(of: [0, 0, 1, 2, 5])
        let values = (0..<max(1, rows)).map { _ in
            types.map { HostileValues.of($0, &random) }
        }
        guard rows > 0, !types.isEmpty else { return "SELECT \(call(name, values[0]))" }
        let columns = types.indices.map { "c\($0)" }
        // Constants for some: much is done once for them.
        let arguments = zip(columns, values[0]).map { random.chance(30) ? $1 : $0 }
        let selects = values.map { row in
            "SELECT " + zip(row, columns).map { "\($0) AS \($1)" }.joined(separator: ", ")
        }
        return "SELECT \(call(name, arguments)) FROM (\(selects.joined(separator: " UNION ALL ")))"
    }

    private mutating func function() -> (name: String, arguments: [ValueType]) {
        let types: [ValueType] = [
            .int64, .int128, .float64, .text, .bool, .timestamp, .instant, .date, .interval,
            .list(.int64), .list(.text),
        ]
        if random.chance(70) {
            let name = random.element(of: Self.scalars)
            if let overload = ScalarFunction.all[name].map({ random.element(of: $0) }) {
                var arguments = overload.parameters
                if overload.isVariadic, let last = arguments.last {
                    arguments += Array(repeating: last, count: random.below(3))
                }
                // A type that is none of the function's now and then.
                if !arguments.isEmpty, random.chance(5) {
                    arguments[random.below(arguments.count)] = random.element(of: types)
                }
                return (name, arguments)
            }
        }
        let name = random.element(of: Self.specials + Self.aggregates + Self.windows)
        return (name, (0..<1 + random.below(3)).map { _ in random.element(of: types) })
    }

    private mutating func call(_ name: String, _ arguments: [String]) -> String {
        let isWord = name.first?.isLetter == true
        guard isWord else {
            return arguments.count == 2
                ? "\(arguments[0]) \(name) \(arguments[1])" : "\(name) \(arguments.joined())"
        }
        let call = "\(name)(\(arguments.joined(separator: ", ")))"
        let isWindow = Self.windows.contains(name)
        guard isWindow || Self.aggregates.contains(name) && random.chance(40) else { return call }
        let bound = random.element(of: ["1", "0", "9223372036854775807", "INTERVAL '1 month'"])
        let frame = random.element(of: [
            "", "ORDER BY 1", "ORDER BY \(arguments[0]) DESC",
            "ORDER BY \(arguments[0]) ROWS BETWEEN \(bound) PRECEDING AND \(bound) FOLLOWING",
            "ORDER BY \(arguments[0]) RANGE BETWEEN \(bound) PRECEDING AND \(bound) FOLLOWING",
        ])
        return "\(call) OVER (\(frame))"
    }
}
