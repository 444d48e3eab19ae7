import AuraCore
import AuraTesting
import Foundation
import Testing

private let folder = "/usr/share/zoneinfo/"

/// Damaged time zone files: refused, or rules with which every question has an answer.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: folder), "no tzdata"))
struct TimeZoneFuzzTests {
    /// Zones of different shapes: rules, none, odd offsets, days that were skipped, negative DST.
    private static func files() throws -> [[UInt8]] {
        try [
            "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca",
            "Asia/Kolkata",
            "Europe/Dublin", "UTC",
        ].map { [UInt8](try Data(contentsOf: URL(filePath: folder + $0))) }
    }

    @Test func `mutated time zone files are refused or answer every question`() throws {
        let files = try Self.files()
        let seconds: [Int64] = [
            Limits.earliestTime / 1_000_000, -3_000_000_000, 0, 1_700_000_000, 4_000_000_000,
            Limits.latestTime / 1_000_000,
        ]
        var read = 0
        let cases = UInt64(Effort.count(20_000))
        for seed in 0..<cases {
            var mutator = Mutator(seed: seed)
            let bytes = mutator.mutate(
                files[Int(seed) % files.count], donor: files[Int(seed / 7) % files.count])
            let rules: TimeZoneRules
            do throws(TimeZoneError) {
                rules = try TimeZoneRules(tzif: bytes.rawSpan)
            } catch {
                try #require((0...bytes.count).contains(error.offset), "seed \(seed): \(error)")
                continue
            }
            read += 1
            for second in seconds {
                let time = Timestamp(seconds: second)
                let period = rules.period(at: second)
                try #require(period.start <= second && second < period.end, "seed \(seed)")
                try #require(abs(rules.offset(at: time)) <= 26 * 3_600, "seed \(seed)")
                let instant = rules.instant(of: rules.civilTime(at: time))
                try #require(
                    abs(instant.microseconds - time.microseconds) <= 54 * 3_600_000_000,
                    "seed \(seed)")
            }
        }
        #expect(read > cases / 20, "\(read) of \(cases) were read")
        print("fuzzed \(cases) time zone files: \(read) were read")
    }
}
