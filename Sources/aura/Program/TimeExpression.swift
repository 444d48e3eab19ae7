import AuraCore

/// An instant as people write it: absolute, or relative to the present.
///
/// | text | meaning |
/// |---|---|
/// | `2026-11-22`, `2026-11-22T20:50`, `2026-11-22T20:50:00.5+01:00` | ISO 8601; without an offset, UTC |
/// | `now`, `today`, `yesterday` | the present; midnight UTC |
/// | `-24h`, `now-7d`, `today+8h` | earlier or later by whole s, m, h, d (24 h) or w |
enum TimeExpression {
    /// The instant that the text means at `now`; nil if it means none.
    static func instant(_ text: String, now: Timestamp) -> Timestamp? {
        if let time = absolute(text) { return time }
        guard let sign = text.lastIndex(where: { $0 == "-" || $0 == "+" }) else {
            return anchor(text[...], now)
        }
        guard let base = sign == text.startIndex ? now : anchor(text[..<sign], now),
            let distance = microseconds(text[text.index(after: sign)...])
        else { return nil }
        let (sum, overflow) = base.microseconds.addingReportingOverflow(
            text[sign] == "-" ? -distance : distance)
        let time = Timestamp(microseconds: sum)
        return overflow || !time.isRepresentable ? nil : time
    }

    /// The µs of a duration such as `90s`, `24h`, `365d`.
    static func microseconds(_ text: some StringProtocol) -> Int64? {
        let seconds: [Character: Int64] = [
            "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800,
        ]
        guard let unit = text.last.flatMap({ seconds[$0] }),
            let count = wholeNumber(text.dropLast()), !text.dropLast().isEmpty
        else { return nil }
        let (product, overflow) = Int64(count).multipliedReportingOverflow(by: unit * 1_000_000)
        return overflow ? nil : product
    }

    /// As `instant`, for the value of a flag.
    static func parse(_ text: String, of flag: String, now: Timestamp) throws -> Timestamp {
        guard let time = instant(text, now: now) else {
            throw CommandFailure(
                .usage, "'\(text)' is no time for \(flag)",
                hint: "write 2026-11-22, 2026-11-22T20:50:00Z, now, today, -24h or now-7d")
        }
        return time
    }

    private static func absolute(_ text: String) -> Timestamp? {
        Timestamp(iso8601: Array(text.utf8).rawSpan)
    }

    private static func anchor(_ text: Substring, _ now: Timestamp) -> Timestamp? {
        let day: Int64 = 86_400_000_000
        let midnight = now.microseconds.flooredQuotient(day) * day
        switch text {
        case "now": return now
        case "today": return Timestamp(microseconds: midnight)
        case "yesterday": return Timestamp(microseconds: midnight - day)
        default: return nil
        }
    }
}
