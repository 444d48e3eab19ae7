import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct NarrowNumbersTests {
    @Test(arguments: 1...UInt64(Effort.count(60)))
    func `numbers come back as they were`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let reach = random.element(of: [1, 200, 256, 257, 65_536, 70_000, 1 << 32])
        let base = random.element(of: [0, -5, .min, .max - (1 << 33)] as [Int64])
        let numbers = (0..<1 + random.below(300)).map { _ in base + Int64(random.below(reach)) }
        let narrow = try #require(NarrowNumbers(numbers), "seed \(seed)")
        #expect(narrow.numbers(in: RowRanges(upTo: numbers.count)) == numbers)
        #expect(narrow.range == (numbers.min() ?? 0)...(numbers.max() ?? 0))
        #expect(narrow.byteCount <= numbers.count * 4)
        let middle = random.below(numbers.count)
        let places = RowRanges([0..<middle / 2, middle..<numbers.count])
        let wanted = Array(numbers[0..<middle / 2]) + numbers[middle...]
        #expect(narrow.numbers(in: places) == wanted, "seed \(seed)")
        if base == 0 {
            #expect(narrow.codes(in: places) == wanted.map { UInt32($0) }, "seed \(seed)")
        }
    }

    @Test func `what is too wide is not kept`() {
        #expect(NarrowNumbers([]) == nil)
        #expect(NarrowNumbers([.min, .max]) == nil)
        #expect(NarrowNumbers([0, 1 << 32]) == nil)
        #expect(NarrowNumbers([1, 1 << 32]) != nil)
    }
}
