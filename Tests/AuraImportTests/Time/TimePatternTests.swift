import AuraCore
import AuraTesting
import Testing

@testable import AuraImport

@Suite struct TimePatternTests {
    private func read(_ text: String, _ pattern: String) throws -> String? {
        try TimePattern(pattern).timestamp(of: Array(text.utf8).rawSpan, zone: .utc)?.description
    }

    @Test(arguments: [
        ("%Y/%m/%d %H:%M:%S.%f", "2014/10/22 11:15:41.000", "2014-10-22T11:15:41Z"),
        ("%d.%m.%Y", "1.2.2024", "2024-02-01T00:00:00Z"),
        ("%d %b %Y", "31 Mar 2024", "2024-03-31T00:00:00Z"),
        ("%d %B %Y", "31 mARCH 2024", "2024-03-31T00:00:00Z"),
        ("%d%h%Y", "05may2024", "2024-05-05T00:00:00Z"),
        ("%b %d, %Y %I:%M %p", "Mar 31, 2024 12:05 AM", "2024-03-31T00:05:00Z"),
        ("%b %d, %Y %I:%M %p", "Mar 31, 2024 12:05 pm", "2024-03-31T12:05:00Z"),
        ("%b %d, %Y %I:%M%p", "Mar 31, 2024 1:05PM", "2024-03-31T13:05:00Z"),
        ("%a, %d %b %Y %T %z", "Sun, 31 Mar 2024 14:05:09 +0200", "2024-03-31T12:05:09Z"),
        ("%A %F", "Sunday 2024-03-31", "2024-03-31T00:00:00Z"),
        ("%FT%T%z", "2024-03-31T14:05:09Z", "2024-03-31T14:05:09Z"),
        ("%FT%T%z", "2024-03-31T14:05:09-02:30", "2024-03-31T16:35:09Z"),
        ("%FT%T%z", "2024-03-31T14:05:09+02", "2024-03-31T12:05:09Z"),
        ("%Y%m%d%H%M%S", "20240331140509", "2024-03-31T14:05:09Z"),
        ("%j/%Y", "366/2024", "2024-12-31T00:00:00Z"),
        ("%Y-%j", "2023-060", "2023-03-01T00:00:00Z"),
        ("%y%m%d", "690101", "1969-01-01T00:00:00Z"), ("%y%m%d", "680101", "2068-01-01T00:00:00Z"),
        ("%D %R", "03/31/24 14:05", "2024-03-31T14:05:00Z"),
        ("%s", "1700000000", "2023-11-14T22:13:20Z"), ("%s", "-1", "1969-12-31T23:59:59Z"),
        ("%s.%f", "-1.5", "1969-12-31T23:59:58.500Z"),
        ("%s.%f", "-0.5", "1969-12-31T23:59:59.500Z"),
        ("%F  %T", "2024-03-31 14:05:09", "2024-03-31T14:05:09Z"),
        ("%F %T", "2024-03-31    14:05:09", "2024-03-31T14:05:09Z"),
        ("%Y-%m-%e", "2024-03- 5", "2024-03-05T00:00:00Z"),
        ("%%%F%%", "%2024-03-31%", "2024-03-31T00:00:00Z"),
        ("%F %T", "2016-12-31 23:59:60", "2017-01-01T00:00:00Z"),
        ("%F %T.%f", "2024-03-31 14:05:09.123456789", "2024-03-31T14:05:09.123456Z"),
        ("%m-%d um %H Uhr %Y", "3-31 um 7 Uhr 2024", "2024-03-31T07:00:00Z"),
    ])
    func `times are read by their pattern`(pattern: String, text: String, expected: String) throws {
        #expect(try read(text, pattern) == expected)
    }

    @Test(arguments: [
        ("%F", "2024-02-30"), ("%F", "2024-03-31 "), ("%F", " 2024-03-31"), ("%F", "2024-03"),
        ("%F", ""), ("%F", "2024-13-01"), ("%F", "0000-01-01"), ("%F", "24-03-31"),
        ("%F %T", "2024-03-31 24:00:00"), ("%F %T", "2024-03-31 12:60:00"),
        ("%F %T", "2024-03-31 12:00:61"), ("%F %I %p", "2024-03-31 13 PM"),
        ("%F %I %p", "2024-03-31 0 AM"), ("%F %I %p", "2024-03-31 1 XM"), ("%j/%Y", "366/2023"),
        ("%j/%Y", "0/2024"), ("%d %b %Y", "31 Mrz 2024"), ("%d %b %Y", "31 Marc 2024"),
        ("%a %F", "Xyz 2024-03-31"), ("%FT%T%z", "2024-03-31T14:05:09+24:00"),
        ("%FT%T%z", "2024-03-31T14:05:09+2"), ("%FT%T%z", "2024-03-31T14:05:09"),
        ("%F %T.%f", "2024-03-31 14:05:09."), ("%s", "1234567890123"), ("%s", "-"), ("%s", "1x"),
        ("%F\u{0}", "2024-03-31"), ("%F", "2024-03-31\u{0}"), ("%Y%m%d", "２０２４0331"),
    ])
    func `what does not follow the pattern is no time`(pattern: String, text: String) throws {
        #expect(try read(text, pattern) == nil)
    }

    /// Texts that Python writes by a pattern, and what it reads from them, in µs.
    private static let python = """
        import json, random, sys
        from datetime import datetime, timedelta, timezone
        question = json.load(sys.stdin)
        random.seed(question["count"])
        epoch, answers = datetime(1970, 1, 1), []
        for pattern in question["patterns"]:
            for _ in range(question["count"]):
                time = datetime(1900, 1, 1) + timedelta(
                    days=random.randrange(73000), microseconds=random.randrange(86400000000))
                if "%z" in pattern:
                    time = time.replace(tzinfo=timezone(timedelta(minutes=random.randrange(-900, 900))))
                text = time.strftime(pattern)
                read = datetime.strptime(text, pattern)
                if read.tzinfo: read = read.astimezone(timezone.utc).replace(tzinfo=None)
                micros = (read - epoch) // timedelta(microseconds=1)
                answers.append({"pattern": pattern, "text": text, "micros": micros})
        json.dump(answers, sys.stdout)
        """

    private struct Question: Encodable {
        let patterns: [String]
        let count: Int
    }

    private struct Answer: Decodable {
        let pattern: String
        let text: String
        let micros: Int64
    }

    @Test func `what Python writes is read as Python reads it`() throws {
        let question = Question(
            patterns: [
                "%Y-%m-%d %H:%M:%S.%f", "%d/%m/%y %H:%M", "%A, %d. %B %Y %I:%M:%S %p", "%Y%j",
                "%b %d %Y %H%M%S", "%a %d %b %y %I:%M %p", "%Y-%m-%dT%H:%M:%S.%f%z", "%m/%d/%Y",
                "%H:%M %d.%m.%Y %z", "%y%m%d%H%M%S%f", "[%d/%b/%Y:%H:%M:%S %z]", "%d%%%m%%%Y",
            ], count: Effort.count(100))
        let answers = try PythonOracle.answer(
            TimePatternTests.python, to: question, as: [Answer].self)
        #expect(answers.count == question.patterns.count * question.count)
        for answer in answers {
            let expected = Timestamp(microseconds: answer.micros).description
            try #require(
                try read(answer.text, answer.pattern) == expected,
                "\(answer.text) by \(answer.pattern)")
        }
    }
}
