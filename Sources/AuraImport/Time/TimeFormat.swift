public import AuraCore

/// How a source writes times.
///
/// The text form, for mappings and options, is `FORM` or `FORM@ZONE`:
///
/// | FORM | reads |
/// |---|---|
/// | `auto` | whole numbers by their magnitude, other text as `iso` |
/// | `s`, `ms`, `us`, `ns` | a number of these since 1970; decimals count, below 1 µs they are cut |
/// | `iso` | RFC 3339 and ISO 8601 (`Timestamp.init(iso8601:zone:)`) |
/// | with `%` | a pattern as `strptime` has it (`TimePattern`) |
///
/// ZONE says whose clocks times without an offset show: `UTC` (the default), `+02:00`, or a name
/// such as `Europe/Berlin`, whose rules the caller looks up. `TimeZoneRules.instant(of:)` says what
/// becomes of times that do not exist or occur twice.
public struct TimeFormat: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        case automatic
        case epoch(EpochUnit)
        case iso
        case pattern(TimePattern)
    }

    let form: Form
    let zone: TimeZoneRules

    init(_ form: Form, zone: TimeZoneRules = .utc) {
        self.form = form
        self.zone = zone
    }

    /// `auto`, in UTC.
    public static let automatic = TimeFormat(.automatic)

    /// Reads the text form.
    ///
    /// - Parameter zoneNamed: The rules of a zone by its IANA name, or nil if there is none.
    /// - Throws: `MappingError` with what is wrong.
    public init(
        _ text: String, zoneNamed: (String) -> TimeZoneRules?
    ) throws(MappingError) {
        var form = Substring(text)
        var zone = TimeZoneRules.utc
        if let at = text.lastIndex(of: "@") {
            form = text[..<at]
            zone = try TimeFormat.zone(String(text[text.index(after: at)...]), zoneNamed)
        }
        switch form {
        case "auto", "": self.init(.automatic, zone: zone)
        case "iso": self.init(.iso, zone: zone)
        case "s": self.init(.epoch(.seconds), zone: zone)
        case "ms": self.init(.epoch(.milliseconds), zone: zone)
        case "us": self.init(.epoch(.microseconds), zone: zone)
        case "ns": self.init(.epoch(.nanoseconds), zone: zone)
        case _ where form.contains("%"):
            self.init(.pattern(try TimePattern(String(form))), zone: zone)
        default:
            throw MappingError(
                "time format '\(form)' is none of auto, iso, s, ms, us, ns, and no pattern with '%'"
            )
        }
    }

    private static func zone(
        _ name: String, _ zoneNamed: (String) -> TimeZoneRules?
    ) throws(MappingError) -> TimeZoneRules {
        if name == "UTC" || name == "Z" { return .utc }
        if let sign = name.first, sign == "+" || sign == "-" {
            // The offset of a time that is written with it.
            let text = Array("2000-01-01T00:00:00\(name)".utf8)
            if let time = Timestamp(iso8601: text.rawSpan) {
                let offset = 946_684_800 - time.microseconds / 1_000_000
                return TimeZoneRules(offset: Int(offset))
            }
        } else if let rules = zoneNamed(name) {
            return rules
        }
        throw MappingError(
            "time zone '\(name)' is unknown; use UTC, an offset such as +02:00, or a name such as "
                + "Europe/Berlin")
    }

    /// The instant that a text writes; nil if it is not in this format, or outside the years
    /// 1…9999.
    public func timestamp(of text: RawSpan) -> Timestamp? {
        switch form {
        case .automatic:
            if let time = Timestamp(iso8601: text, zone: zone) { return time }
            guard let number = Number(text) else { return nil }
            return EpochUnit(magnitudeOf: number)?.timestamp(of: text)
        case .epoch(let unit): return unit.timestamp(of: text)
        case .iso: return Timestamp(iso8601: text, zone: zone)
        case .pattern(let pattern): return pattern.timestamp(of: text, zone: zone)
        }
    }

    /// What whole numbers are: `EpochUnit.automaticCode`, a unit's code, or 0 for no times.
    var epochCode: UInt8 {
        switch form {
        case .automatic: EpochUnit.automaticCode
        case .epoch(let unit): unit.rawValue
        case .iso, .pattern: 0
        }
    }
}

/// What a number of since 1970 counts.
enum EpochUnit: UInt8, Sendable {
    case seconds = 1
    case milliseconds, microseconds, nanoseconds

    /// The code for units by magnitude.
    static let automaticCode: UInt8 = 255

    /// The instant of a whole number of the unit of that code; nil outside the years 1…9999, and
    /// for code 0.
    @inline(__always)
    static func timestamp(of number: Int64, code: UInt8) -> Timestamp? {
        let unit =
            code == automaticCode
            ? EpochUnit(magnitudeOf: number) : EpochUnit(rawValue: code)
        return unit?.timestamp(of: number)
    }

    /// The unit that puts a number nearest to our days: below 10^11 seconds (to the year 5138),
    /// below 10^14 ms, below 10^17 µs, else ns.
    @inline(__always)
    init(magnitudeOf number: Int64) {
        switch number.magnitude {
        case 0..<100_000_000_000: self = .seconds
        case 0..<100_000_000_000_000: self = .milliseconds
        case 0..<100_000_000_000_000_000: self = .microseconds
        default: self = .nanoseconds
        }
    }

    /// The unit of a number that may have decimals; nil if it is too great for any.
    init?(magnitudeOf number: Number) {
        if number.isInteger {
            self.init(magnitudeOf: number.bits)
        } else if let whole = Int64(exactly: number.double.rounded(.towardZero)) {
            self.init(magnitudeOf: whole)
        } else {
            return nil
        }
    }

    /// The instant of a whole number; nil outside the years 1…9999.
    @inline(__always)
    func timestamp(of number: Int64) -> Timestamp? {
        let microseconds: Int64
        let overflows: Bool
        switch self {
        case .seconds: (microseconds, overflows) = number.multipliedReportingOverflow(by: 1_000_000)
        case .milliseconds:
            (microseconds, overflows) = number.multipliedReportingOverflow(by: 1_000)
        case .microseconds: (microseconds, overflows) = (number, false)
        case .nanoseconds: (microseconds, overflows) = (number.flooredQuotient(1_000), false)
        }
        let time = Timestamp(microseconds: microseconds)
        return !overflows && time.isRepresentable ? time : nil
    }

    /// Decimals of this unit down to 1 µs.
    private var decimals: Int {
        switch self {
        case .seconds: 6
        case .milliseconds: 3
        case .microseconds, .nanoseconds: 0
        }
    }

    /// The instant of a decimal number; nil if it is none, or outside the years 1…9999.
    func timestamp(of text: RawSpan) -> Timestamp? {
        guard let number = Number(text) else { return nil }
        if number.isInteger { return timestamp(of: number.bits) }
        if let time = plainDecimal(text) { return time }
        // With an exponent, or too many digits.
        let scale: Double
        switch self {
        case .seconds: scale = 1e6
        case .milliseconds: scale = 1e3
        case .microseconds: scale = 1
        case .nanoseconds: scale = 1e-3
        }
        guard let microseconds = Int64(exactly: (number.double * scale).rounded(.down)) else {
            return nil
        }
        let time = Timestamp(microseconds: microseconds)
        return time.isRepresentable ? time : nil
    }

    /// A number without exponent, digit by digit: a float would move the microseconds.
    private func plainDecimal(_ text: RawSpan) -> Timestamp? {
        let isNegative = text.byte(0) == UInt8(ascii: "-")
        var whole: UInt64 = 0
        let start = isNegative ? 1 : 0
        let point = Number.digits(text, from: start, into: &whole)
        guard point - start <= 18, text.byte(point) == UInt8(ascii: ".") else { return nil }
        var value = Int64(whole)
        var isExact = true
        for decimal in 0..<max(decimals, text.byteCount - point - 1) {
            let place = point + 1 + decimal
            let digit = place < text.byteCount ? text.byte(place) &- 0x30 : 0
            guard digit <= 9 else { return nil }
            if decimal >= decimals {
                isExact = isExact && digit == 0
                continue
            }
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            guard !overflows, tenfold <= Int64.max - 9 else { return nil }
            value = tenfold + Int64(digit)
        }
        if self == .nanoseconds {
            isExact = isExact && value % 1_000 == 0
            value /= 1_000
        }
        let time = Timestamp(microseconds: isNegative ? -value - (isExact ? 0 : 1) : value)
        return time.isRepresentable ? time : nil
    }
}
