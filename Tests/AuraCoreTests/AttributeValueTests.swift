import AuraCore
import AuraTesting
import Testing

/// Equality, hash and order of values agree with each other.
@Suite struct AttributeValueTests {
    private static let values: [AttributeValue] = [
        .bool(false), .bool(true), .int64(.min), .int64(0), .int64(.max),
        .float64(-.nan), .float64(.nan), .float64(Double(bitPattern: 0x7FF8_0000_0000_0001)),
        .float64(.signalingNaN), .float64(-.infinity), .float64(-0.0), .float64(0),
        .float64(.leastNonzeroMagnitude),
        .float64(1), .float64(.infinity),
        .string(""), .string("a"), .string("b"), .string("\u{E9}"), .string("e\u{301}"),
        .string("\u{212B}"), .string("A\u{30A}"), .string("\u{C5}"),
        .timestamp(Timestamp(seconds: 0)), .timestamp(Timestamp(seconds: 1)),
        .uuid(UUIDBytes(high: 0, low: 1)), .uuid(UUIDBytes(high: 1, low: 0)),
        .ipPrefix(IPPrefix(v4: 10, 0, 0)), .ipPrefix(IPPrefix(v6: 1, 0, 0)),
    ]

    @Test func `exactly one of less, equal and greater holds for any two values`() {
        for left in Self.values {
            for right in Self.values {
                let held = [left < right, left == right, right < left].count { $0 }
                #expect(held == 1, "\(left) \(right)")
                if left == right {
                    #expect(left.hashValue == right.hashValue, "\(left) \(right)")
                    #expect(left.canonical.isIdentical(to: right.canonical), "\(left) \(right)")
                }
                if left.isIdentical(to: right) { #expect(left == right) }
                for last in Self.values where left < right && right < last {
                    #expect(left < last, "\(left) \(right) \(last)")
                }
            }
        }
    }

    @Test func `NaNs and zeros are one value each, look-alike texts are not`() {
        // 29 values, of which the four NaNs are one and the two zeros another.
        #expect(Set(Self.values).count == Self.values.count - 3 - 1)
        #expect(Set([ExactText("\u{E9}"), ExactText("e\u{301}"), ExactText("\u{E9}")]).count == 2)
    }

    @Test func `exact texts are ordered as their bytes`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<Effort.count(500) {
            let pieces = ["a", "b", "\u{E9}", "e\u{301}", "\u{1F469}\u{200D}\u{2695}\u{FE0F}", ""]
            let texts = (0..<2).map { _ in
                (0..<random.below(4)).map { _ in random.element(of: pieces) }.joined()
            }
            let (left, right) = (ExactText(texts[0]), ExactText(texts[1]))
            #expect((left == right) == texts[0].utf8.elementsEqual(texts[1].utf8))
            #expect((left < right) == texts[0].utf8.lexicographicallyPrecedes(texts[1].utf8))
            if left == right { #expect(left.hashValue == right.hashValue) }
        }
    }
}
