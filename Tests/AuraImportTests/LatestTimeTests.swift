import AuraCore
import AuraImport
import AuraTesting
import Testing

/// Rows that lie too far in the future.
@Suite struct LatestTimeTests {
    private func run(
        _ text: String, latest: Int64?, rows: Int
    ) throws -> (batches: [[Int64]], rejected: [RejectedRow]) {
        var options = ImportOptions()
        options.batchRows = rows
        options.latestTime = latest.map { Timestamp(seconds: $0) }
        var importer = Importer(MemorySource(Array(text.utf8), blockSize: 64), options: options)
        var batches: [[Int64]] = []
        var rejected: [RejectedRow] = []
        while let batch = try importer.next(reject: { rejected.append($0) }) {
            let events = try EventBatch(validating: batch.bytes).events()
            batches.append(events.map { $0.time.microseconds / 1_000_000 })
        }
        return (batches, rejected)
    }

    private func text(_ times: [Int64]) -> String {
        times.map { "{\"type\":\"a\",\"time\":\"\(Timestamp(seconds: $0))\"}\n" }.joined()
    }

    @Test func `a row beyond the latest time is rejected with its line, the rest is taken`() throws
    {
        let (batches, rejected) = try run(text([1, 100, 101, 2]), latest: 100, rows: 10)
        #expect(batches == [[1, 100, 2]])
        #expect(rejected.map(\.line) == [3])
        #expect(rejected.first?.reason.contains("1970-01-01T00:01:41Z") == true)
        #expect(rejected.first?.reason.contains("future") == true)
    }

    @Test func `batches end where they would if nothing were rejected`() throws {
        for seed in UInt64(1)...UInt64(Effort.count(60)) {
            var random = SeededRandom(seed: seed)
            let times = (0..<random.below(120)).map { index in
                random.chance(10) ? Int64(1_000 + index) : Int64(index)
            }
            let all = try run(text(times), latest: nil, rows: 7).batches
            let (batches, rejected) = try run(text(times), latest: 999, rows: 7)
            // A batch of nothing but such rows does not exist, which takes seven of them in a row.
            let expected = all.map { $0.filter { $0 < 1_000 } }
            guard expected.allSatisfy({ !$0.isEmpty }) else { continue }
            #expect(batches == expected, "seed \(seed)")
            #expect(rejected.count == times.count { $0 >= 1_000 }, "seed \(seed)")
        }
    }

    @Test func `many such rows end nothing before the input does`() throws {
        let (batches, rejected) = try run(
            text((0..<50).map { 1_000 + $0 } + [1]), latest: 999, rows: 7)
        #expect(batches == [[1]])
        #expect(rejected.count == 50)
    }

    @Test func `addresses that were cut are counted`() throws {
        let line = "{\"type\":\"a\",\"time\":1,\"ip\":\"192.0.2.17\",\"note\":\"198.51.100.7\"}\n"
        var importer = Importer(MemorySource(Array((line + line).utf8), blockSize: 64))
        let batch = try importer.next()
        #expect(batch?.eventCount == 2)
        #expect(importer.counts.privacy.truncatedAddresses == 4)
    }
}
