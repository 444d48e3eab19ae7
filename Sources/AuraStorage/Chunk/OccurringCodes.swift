import AuraCore

/// Which values of a column occur in a group of rows: codes, where it has a dictionary.
///
/// Listed for ids alone, of which a group has few and frames of rows nearly as many kinds: so a group
/// that lacks one need not be read for it.
struct OccurringCodes {
    /// Fewer different values are in most groups.
    private static let fewestValues: UInt64 = 1_024
    /// Frames whose values lie in one of so many parts of all tell by themselves which they have not.
    private static let narrowParts = 8.0
    /// Values this near to each other are marked as bits.
    private static let mostBits: UInt64 = 1 << 24

    /// The least value of the column.
    private let base: Int64
    /// How far the values lie apart.
    private let universe: UInt64
    /// One bit for each value, 0 between two groups; none if they lie too far apart.
    private var words: [UInt64]

    /// Of a column; nil for one whose values are no ids.
    ///
    /// Texts and UUIDs are, where there are many; whole numbers, where the name says so.
    init?(of column: ScatteredColumn, _ key: ColumnKey) {
        switch key.type {
        case .string, .uuid: break
        case .int64:
            guard key.name.text.lowercased().hasSuffix("id") else { return nil }
        default: return nil
        }
        guard let range = column.valueRange else { return nil }
        base = range.lowerBound
        universe = UInt64(bitPattern: range.upperBound &- range.lowerBound)
        guard universe >= OccurringCodes.fewestValues else { return nil }
        words =
            universe < OccurringCodes.mostBits
            ? Array(repeating: 0, count: Int(universe >> 6) + 1) : []
    }

    /// The different ones of some values, ascending; nil if the list would tell little.
    mutating func list(_ values: Span<Int64>) -> [Int64]? {
        guard !areFramesNarrow(values) else { return nil }
        if words.isEmpty {
            var sorted: [Int64] = []
            for index in values.indices { sorted.append(values[index]) }
            sorted.sort()
            var last: Int64?
            sorted.removeAll { value in
                defer { last = value }
                return value == last
            }
            return sorted
        }
        let marked = OccurringCodes.marked(values, in: &words, base: base)
        return UInt64(marked.count) * 2 > universe ? nil : marked
    }

    private static func marked(
        _ values: Span<Int64>, in all: inout [UInt64], base: Int64
    ) -> [Int64] {
        var words = all.mutableSpan
        for index in values.indices {
            let bit = Int(values[index] &- base)
            words[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        var marked: [Int64] = []
        for word in words.indices where words[word] != 0 {
            var bits = words[word]
            while bits != 0 {
                marked.append(base &+ Int64(word << 6 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
            words[word] = 0
        }
        return marked
    }

    private func areFramesNarrow(_ values: Span<Int64>) -> Bool {
        var spans = 0.0
        var frames = 0.0
        for start in stride(from: 0, to: values.count, by: PackedIntegers.frameSize) {
            let end = min(values.count, start + PackedIntegers.frameSize)
            var (least, greatest) = (values[start], values[start])
            for index in start..<end {
                least = min(least, values[index])
                greatest = max(greatest, values[index])
            }
            spans += Double(UInt64(bitPattern: greatest &- least))
            frames += 1
        }
        return spans / frames * OccurringCodes.narrowParts < Double(universe)
    }
}
