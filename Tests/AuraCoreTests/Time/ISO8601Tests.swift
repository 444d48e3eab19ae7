import AuraCore
import AuraTesting
import Testing

@Suite struct ISO8601Tests {
    private func read(_ text: String, zone: TimeZoneRules = .utc) -> Timestamp? {
        Timestamp(iso8601: Array(text.utf8).rawSpan, zone: zone)
    }

    @Test(arguments: [
        ("2024-03-31", "2024-03-31T00:00:00Z"), ("2024-03-31T14:05", "2024-03-31T14:05:00Z"),
        ("2024-03-31 14:05:09", "2024-03-31T14:05:09Z"),
        ("2024-03-31t14:05:09z", "2024-03-31T14:05:09Z"),
        ("2024-03-31T14:05:09.25+02:00", "2024-03-31T12:05:09.250Z"),
        ("2024-03-31T14:05:09,25-0230", "2024-03-31T16:35:09.250Z"),
        ("2024-03-31T14:05+02", "2024-03-31T12:05:00Z"),
        ("2024-03-31 14:05:09 UTC", "2024-03-31T14:05:09Z"),
        ("2024-03-31T14:05:09.1234569Z", "2024-03-31T14:05:09.123456Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2024-02-29T23:59:59.999999-00:00", "2024-02-29T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59.999999+00:01", "9999-12-31T23:58:59.999999Z"),
        ("1900-01-01T00:00:00.\(String(repeating: "0", count: 400))1Z", "1900-01-01T00:00:00Z"),
    ])
    func `RFC 3339 and ISO 8601 are read`(text: String, expected: String) {
        #expect(read(text)?.description == expected)
    }

    @Test(arguments: [
        "", "2024", "2024-03", "20240331", "2024-3-31", "2024-03-32", "2023-02-29", "1900-02-29",
        "2024-00-01", "2024-13-01", "2024-01-00", "0000-01-01", "+2024-03-31", "-024-03-31",
        "2024-03-31T", "2024-03-31T14", "2024-03-31T24:00", "2024-03-31T14:60", "2024-03-31T14:5",
        "2024-03-31T14:05:61", "2024-03-31T14:05:", "2024-03-31T14:05:09.", "2024-03-31T14:05:09.Z",
        "2024-03-31T14:05:09+2", "2024-03-31T14:05:09+24:00", "2024-03-31T14:05:09+02:60",
        "2024-03-31T14:05:09 +02:00", "2024-03-31T14:05:09UTC", "2024-03-31T14:05:09 CET",
        "2024-03-31Z", "2024-03-31+02:00", "2024-03-31  14:05", " 2024-03-31", "2024-03-31 ",
        "2024-W13-7", "2024-091", "2024/03/31", "31.03.2024", "2024-03-31T14.05",
        "2024-03-31\u{0}", "2024-03-31T14:05\u{0}", "2024-03-31_14:05", "٢٠٢٤-03-31",
        "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01", "2024-03-31T14:05:09ZZ",
        "2024-03-31T14:05:09+02:00:00", "2024-03-31T14:05:09\u{2212}02:00", "now",
    ])
    func `other text is no time`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `every instant is read back as it is written, at any offset`() throws {
        var random = SeededRandom(seed: 5)
        let day: Int64 = 86_400_000_000
        for _ in 0..<Effort.count(5_000) {
            let span = Int(Limits.latestTime - Limits.earliestTime - 2 * day)
            let time = Timestamp(
                microseconds: Limits.earliestTime + day + Int64(random.below(span)))
            try #require(read(time.description) == time)
            let minutes = random.below(2 * 1_439 + 1) - 1_439
            let zone = TimeZoneRules(offset: minutes * 60)
            let shown = String(
                Timestamp(microseconds: time.microseconds + Int64(minutes) * 60_000_000)
                    .description.dropLast())
            try #require(read(shown, zone: zone) == time, "\(shown) at \(minutes) min")
            func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
            let offset =
                two(abs(minutes) / 60) + random.element(of: [":", ""]) + two(abs(minutes) % 60)
            let text = shown + (minutes < 0 ? "-" : "+") + offset
            try #require(read(text) == time, "\(text)")
        }
    }

    @Test func `damaged times are read as some time within range, or not at all`() {
        var mutator = Mutator(seed: 9)
        let text = Array("2024-03-31T14:05:09.25+02:00".utf8)
        for _ in 0..<Effort.count(20_000) {
            let time = Timestamp(iso8601: mutator.mutate(text).rawSpan)
            #expect(time?.isRepresentable ?? true)
        }
    }
}
