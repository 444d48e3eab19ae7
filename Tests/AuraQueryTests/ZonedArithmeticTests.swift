import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// Instants and intervals where clocks change; what is expected DuckDB has answered, but for times
/// that clocks show twice.
struct ZonedArithmeticTests {
    private static let newYork = SystemZone.tzif("America/New_York").flatMap {
        try? TimeZoneRules(tzif: $0.rawSpan)
    }

    private func answer(_ expression: String) throws -> String {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.zone = try #require(Self.newYork)
        // Instants stand between # signs, in which no other text stands.
        let text = expression.split(separator: "#", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset % 2 == 0 ? String($0.element) : "TIMESTAMPTZ '2024-\($0.element)'" }
            .joined()
        let query = "SELECT (\(text))::VARCHAR"
        let row = try PreparedQuery(query, over: QuerySource(.empty), settings).answer().row(0)
        return row[0].description
    }

    @Test(arguments: [
        ("#03-10 01:00-05# + INTERVAL '1 day'", "2024-03-11 01:00:00-04"),
        ("INTERVAL '1 day' + #03-09 02:30-05#", "2024-03-10 03:30:00-04"),
        ("#03-11 02:30-04# - INTERVAL '1 day 1 hour'", "2024-03-10 01:30:00-05"),
        ("#03-11 02:00-04# - INTERVAL '1 day 2 hours'", "2024-03-10 00:00:00-05"),
        ("#03-09 03:30-05# + (INTERVAL '1 day' - INTERVAL '1 hour')", "2024-03-10 03:30:00-04"),
        ("#11-02 01:30-04# + INTERVAL '1 day 1 hour'", "2024-11-03 01:30:00-05"),
        ("#11-04 01:30-05# - INTERVAL '1 day'", "2024-11-03 01:30:00-05"),
        ("#03-31 12:00-04# - INTERVAL '1 month 1 day'", "2024-02-28 12:00:00-05"),
        ("#01-30 12:00-05# + INTERVAL '1 month 1 day'", "2024-03-01 12:00:00-05"),
        ("date_add(#03-09 12:00-05#, INTERVAL '24 hours')", "2024-03-10 13:00:00-04"),
        ("date_add(#03-09 12:00-05#, INTERVAL '1 day')", "2024-03-10 12:00:00-04"),
    ])
    func `days are those of clocks, hours pass`(expression: String, wanted: String) throws {
        #expect(try answer(expression) == wanted)
    }

    @Test(arguments: [
        ("#03-31 22:30+00# - #02-29 23:30+00#", "31 days"),
        ("#02-29 23:30+00# - #03-31 22:30+00#", "-31 days"),
        ("#03-10 04:00-04# - #03-10 01:00-05#", "02:00:00"),
        ("#03-10 12:00-04# - #03-09 12:30-05#", "22:30:00"),
        ("#11-03 11:30-05# - #11-02 12:00-04#", "24:30:00"),
        ("#11-03 01:30-05# - #11-02 01:40-04#", "1 day 00:50:00"),
        ("date_diff('hour', #03-10 01:00-05#, #03-10 04:00-04#)", "2"),
        ("date_sub('hour', #03-10 01:00-05#, #03-10 04:00-04#)", "2"),
        ("date_diff('day', #03-09 23:00-05#, #03-10 00:30-05#)", "1"),
        ("date_sub('day', #03-09 12:00-05#, #03-10 12:00-04#)", "1"),
        ("date_sub('day', #11-02 12:00-04#, #11-03 11:30-05#)", "0"),
        ("date_sub('month', #02-10 12:00-05#, #03-10 12:00-04#)", "1"),
        ("date_sub('month', #03-31 12:00-04#, #02-29 12:00-05#)", "-1"),
    ])
    func `differences count the days of clocks`(expression: String, wanted: String) throws {
        #expect(try answer(expression) == wanted)
    }

    @Test func `a distance of a frame is added as everywhere`() throws {
        let count = """
            (SELECT max(n) FROM (SELECT count(*) OVER (ORDER BY t RANGE INTERVAL '1 day' PRECEDING) AS n
            FROM (SELECT #03-09 12:00-05# AS t UNION ALL SELECT #03-10 12:00-04#)))
            """
        #expect(try answer(count) == "2")
        let fewer = count.replacing("1 day", with: "23 hours").replacing(
            "12:00-04", with: "12:01-04")
        #expect(try answer(fewer) == "1")
    }
}
