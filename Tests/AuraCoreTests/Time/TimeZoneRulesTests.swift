import AuraCore
import AuraTesting
import Foundation
import Testing

/// The rules of zones against those of Python's `zoneinfo`, which reads the same files.
@Suite struct TimeZoneRulesTests {
    private struct Question: Encodable {
        struct Zone: Encodable {
            let tzif: [UInt8]
            /// Instants, and what naive clocks show, in seconds.
            let instants: [Int64]
            let locals: [Int64]
        }
        let zones: [Zone]
    }

    private struct Answer: Decodable {
        let offsets: [Int]
        let names: [String]
        let instants: [Int64]
    }

    private static let python = """
        import io, json, sys
        from datetime import datetime, timedelta, timezone
        from zoneinfo import ZoneInfo
        epoch = datetime(1970, 1, 1)
        answers = []
        for zone in json.load(sys.stdin)["zones"]:
            rules = ZoneInfo.from_file(io.BytesIO(bytes(zone["tzif"])))
            shown = [(epoch + timedelta(seconds=s)).replace(tzinfo=timezone.utc).astimezone(rules)
                     for s in zone["instants"]]
            utc = [(epoch + timedelta(seconds=s)).replace(tzinfo=rules).astimezone(timezone.utc)
                   for s in zone["locals"]]
            answers.append({
                "offsets": [int(t.utcoffset().total_seconds()) for t in shown],
                "names": [t.tzname() for t in shown],
                "instants": [(t.replace(tzinfo=None) - epoch) // timedelta(seconds=1)
                             for t in utc]})
        json.dump(answers, sys.stdout)
        """

    /// Half-hour and two-hour daylight time, negative daylight time, a day left out, clocks changed
    /// at odd hours, before midnight and every year on another day; none at all; offsets of odd
    /// seconds.
    private static let zones = [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
        "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran",
        "Antarctica/Troll", "Asia/Gaza", "America/Nuuk", "Pacific/Kiritimati", "Africa/Monrovia",
        "Etc/UTC", "Asia/Kathmandu", "America/Scoresbysund", "Europe/Lisbon", "Asia/Jerusalem",
        "Pacific/Norfolk", "Europe/Amsterdam", "America/Caracas", "Asia/Pyongyang",
        "Africa/Cairo", "America/Santiago", "Pacific/Chatham", "Europe/London", "Asia/Manila",
    ]

    /// Rules, as footers.
    ///
    /// Python counts days from 0 as if from 1, takes J59 and J60 for the next day in leap years,
    /// and looks for changes only in the year that UTC shows: no such rules are here.
    private static let footers = [
        "CET-1CEST,M3.5.0,M10.5.0/3", "AEST-10AEDT,M10.1.0,M4.1.0/3", "EST5EDT,M3.2.0,M11.1.0",
        "<+0330>-3:30<+0430>,J79/24,J263/24", "IST-2IDT,M3.4.4/26,M10.5.0",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "AAA3BBB,J61,J300/0:00:01",
        "AAA3BBB,J300,J61", "AAA-12BBB,M1.2.0/0,M12.4.6/24", "LHST-10:30LHDT-11,M10.1.0,M4.1.0",
        "IST-1GMT0,M10.5.0,M3.5.0/1", "AAA-1:02:03", "<+14>-14",
    ]

    /// Seconds worth asking about: anywhere from 1900 to 2100, and around changes.
    private func seconds(_ rules: TimeZoneRules, _ random: inout SeededRandom) -> [Int64] {
        let start = CivilTime(year: 1900, month: 1, day: 1).utc.microseconds / 1_000_000
        let end = CivilTime(year: 2100, month: 1, day: 1).utc.microseconds / 1_000_000
        var seconds: [Int64] = []
        for _ in 0..<Effort.count(60) {
            let second = start + Int64(random.below(Int(end - start)))
            seconds.append(second)
            let change = rules.period(at: second).end
            guard change < end else { continue }
            seconds += [change - 1, change, change + 1, change - 3_600, change + 3_600]
            seconds.append(change + Int64(random.below(14_400)) - 7_200)
        }
        return seconds
    }

    /// Compares zones, given by name and file.
    private func compare(_ zones: [(name: String, tzif: [UInt8])]) throws {
        var random = SeededRandom(seed: 3)
        let rules = try zones.map { try TimeZoneRules(tzif: $0.tzif.rawSpan) }
        let question = Question(
            zones: zip(zones, rules).map { zone, rules in
                let instants = seconds(rules, &random)
                // What clocks show around each of them, on both sides of a change.
                let locals = instants.flatMap { second in
                    let offset = Int64(rules.period(at: second).offset)
                    return [second + offset, second + offset + Int64(random.below(7_200)) - 3_600]
                }
                return .init(tzif: zone.tzif, instants: instants, locals: locals)
            })
        let answers = try PythonOracle.answer(
            TimeZoneRulesTests.python, to: question, as: [Answer].self)
        for (index, answer) in answers.enumerated() {
            let (zone, rules) = (zones[index].name, rules[index])
            let asked = question.zones[index]
            for (place, second) in asked.instants.enumerated() {
                let period = rules.period(at: second)
                #expect(period.start <= second && second < period.end)
                let time = Timestamp(seconds: second)
                try #require(period.offset == answer.offsets[place], "\(zone) at \(time)")
                try #require(period.abbreviation == answer.names[place], "\(zone) at \(time)")
                let shown = CivilTime(utc: Timestamp(seconds: second + Int64(period.offset)))
                try #require(rules.civilTime(at: time) == shown, "\(zone) at \(time)")
            }
            for (place, local) in asked.locals.enumerated() {
                let civil = CivilTime(utc: Timestamp(seconds: local))
                let instant = rules.instant(of: civil)
                try #require(
                    instant == Timestamp(seconds: answer.instants[place]), "\(zone), \(civil)")
            }
        }
    }

    @Test func `zones of the machine agree with Python`() throws {
        try compare(
            TimeZoneRulesTests.zones.map { name in
                (name, try #require(SystemZone.tzif(name), "\(name): is tzdata installed?"))
            })
    }

    @Test func `rules of every form agree with Python`() throws {
        try compare(
            TimeZoneRulesTests.footers.map { ($0, TZifFile(version: 0x33, footer: $0).bytes) })
    }

    @Test func `a time in a gap is moved by it, one that occurs twice is the first`() throws {
        let tzif = try #require(SystemZone.tzif("Europe/Berlin"))
        let berlin = try TimeZoneRules(tzif: tzif.rawSpan)
        func instant(_ text: String) -> String? {
            Timestamp(iso8601: Array(text.utf8).rawSpan, zone: berlin)?.description
        }
        #expect(instant("2024-03-31T01:59:59.999999") == "2024-03-31T00:59:59.999999Z")
        #expect(instant("2024-03-31T02:30") == "2024-03-31T01:30:00Z")
        #expect(instant("2024-03-31T03:00") == "2024-03-31T01:00:00Z")
        #expect(instant("2024-10-27T02:30") == "2024-10-27T00:30:00Z")
        #expect(instant("2024-10-27T03:00") == "2024-10-27T02:00:00Z")
        #expect(instant("2024-10-27T02:30+01:00") == "2024-10-27T01:30:00Z")
        #expect(instant("9999-07-01T12:00") == "9999-07-01T10:00:00Z")
        #expect(instant("0001-01-01T00:53:27") == nil)
        #expect(instant("0001-01-01T00:53:28") == "0001-01-01T00:00:00Z")
    }

    @Test func `days of a rule count from 0 with leap days, or from 1 without`() throws {
        func change(_ footer: String, _ year: Int) throws -> String {
            let rules = try TimeZoneRules(tzif: TZifFile(footer: footer).bytes.rawSpan)
            let start = CivilTime(year: year, month: 1, day: 15).utc.microseconds / 1_000_000
            return Timestamp(seconds: rules.period(at: start).end).description
        }
        #expect(try change("AAA0BBB,59/0,300", 2095) == "2095-03-01T00:00:00Z")
        #expect(try change("AAA0BBB,59/0,300", 2096) == "2096-02-29T00:00:00Z")
        #expect(try change("AAA0BBB,J60/0,J300", 2095) == "2095-03-01T00:00:00Z")
        #expect(try change("AAA0BBB,J60/0,J300", 2096) == "2096-03-01T00:00:00Z")
        #expect(try change("AAA0BBB,J59/0,J300", 2096) == "2096-02-28T00:00:00Z")
    }

    @Test func `changes may lie a week outside of their year`() throws {
        for (footer, changes) in [
            ("AAA0BBB,J364/167,J365/167:30", ["01-05T23:00", "01-06T22:30"]),
            ("AAA0BBB,J1/-167,J2/-167:30", ["12-25T01:00", "12-25T23:30"]),
        ] {
            let file = TZifFile(version: 0x33, footer: footer)
            let rules = try TimeZoneRules(tzif: file.bytes.rawSpan)
            var second = CivilTime(year: 2000, month: 3, day: 1).utc.microseconds / 1_000_000
            var found: [String] = []
            for _ in 0..<4 {
                let period = rules.period(at: second)
                #expect(period.start <= second && second < period.end)
                #expect(period.end == .max || rules.period(at: period.end).start == period.end)
                second = period.end
                let text = Timestamp(seconds: second).description
                found.append(String(text.dropFirst(5).prefix(11)))
            }
            #expect(found == changes + changes)
        }
    }

    @Test func `daylight time all the year is one period`() throws {
        let file = TZifFile(version: 0x33, footer: "EST5EDT,0/0,J365/25")
        let rules = try TimeZoneRules(tzif: file.bytes.rawSpan)
        for year in [1_950, 2_023, 2_024, 2_100] {
            for (month, day) in [(1, 1), (6, 30), (12, 31)] {
                for hour in [0, 5, 6, 23] {
                    let time = CivilTime(year: year, month: month, day: day, hour: hour).utc
                    #expect(rules.offset(at: time) == -4 * 3_600, "\(time)")
                }
            }
        }
    }
}
