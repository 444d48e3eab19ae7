import AuraCore

/// Words that mean something: `Formats/query.md`, "Keywords".
enum Keywords {
    /// Those that are no names unless they stand between double quotes.
    static let reserved: Set<String> = [
        "ALL", "AND", "AS", "ASC", "BETWEEN", "CASE", "CAST", "CROSS", "DESC", "DISTINCT", "ELSE",
        "END", "EXISTS", "FALSE", "FILTER", "FROM", "FULL", "GROUP", "HAVING", "ILIKE", "IN",
        "INNER", "INTERSECT", "EXCEPT", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "NOT", "NULL",
        "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER", "QUALIFY", "RIGHT", "SELECT", "SIMILAR",
        "THEN", "TRUE", "UNION", "USING", "WHEN", "WHERE", "WINDOW", "WITH",
    ]

    /// The one that a word was probably meant to be; nil if none is near.
    static func nearest(_ word: String, of words: some Sequence<String>) -> String? {
        guard word.utf8.count <= Limits.nameBytes else { return nil }
        let wanted = Array(word.uppercased().utf8)
        let limit = max(1, wanted.count / 3)
        let best = words.map { (word: $0, distance: distance(wanted, Array($0.uppercased().utf8))) }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        return best.flatMap { $0.distance > 0 && $0.distance <= limit ? $0.word : nil }
    }

    /// Insertions, removals, replacements and exchanges of neighbours between two words.
    ///
    /// Source: optimal string alignment (Damerau, 1964; Levenshtein, 1966).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var next = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var least = min(last[column] + cost, last[column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    least = min(least, before[column - 1] + 1)
                }
                next.append(least)
            }
            (before, last) = (last, next)
        }
        return last[right.count]
    }
}
