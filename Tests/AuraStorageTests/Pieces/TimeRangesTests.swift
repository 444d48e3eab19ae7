import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct TimeRangesTests {
    @Test(arguments: 1...UInt64(Effort.count(200)))
    func `a time is in the ranges if one of those given has it`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let given = (0..<random.below(8)).map { _ in
            let start = Int64(random.below(60))
            return start..<start + Int64(random.below(12))
        }
        let times = TimeRanges(given)
        for (before, after) in zip(times.ranges, times.ranges.dropFirst()) {
            #expect(before.upperBound < after.lowerBound, "seed \(seed)")
        }
        func isIn(_ time: Int64) -> Bool { given.contains { $0.contains(time) } }
        for first in -2...75 as ClosedRange<Int64> {
            #expect(times.contains(first) == isIn(first), "seed \(seed): \(first)")
            for last in first...first + 5 {
                #expect(
                    times.overlaps(first...last) == (first...last).contains(where: isIn),
                    "seed \(seed): \(first)...\(last)")
                #expect(
                    times.contains(first...last) == (first...last).allSatisfy(isIn),
                    "seed \(seed): \(first)...\(last)")
            }
        }
    }
}
