import AuraCore
import AuraTesting
import Testing

@testable import AuraQuery

/// Numbers of values, groups and members are those that dictionaries would give.
@Suite struct NumberingTests {
    @Test(arguments: 1...UInt64(Effort.count(40)))
    func `words have numbers in the order in which they came`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var numbers = WordNumbers()
        var wanted: [Int64: UInt32] = [:]
        // Ranges that are looked up by place, and some that are not, in one life.
        for _ in 0..<8 {
            let reach = random.element(of: [3, 500, 300_000, 1 << 40])
            let words = (0..<random.below(2_000)).map { _ in
                Int64(random.below(reach)) - Int64(reach / 3)
            }
            let valid = random.chance(50) ? words.map { _ in random.chance(80) } : nil
            let found = numbers.numbers(of: words, valid)
            for (row, word) in words.enumerated() {
                guard valid?[row] ?? true else {
                    #expect(found[row] == 0)
                    continue
                }
                let number = wanted[word] ?? UInt32(wanted.count + 1)
                wanted[word] = number
                #expect(found[row] == number, "seed \(seed)")
            }
            let known = numbers.known(words, valid, unknown: .max)
            #expect(known == found, "seed \(seed)")
        }
        #expect(numbers.count == wanted.count)
        for (index, word) in numbers.keys.enumerated() {
            #expect(wanted[word] == UInt32(index + 1), "seed \(seed)")
        }
    }

    @Test(arguments: 1...UInt64(Effort.count(40)))
    func `rows of equal columns are one group, and keys give them back`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let width = 1 + random.below(3)
        var groups = GroupNumbers(Array(repeating: .int64, count: width))
        var wanted: [[Value]: Int] = [:]
        for _ in 0..<5 {
            let count = random.below(400)
            let reach = random.element(of: [2, 20, 5_000])
            let columns = (0..<width).map { _ -> Vector in
                if random.chance(20) {
                    let value = random.chance(20) ? Value.null : .int64(Int64(random.below(reach)))
                    return Vector(value, .int64, count: count)
                }
                var builder = VectorBuilder(.int64)
                for _ in 0..<count {
                    builder.append(random.chance(10) ? .null : .int64(Int64(random.below(reach))))
                }
                return builder.finish()
            }
            let numbers = groups.numbers(of: columns, count: count)
            for row in 0..<count {
                let key = columns.map { $0.value(row) }
                if let known = wanted[key] {
                    #expect(numbers[row] == known, "seed \(seed)")
                } else {
                    wanted[key] = numbers[row]
                }
            }
            #expect(
                groups.known(of: columns, count: count).map { Int($0) }
                    == (0..<count).map { numbers[$0] })
        }
        guard !wanted.isEmpty else { return }
        #expect(groups.count == wanted.count, "seed \(seed)")
        let keys = groups.keys()
        for (key, number) in wanted {
            #expect(keys.map { $0.value(number) } == key, "seed \(seed)")
        }
    }

    @Test(arguments: 1...UInt64(Effort.count(40)))
    func `distinct values of parts together are those of the whole`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let reach = random.element(of: [5, 3_000, 1 << 33])
        let groupCount = random.element(of: [1, 7, 3_000])
        var wanted = Array(repeating: Set<Int64>(), count: groupCount)
        var whole = DistinctValues([.int64])
        for _ in 0..<4 {
            var part = DistinctValues([.int64])
            for _ in 0..<3 {
                let count = random.below(1_000)
                let groups =
                    random.chance(30)
                    ? RowNumbers(UInt32(random.below(groupCount)), count: count)
                    : RowNumbers((0..<count).map { _ in UInt32(random.below(groupCount)) })
                var builder = VectorBuilder(.int64)
                for row in 0..<count {
                    if random.chance(5) {
                        builder.append(.null)
                    } else {
                        let value = Int64(random.below(reach))
                        builder.append(.int64(value))
                        wanted[groups[row]].insert(value)
                    }
                }
                part.add([builder.finish()], groups, groupCount: groupCount, skipsNulls: true)
            }
            whole.merge(part, (0..<UInt32(groupCount)).map { $0 }, groupCount: groupCount)
        }
        #expect(whole.counts(groupCount) == wanted.map { Int64($0.count) }, "seed \(seed)")
        let (columns, groups) = whole.all()
        var found = Array(repeating: Set<Int64>(), count: groupCount)
        for (row, group) in groups.enumerated() {
            if case .int64(let value) = columns[0].value(row) { found[Int(group)].insert(value) }
        }
        #expect(found == wanted, "seed \(seed)")
    }

    @Test(arguments: 1...UInt64(Effort.count(40)))
    func `networks have the numbers of their texts`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func networks() -> Vector {
            let words = (0..<1 + random.below(300)).map { _ in
                let isOld = random.chance(70)
                let third = UInt8(random.below(200))
                return Int64(
                    bitPattern: isOld
                        ? IPPrefix(v4: 10, 0, third).rawValue
                        : IPPrefix(v6: 0x2001, 0xDB8, UInt16(third)).rawValue)
            }
            let valid = random.chance(50) ? words.map { _ in random.chance(80) } : nil
            return Vector(.text, TextEntries.networks(words).values, valid: valid)
        }
        func plain(_ column: Vector) -> Vector {
            var builder = VectorBuilder(.text)
            for row in 0..<column.count { builder.append(column.value(row)) }
            return builder.finish()
        }
        // One is given networks as such, and at times as texts; the other gets texts alone.
        var numbers = ValueNumbers(.text)
        var wanted = ValueNumbers(.text)
        for _ in 0..<6 {
            let column = networks()
            let asked = networks()
            #expect(numbers.known(of: asked).stored == wanted.known(of: plain(asked)).stored)
            #expect(numbers.known(of: plain(asked)).stored == wanted.known(of: asked).stored)
            let given = random.chance(30) ? plain(column) : column
            #expect(
                numbers.numbers(of: given).stored == wanted.numbers(of: plain(column)).stored,
                "seed \(seed)")
            var others = (ValueNumbers(.text), ValueNumbers(.text))
            let more = networks()
            _ = others.0.numbers(of: more)
            _ = others.1.numbers(of: plain(more))
            #expect(numbers.merge(others.0) == wanted.merge(others.1), "seed \(seed)")
            #expect(numbers.end == wanted.end && numbers.hasNull == wanted.hasNull)
        }
        let (found, texts) = (numbers.values(), wanted.values())
        #expect(
            (0..<found.count).map { found.value($0) } == (0..<found.count).map { texts.value($0) })
    }

    @Test(arguments: 1...UInt64(Effort.count(20)))
    func `keys that are looked up together have the numbers that they have one by one`(seed: UInt64)
    {
        var random = SeededRandom(seed: seed)
        var (together, single) = (NumberTable<UInt128>(), NumberTable<UInt128>())
        let reach = random.element(of: [3, 300, 100_000])
        for _ in 0..<5 {
            let keys = (0..<random.below(3_000)).map { _ in UInt128(random.below(reach)) << 60 }
            let valid = random.chance(50) ? keys.map { _ in random.chance(80) } : nil
            let numbers = together.numbers(of: keys, valid)
            for (row, key) in keys.enumerated() {
                let isValid = valid?[row] ?? true
                #expect(numbers[row] == (isValid ? single.number(of: key) + 1 : 0), "seed \(seed)")
            }
            #expect(together.keys == single.keys)
        }
    }
}
