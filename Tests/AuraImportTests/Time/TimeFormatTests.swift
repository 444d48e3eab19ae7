import AuraCore
import AuraImport
import AuraTesting
import Testing

@Suite struct TimeFormatTests {
    private func read(_ text: String, _ format: String) throws -> Timestamp? {
        try TimeFormat(format, zoneNamed: ImportRun.zone)
            .timestamp(of: Array(text.utf8).rawSpan)
    }

    @Test(arguments: [
        // The same moment in every unit, told apart by magnitude.
        ("auto", "1700000000", "2023-11-14T22:13:20Z"),
        ("auto", "1700000000000", "2023-11-14T22:13:20Z"),
        ("auto", "1700000000000000", "2023-11-14T22:13:20Z"),
        ("auto", "1700000000000000000", "2023-11-14T22:13:20Z"),
        ("auto", "99999999999", "5138-11-16T09:46:39Z"),
        ("auto", "100000000000", "1973-03-03T09:46:40Z"),
        ("auto", "99999999999999", "5138-11-16T09:46:39.999Z"),
        ("auto", "100000000000000", "1973-03-03T09:46:40Z"),
        ("auto", "99999999999999999", "5138-11-16T09:46:39.999999Z"),
        ("auto", "100000000000000000", "1973-03-03T09:46:40Z"),
        ("auto", "0", "1970-01-01T00:00:00Z"), ("auto", "-1", "1969-12-31T23:59:59Z"),
        ("auto", "1700000000.25", "2023-11-14T22:13:20.250Z"),
        ("auto", "1700000000000.25", "2023-11-14T22:13:20.000250Z"),
        ("auto", "1.7e9", "2023-11-14T22:13:20Z"), ("auto", "2024-03-31", "2024-03-31T00:00:00Z"),
        ("auto@Europe/Berlin", "2024-07-01T12:00", "2024-07-01T10:00:00Z"),
        ("auto@Europe/Berlin", "1700000000", "2023-11-14T22:13:20Z"),
        // Below 1 µs decimals are cut, downwards also before 1970.
        ("s", "1700000000.1234569", "2023-11-14T22:13:20.123456Z"),
        ("s", "-0.5", "1969-12-31T23:59:59.500Z"),
        ("s", "-0.0000001", "1969-12-31T23:59:59.999999Z"), ("s", "-0", "1970-01-01T00:00:00Z"),
        ("s", "253402300799.999999", "9999-12-31T23:59:59.999999Z"),
        ("s", "-62135596800", "0001-01-01T00:00:00Z"), ("s", "1e3", "1970-01-01T00:16:40Z"),
        ("ms", "1700000000123.4567", "2023-11-14T22:13:20.123456Z"),
        ("ms", "-1", "1969-12-31T23:59:59.999Z"), ("us", "-1", "1969-12-31T23:59:59.999999Z"),
        ("us", "1.5", "1970-01-01T00:00:00.000001Z"),
        ("ns", "1700000000123456789", "2023-11-14T22:13:20.123456Z"),
        ("ns", "999", "1970-01-01T00:00:00Z"), ("ns", "-1", "1969-12-31T23:59:59.999999Z"),
        ("ns", "-1000", "1969-12-31T23:59:59.999999Z"),
        ("ns", "-1000.5", "1969-12-31T23:59:59.999998Z"),
        ("ns", "1000.5", "1970-01-01T00:00:00.000001Z"),
        ("iso@+02:00", "2024-07-01T12:00", "2024-07-01T10:00:00Z"),
        ("iso@-0330", "2024-07-01T12:00", "2024-07-01T15:30:00Z"),
        ("iso@Z", "2024-07-01 12:00", "2024-07-01T12:00:00Z"),
        ("iso@Europe/Berlin", "2024-07-01T12:00Z", "2024-07-01T12:00:00Z"),
        ("%d.%m.%Y %H:%M@Europe/Berlin", "1.7.2024 12:00", "2024-07-01T10:00:00Z"),
        ("%d.%m.%Y@America/New_York", "10.3.2024", "2024-03-10T05:00:00Z"),
    ])
    func `times are read in each format`(format: String, text: String, expected: String) throws {
        #expect(try read(text, format)?.description == expected)
    }

    @Test(arguments: [
        ("auto", ""), ("auto", "yesterday"), ("auto", "12:00"), ("auto", "1e300"), ("auto", "NaN"),
        ("auto", "9223372036854775808e5"), ("auto", "true"), ("auto", " 1700000000"),
        ("s", "253402300800"), ("s", "-62135596801"), ("s", "9223372036854775807"),
        ("s", "18446744073709551616"), ("s", "2024-03-31"), ("s", "1e13"), ("s", "1,5"),
        ("ms", "9223372036854775807"), ("us", "253402300800000000"), ("ns", "x"), ("s", "1."),
        ("iso", "1700000000"), ("iso", "31.03.2024"), ("%d.%m.%Y", "2024-03-31"),
    ])
    func `what is not in the format is no time`(format: String, text: String) throws {
        #expect(try read(text, format) == nil)
    }

    @Test func `every instant is read back from every unit`() throws {
        var random = SeededRandom(seed: 4)
        for _ in 0..<Effort.count(3_000) {
            let bits = UInt64(12 + random.below(40))
            let micros = Int64(bitPattern: random.next()) >> bits
            let time = Timestamp(microseconds: micros)
            guard time.isRepresentable else { continue }
            let sign = micros < 0 ? "-" : ""
            func decimal(_ unit: UInt64, _ digits: Int) -> String {
                let (whole, rest) = micros.magnitude.quotientAndRemainder(dividingBy: unit)
                let decimals = String(rest)
                return sign + String(whole) + "."
                    + String(repeating: "0", count: digits - decimals.count) + decimals
            }
            try #require(try read(decimal(1_000_000, 6), "s") == time, "\(micros)")
            try #require(try read(decimal(1_000, 3), "ms") == time, "\(micros)")
            try #require(try read(String(micros), "us") == time, "\(micros)")
            if abs(micros) < Int64.max / 1_000 {
                try #require(try read(String(micros * 1_000), "ns") == time, "\(micros)")
            }
            try #require(try read(decimal(1_000_000, 6), "%s.%f") == time, "\(micros)")
        }
    }

    @Test(arguments: [
        (
            "seconds",
            "time format 'seconds' is none of auto, iso, s, ms, us, ns, and no pattern with '%'"
        ),
        (
            "iso@Mars/Base",
            "time zone 'Mars/Base' is unknown; use UTC, an offset such as +02:00, or a name such as Europe/Berlin"
        ),
        (
            "iso@+25:00",
            "time zone '+25:00' is unknown; use UTC, an offset such as +02:00, or a name such as Europe/Berlin"
        ),
        ("%H:%M", "time pattern '%H:%M' does not give year, month and day"),
        ("%Y-%d", "time pattern '%Y-%d' does not give year, month and day"),
        ("%F %I:%M", "time pattern '%F %I:%M': %I and %p need each other"),
        ("%F %Q", "time pattern '%F %Q': what follows '%' is unknown"),
        ("%F %", "time pattern '%F %': what follows '%' is unknown"),
    ])
    func `a format that cannot be used is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: MappingError.self) {
            try TimeFormat(text, zoneNamed: ImportRun.zone)
        }
        #expect(error?.description == reason)
    }
}
