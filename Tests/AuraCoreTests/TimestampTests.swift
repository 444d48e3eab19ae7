import AuraCore
import AuraTesting
import Foundation
import Testing

@Suite struct TimestampTests {
    private static let edges: [Int64] = [
        Limits.earliestTime, Limits.earliestTime + 1, Limits.latestTime, Limits.latestTime - 1,
        0, 1, -1, 999_999, 1_000_000, -1_000_000, -1_000_001, 86_399_999_999, 86_400_000_000,
        -86_400_000_000, -86_400_000_001,
        // 2000-02-29, 1900-02-28, 2100-03-01, 1582-10-15, and the second before each.
        951_782_400_000_000, -2_203_977_600_000_000, 4_107_542_400_000_000,
        -12_219_292_800_000_000, 951_782_399_999_999, -2_203_977_600_000_001,
        4_107_542_399_999_999, -12_219_292_800_000_001,
    ]

    private static func instants(_ count: Int) -> [Timestamp] {
        var random = SeededRandom(seed: 1)
        let span = Int(Limits.latestTime - Limits.earliestTime)
        let drawn = (0..<count).map { _ in Limits.earliestTime + Int64(random.below(span + 1)) }
        return (edges + drawn).map(Timestamp.init(microseconds:))
    }

    @Test func `civil time agrees with the C library`() throws {
        for time in TimestampTests.instants(Effort.count(20_000)) {
            var seconds = time_t(time.microseconds.flooredQuotient(1_000_000))
            var parts = unsafe tm()
            try #require(unsafe gmtime_r(&seconds, &parts) != nil)
            let expected = CivilTime(
                year: unsafe Int(parts.tm_year) + 1_900, month: unsafe Int(parts.tm_mon) + 1,
                day: unsafe Int(parts.tm_mday), hour: unsafe Int(parts.tm_hour),
                minute: unsafe Int(parts.tm_min), second: unsafe Int(parts.tm_sec),
                microsecond: Int(time.microseconds) - seconds * 1_000_000)
            let civil = CivilTime(utc: time)
            try #require(civil == expected, "\(time.microseconds) µs")
            try #require(civil.isValid && civil.utc == time, "\(time.microseconds) µs")
        }
    }

    @Test func `civil time agrees with Foundation since the Gregorian calendar`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        // Before it, Foundation counts by the Julian calendar.
        let reform = CivilTime(year: 1582, month: 10, day: 15).utc
        for time in TimestampTests.instants(Effort.count(5_000)) where time >= reform {
            let seconds = time.microseconds.flooredQuotient(1_000_000)
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: date)
            let expected = CivilTime(
                year: try #require(parts.year), month: try #require(parts.month),
                day: try #require(parts.day), hour: try #require(parts.hour),
                minute: try #require(parts.minute), second: try #require(parts.second),
                microsecond: Int(time.microseconds - seconds * 1_000_000))
            try #require(CivilTime(utc: time) == expected, "\(time.microseconds) µs")
        }
    }

    @Test func `each day follows the one before, from year 1 to 9999`() {
        var civil = CivilTime(year: 1, month: 1, day: 1)
        var microseconds = Limits.earliestTime
        while microseconds < Limits.latestTime {
            let time = Timestamp(microseconds: microseconds)
            guard CivilTime(utc: time) == civil, civil.utc == time, civil.isValid else {
                Issue.record("day \(civil), \(microseconds) µs")
                return
            }
            microseconds += 86_400_000_000
            civil.day += 1
            if civil.isValid { continue }
            civil.day = 1
            civil.month += 1
            if civil.isValid { continue }
            civil.month = 1
            civil.year += 1
        }
        #expect(civil == CivilTime(year: 10_000, month: 1, day: 1))
        #expect(microseconds == Limits.latestTime + 1)
    }

    @Test func `an instant of any 64 bits has a civil time that gives it back`() {
        var random = SeededRandom(seed: 2)
        let drawn = (0..<1_000).map { _ in Int64(bitPattern: random.next()) }
        for microseconds in drawn + [.max, .max - 1, .min + 86_400_000_000] {
            let time = Timestamp(microseconds: microseconds)
            #expect(CivilTime(utc: time).utc == time)
        }
        #expect(CivilTime(utc: Timestamp(microseconds: .min)).year == -290_308)
        #expect(Timestamp(microseconds: .min).description == "-290308-12-21T19:59:05.224192Z")
    }

    @Test func `impossible dates and times of day are not valid`() {
        func isValid(
            _ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0,
            _ second: Int = 0, _ microsecond: Int = 0
        ) -> Bool {
            CivilTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                microsecond: microsecond
            ).isValid
        }
        #expect(isValid(2000, 2, 29) && isValid(2024, 2, 29) && isValid(9999, 12, 31, 23, 59, 59))
        #expect(!isValid(1900, 2, 29) && !isValid(2023, 2, 29) && !isValid(2100, 2, 29))
        #expect(!isValid(0, 1, 1) && !isValid(10_000, 1, 1) && !isValid(-1, 1, 1))
        #expect(!isValid(2000, 0, 1) && !isValid(2000, 13, 1))
        #expect(!isValid(2000, 4, 31) && !isValid(2000, 1, 0) && !isValid(2000, 1, 32))
        #expect(!isValid(2000, 1, 1, 24) && !isValid(2000, 1, 1, -1))
        #expect(!isValid(2000, 1, 1, 0, 60) && !isValid(2000, 1, 1, 0, 0, 60))
        #expect(!isValid(2000, 1, 1, 0, 0, 0, 1_000_000) && !isValid(2000, 1, 1, 0, 0, 0, -1))
    }

    @Test func `text has the decimals it needs`() {
        let texts: [Int64: String] = [
            0: "1970-01-01T00:00:00Z", 1: "1970-01-01T00:00:00.000001Z",
            1_000: "1970-01-01T00:00:00.001Z", 10_000: "1970-01-01T00:00:00.010Z",
            -1: "1969-12-31T23:59:59.999999Z", 1_500_000: "1970-01-01T00:00:01.500Z",
            1_700_000_000_123_456: "2023-11-14T22:13:20.123456Z",
            Limits.earliestTime: "0001-01-01T00:00:00Z",
            Limits.latestTime: "9999-12-31T23:59:59.999999Z",
            Limits.earliestTime - 1: "0000-12-31T23:59:59.999999Z",
            Limits.latestTime + 1: "10000-01-01T00:00:00Z",
        ]
        for (microseconds, text) in texts {
            #expect(Timestamp(microseconds: microseconds).description == text)
        }
    }

    @Test func `the years 1 to 9999 are representable`() {
        #expect(Timestamp(microseconds: Limits.earliestTime).isRepresentable)
        #expect(Timestamp(microseconds: Limits.latestTime).isRepresentable)
        #expect(!Timestamp(microseconds: Limits.earliestTime - 1).isRepresentable)
        #expect(!Timestamp(microseconds: Limits.latestTime + 1).isRepresentable)
        let first = CivilTime(year: 1, month: 1, day: 1)
        #expect(first.utc.microseconds == Limits.earliestTime)
    }

    @Test func `quotients are rounded towards minus infinity`() {
        for value in -20...20 as ClosedRange<Int64> {
            for divisor in 1...7 as ClosedRange<Int64> {
                let quotient = value.flooredQuotient(divisor)
                #expect(quotient * divisor <= value && value < (quotient + 1) * divisor)
            }
        }
        #expect(Int64.min.flooredQuotient(1) == .min)
        #expect(Int64.max.flooredQuotient(.max) == 1)
    }
}
