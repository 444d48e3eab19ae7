import AuraCore
import AuraImport
import AuraTesting
import Testing

/// Nothing is lost silently: every row is an event or a rejected row.
@Suite struct ConservationTests {
    /// Rows of which each has a number, and whether it is good.
    private struct Rows {
        var text = ""
        var good: [Int64] = []
        /// The lines on which the others begin.
        var bad: [Int64] = []
    }

    private func json(_ random: inout SeededRandom) -> Rows {
        var rows = Rows()
        var line: Int64 = 0
        for number in 0..<300 as Range<Int64> {
            line += 1
            let note =
                random.chance(30)
                ? ",\"note\":\"\(String(repeating: "x", count: random.below(200)))\"" : ""
            switch random.below(20) {
            case 0:
                // Blank lines are no rows.
                rows.text += random.element(of: ["\n", "  \n", "\r\n"])
                continue
            case 1: rows.text += "{\"type\":\"a\",\"number\":\(number)}\n"
            case 2: rows.text += "{\"type\":\"a\",\"time\":1,\"number\":\(number)\n"
            case 3: rows.text += "{\"type\":\"a\",\"time\":1,\"number\":\(number),\"$\":1}\n"
            case 4:
                rows.text +=
                    "{\"type\":\"a\",\"time\":1,\"x\":\"\(String(repeating: "x", count: 600))\"}\n"
            default:
                rows.good.append(number)
                let type = random.below(5)
                rows.text +=
                    "{\"type\":\"t\(type)\",\"time\":\(number)\(note),\"number\":\(number)}\n"
                continue
            }
            rows.bad.append(line)
        }
        return rows
    }

    private func csv(_ random: inout SeededRandom) -> Rows {
        var rows = Rows(text: "type,time,number,note\n")
        var line: Int64 = 1
        for number in 0..<300 as Range<Int64> {
            line += 1
            switch random.below(20) {
            case 0:
                rows.text += random.element(of: ["\n", "\r\n"])
                continue
            case 1: rows.text += "a,1,\(number)\n"
            case 2: rows.text += "a,1,\(number),x,y\n"
            case 3: rows.text += "a,soon,\(number),\n"
            case 4: rows.text += "a,1,\(number),\(String(repeating: "x", count: 600))\n"
            case 5: rows.text += "a,1,\(number),\"x\" y\n"
            case 6:
                rows.good.append(number)
                rows.text += "a,1,\(number),\"x\n\ny\"\r\n"
                line += 2
                continue
            default:
                rows.good.append(number)
                rows.text +=
                    "t\(random.below(5)),1,\(number),\(String(repeating: "x", count: random.below(200)))\n"
                continue
            }
            rows.bad.append(line)
        }
        return rows
    }

    @Test(arguments: 0..<30)
    func `every row is an event or a rejected row, in order`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let rows = seed % 2 == 0 ? json(&random) : csv(&random)
        let source = MemorySource(Array(rows.text.utf8), blockSize: 1 + random.below(2_000))
        let batchRows = random.element(of: [1, 2, 50, 4_096])
        let run = try ImportRun(source) { options in
            options.rowBytes = 500
            options.blockBytes = 64
            options.batchRows = batchRows
        }
        let numbers = run.events.map { $0["number"] }
        #expect(numbers == rows.good.map { .int64($0) }, "seed \(seed)")
        #expect(run.rejected.map(\.line) == rows.bad, "seed \(seed)")
        #expect(run.counts.rows == run.counts.events + run.counts.rejected, "seed \(seed)")
        #expect(run.counts.events == Int64(rows.good.count), "seed \(seed)")
        #expect(run.counts.bytes == Int64(rows.text.utf8.count), "seed \(seed)")
        #expect(run.batches.allSatisfy { $0.eventCount <= batchRows }, "seed \(seed)")
    }
}
