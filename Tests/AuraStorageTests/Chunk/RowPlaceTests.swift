import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// Rows at some places of a chunk are what they are among all others.
@Suite struct RowPlaceTests {
    @Test func `each has its own time, type and values`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        for round in 0..<Effort.count(20) {
            let seed = first &+ UInt64(round)
            var random = SeededRandom(seed: seed)
            let events = DependentEvents(
                &random, rows: 300 + random.below(2_000), exceptions: random.below(10),
                presence: random.element(of: [50, 100]))
            var layout = ChunkLayout()
            layout.groupRows = random.element(of: [100, 65_536])
            layout.derivesColumns = random.chance(50)
            let chunk = try Chunk.written(
                events.strips(&random), layout, forced: .some(&random))
            for piece in try chunk.pieces() {
                let share = random.element(of: [1, 10, 90])
                let places = (0..<UInt32(piece.rowCount)).filter { _ in random.chance(share) }
                let found = try #require(piece.rows(at: places))
                #expect(found.rowCount == places.count, "seed \(seed)")
                #expect(try found.times() == piece.times().at(places), "seed \(seed)")
                #expect(try found.sequences() == piece.sequences().at(places), "seed \(seed)")
                #expect(try found.typeCodes() == piece.typeCodes().at(places), "seed \(seed)")
                for index in piece.columnKeys.indices {
                    let all = try piece.column(index).descriptions(piece.rowCount)
                    let some = try found.column(index).descriptions(places.count)
                    #expect(some == all.at(places), "seed \(seed), \(piece.columnKeys[index])")
                }
            }
        }
    }
}

extension ColumnData {
    /// The value of each row.
    fileprivate func descriptions(_ rowCount: Int) -> [String?] {
        var texts = [String?](repeating: nil, count: rowCount)
        for index in 0..<count { texts[row(index)] = "\(value(index))" }
        return texts
    }
}
