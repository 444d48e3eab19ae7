/// How much texts differ, byte by byte.
enum TextDistance {
    /// The number of bytes to insert, remove or replace that makes one text of another.
    static func levenshtein(_ left: String, _ right: String) throws(ComputationError) -> Int64 {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        // Texts are short enough for this product.
        guard left.count * right.count <= maximumPairs else {
            throw ComputationError(
                "texts of \(left.count) and \(right.count) bytes take too long to compare",
                hint: "compare their beginnings, such as left(text, 1000)")
        }
        var row = Array(0...right.count)
        for (leftIndex, byte) in left.enumerated() {
            var diagonal = leftIndex
            row[0] = leftIndex + 1
            for (rightIndex, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[rightIndex + 1]
                row[rightIndex + 1] = min(replaced, diagonal + 1, row[rightIndex] + 1)
            }
        }
        return Int64(row[right.count])
    }

    /// Pairs of bytes that are compared within about a second.
    private static let maximumPairs = 1 << 30

    /// The number of places with different bytes.
    static func hamming(_ left: String, _ right: String) throws(ComputationError) -> Int64 {
        guard left.utf8.count == right.utf8.count, !left.isEmpty else {
            throw ComputationError(
                "hamming compares texts of the same length, which are not empty: these have "
                    + "\(left.utf8.count) and \(right.utf8.count) bytes")
        }
        return zip(left.utf8, right.utf8).reduce(0) { $1.0 == $1.1 ? $0 : $0 + 1 }
    }

    /// How many of the bytes that occur in either text occur in both.
    static func jaccard(_ left: String, _ right: String) throws(ComputationError) -> Double {
        guard !left.isEmpty, !right.isEmpty else {
            throw ComputationError("jaccard compares texts that are not empty")
        }
        let (left, right) = (Set(left.utf8), Set(right.utf8))
        return Double(left.intersection(right).count) / Double(left.union(right).count)
    }
}
