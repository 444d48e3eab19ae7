import AuraCore
import AuraTesting
import Foundation
import Testing

@Suite struct TZifReaderTests {
    private func error(_ bytes: [UInt8]) -> String? {
        do throws(TimeZoneError) {
            _ = try TimeZoneRules(tzif: bytes.rawSpan)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `every zone of the machine is read`() throws {
        let root = "/usr/share/zoneinfo"
        let files = try #require(FileManager.default.enumerator(atPath: root))
        var count = 0
        for case let path as String in files {
            guard let bytes = SystemZone.tzif(path), bytes.starts(with: Array("TZif".utf8)) else {
                continue
            }
            count += 1
            // These count leap seconds.
            let expected = path.hasPrefix("right/") ? "counts leap seconds" : nil
            #expect(error(bytes) == expected, "\(path)")
        }
        #expect(count > 300)
    }

    @Test func `versions 1 to 4 are read`() throws {
        for version in [0, 0x32, 0x33, 0x34] as [UInt8] {
            let file = TZifFile(
                version: version, starts: [-100, 100], typeOfStart: [1, 0],
                types: [(3_600, 0, 0), (7_200, 1, 4)], footer: "")
            let rules = try TimeZoneRules(tzif: file.bytes.rawSpan)
            #expect(rules.period(at: -101).abbreviation == "AAA")
            let middle = rules.period(at: -100)
            #expect(middle.abbreviation == "BBB" && middle.isDaylightSaving)
            #expect(middle.start == -100 && middle.end == 100 && middle.offset == 7_200)
            #expect(rules.period(at: 100).end == .max)
        }
    }

    @Test func `a file that contradicts itself is refused with the reason`() {
        #expect(error(TZifFile().bytes) == nil)
        #expect(error([]) == "'TZif' is missing")
        #expect(error(TZifFile(version: 0x31).bytes) == "version 49 is unknown")
        #expect(error(TZifFile(types: []).bytes) == "0 local time types")
        #expect(error(TZifFile(types: [(93_601, 0, 0)]).bytes) == "an offset of 93601 s")
        #expect(error(TZifFile(types: [(0, 0, 8)]).bytes) == "an abbreviation that does not end")
        #expect(error(TZifFile(leapCount: 1).bytes) == "counts leap seconds")
        let unordered = TZifFile(starts: [5, 5], typeOfStart: [0, 0])
        #expect(error(unordered.bytes) == "transitions are not ascending")
        let unknown = TZifFile(starts: [5], typeOfStart: [1])
        #expect(error(unknown.bytes) == "local time type 1 is not there")
        let long = TZifFile().bytes + [UInt8](repeating: 0, count: 1 << 20)
        #expect(error(long)?.hasSuffix("bytes are too many") == true)
    }

    @Test(arguments: [
        "A", "AA-1", "AAA", "AAA25", "AAA-1BBB", "AAA-1BBB,M3.5.0", "AAA-1BBB,M13.5.0,M10.5.0",
        "AAA-1BBB,M3.6.0,M10.5.0", "AAA-1BBB,M3.5.7,M10.5.0", "AAA-1BBB,M3.5,M10.5.0",
        "AAA-1BBB,J0,J5", "AAA-1BBB,J366,J5", "AAA-1BBB,366,5", "AAA-1BBB,1/168,5", "<AA>-1",
        "<AAA-1", "AAA-1:60", "AAA-1BBB,1,2,3", "AAA-1 ", " AAA-1", "AAA+-1",
        "AAA-1BBB-24:00:60,1,2",
    ])
    func `a footer that is no rule is refused`(footer: String) {
        #expect(error(TZifFile(footer: footer).bytes) == "'\(footer)' is not a POSIX time zone")
    }

    @Test func `no beginning of a file is a file`() throws {
        let tzif = try #require(SystemZone.tzif("Europe/Berlin"))
        for size in 0..<tzif.count {
            try #require(error(Array(tzif[..<size])) != nil, "\(size) bytes")
        }
    }

    @Test(arguments: 0..<10)
    func `a damaged file is refused or good for every instant`(seed: Int) throws {
        var mutator = Mutator(seed: UInt64(seed))
        var random = SeededRandom(seed: UInt64(seed))
        let names = ["Europe/Berlin", "Pacific/Apia", "Asia/Gaza"]
        let files =
            try names.map { try #require(SystemZone.tzif($0)) }
            + [
                TZifFile(starts: [-9, 9], typeOfStart: [0, 0], footer: "AAA-1BBB,0/-167,J365/167")
                    .bytes
            ]
        var readCount = 0
        for _ in 0..<Effort.count(400) {
            let bytes = mutator.mutate(
                random.element(of: files), donor: random.element(of: files))
            var rules: TimeZoneRules?
            do throws(TimeZoneError) {
                rules = try TimeZoneRules(tzif: bytes.rawSpan)
            } catch {
                continue
            }
            guard let rules else { continue }
            readCount += 1
            for _ in 0..<20 {
                let span = Int(Limits.latestTime - Limits.earliestTime)
                let time = Timestamp(microseconds: Limits.earliestTime + Int64(random.below(span)))
                let second = time.microseconds.flooredQuotient(1_000_000)
                let period = rules.period(at: second)
                try #require(period.start <= second && second < period.end, "seed \(seed)")
                let instant = rules.instant(showing: time)
                let distance = abs(instant.microseconds - time.microseconds)
                try #require(distance <= 26 * 3_600_000_000, "seed \(seed)")
            }
            _ = rules.period(at: .min)
            _ = rules.period(at: .max)
        }
        #expect(readCount > 0)
    }
}
