import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct SketchTests {
    @Test func `users are exact while few, and within five standard errors beyond`() {
        var random = SeededRandom(seed: 5)
        var errors: [Double] = []
        for size in [1, 9, 384, 385, 1_000, 5_000, 20_000, 200_000] {
            for _ in 0..<Effort.count(4) {
                var tables = WordTables()
                for _ in 0..<size {
                    let hash = max(1, random.next())
                    tables.insert(users: [hash], [7])
                    tables.insert(users: [hash], [7])
                }
                var users = UserSet()
                if let table = tables.table(of: 7) { users.merge(table, in: tables) }
                #expect(users.isExact == (size <= WordTables.exactUsers))
                let error = users.count / Double(size) - 1
                #expect(abs(error) <= (users.isExact ? 0 : 5 * 0.0163), "\(size): \(error)")
                if !users.isExact { errors.append(error) }
            }
        }
        let meanSquare = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
        #expect(meanSquare.squareRoot() < 0.025)
    }

    @Test(arguments: 1...UInt64(Effort.count(200)))
    func `users are exact up to the same number however many come at once`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var tables = WordTables()
        var all: Set<UInt64> = []
        while all.count < 1_500 {
            let hashes = (0..<random.below(700)).map { _ in max(1, random.next()) }
            tables.insert(users: hashes[...], 3)
            all.formUnion(hashes)
            guard let table = tables.table(of: 3) else { continue }
            #expect(table.isSketch == (all.count > WordTables.exactUsers), "seed \(seed)")
            #expect(table.capacity <= HyperLogLog.words, "seed \(seed)")
            if !table.isSketch {
                #expect(Set(tables.places(of: table)).subtracting([0]) == all, "seed \(seed)")
            }
        }
    }

    @Test func `a union of sketches is the sketch of the union`() {
        var random = SeededRandom(seed: 6)
        var parts = WordTables()
        var whole = WordTables()
        for _ in 0..<9_000 {
            let hash = max(1, random.next())
            parts.insert(users: [hash], [UInt32(random.below(3))])
            whole.insert(users: [hash], [0])
        }
        var union = UserSet()
        for series in 0..<3 as Range<UInt32> {
            if let table = parts.table(of: series) { union.merge(table, in: parts) }
        }
        var single = UserSet()
        if let table = whole.table(of: 0) { single.merge(table, in: whole) }
        #expect(union.count == single.count)
    }

    @Test func `the middle of a bin is at most one part in 64 off, and bins ascend`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<Effort.count(20_000) {
            let value = Double(bitPattern: random.next())
            guard ValueCell.takes(value), abs(value) > 1e-300 else { continue }
            let bin = Histogram.bin(of: value)
            #expect((1...Histogram.greatestBin).contains(bin))
            #expect(abs(Histogram.middle(ofBin: bin) - value) <= abs(value) / 64)
            #expect(Histogram.bin(of: value.nextUp) >= bin)
        }
        #expect(Histogram.bin(of: 0) == Histogram.bin(of: -0.0))
        #expect(Histogram.middle(ofBin: Histogram.bin(of: 0)) == 0)
        #expect(Histogram.bin(of: -1e-300) < Histogram.bin(of: 0))
    }

    @Test func `registers keep the greater of both`() {
        var random = SeededRandom(seed: 8)
        for _ in 0..<1_000 {
            let left = random.next() & 0x3F3F_3F3F_3F3F_3F3F
            let right = random.next() & 0x3F3F_3F3F_3F3F_3F3F
            let greater = HyperLogLog.greater(left, right)
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                #expect(
                    greater >> shift & 0xFF == max(left >> shift & 0xFF, right >> shift & 0xFF))
            }
        }
    }

    @Test func `a compensated sum survives what a plain one does not`() {
        var sum = CompensatedSum()
        for value in [1e16, 1, -1e16, 1, 1e-16, 1e30, -1e30] { sum.add(value) }
        #expect(sum.value == 2 + 1e-16)
        var cell = ValueCell()
        for offset in [0.0, 1, 2, 3] { cell.add(1e9 + offset) }
        var totals = CellTotals()
        totals.add(cell)
        #expect(totals.deviation.map { abs($0 * $0 - 1.25) < 1e-12 } == true)
    }

    @Test func `what a page has only noted is once in the page that it is merged into`() {
        var random = SeededRandom(seed: 8)
        for size in [0, 1, WordLog.limit - 1, WordLog.limit, 3_000] {
            let hashes = (0..<size).map { _ in UInt64(1 + random.below(300)) << 40 | 7 }
            let series = (0..<size).map { _ in UInt32(1 + random.below(3)) }
            var fine = SketchPage(number: 60)
            for start in stride(from: 0, to: size, by: 100) {
                let rows = start..<min(size, start + 100)
                fine.note(users: hashes[rows], series[rows])
                fine.note(values: hashes[rows].map { _ in Histogram.word(1) }[...], series[rows])
            }
            var coarse = SketchPage(number: 1)
            coarse.merge([fine][...], into: 0)
            for number in 0..<4 as Range<UInt32> {
                let wanted = zip(hashes, series).filter { number == 0 || $1 == number }.map(\.0)
                var users = UserSet()
                if let table = coarse.users.table(of: number) {
                    users.merge(table, in: coarse.users)
                }
                #expect(users.count == Double(Set(wanted).count))
                let words = coarse.values.table(of: number).map {
                    coarse.values.places(of: $0).filter { $0 > 0 }
                }
                let count = words?.reduce(0) { $0 + $1 >> Histogram.binBits }
                #expect(count ?? 0 == UInt64(wanted.count))
            }
        }
    }
}
