/// The candidate that a mistyped word was most likely meant to be; nil where none is near.
///
/// Near: a letter in three, and one at least, is missing, added, wrong or swapped with the next.
/// Of equally near ones the first counts.
package func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = max(1, word.count / 3)
    let distances = candidates.map { (word: $0, steps: editDistance(word, $0)) }
    return distances.filter { $0.steps <= limit }.min { $0.steps < $1.steps }?.word
}

/// How many insertions, removals, replacements and swaps of neighbours lead from one to the other.
private func editDistance(_ first: String, _ second: String) -> Int {
    let rows = Array(first.lowercased())
    let columns = Array(second.lowercased())
    var beforeLast: [Int] = []
    var last = Array(0...columns.count)
    for (row, letter) in rows.enumerated() {
        var current = [row + 1]
        for (column, other) in columns.enumerated() {
            var steps = min(
                last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, letter == columns[column - 1], rows[row - 1] == other {
                steps = min(steps, beforeLast[column - 1] + 1)
            }
            current.append(steps)
        }
        beforeLast = last
        last = current
    }
    return last[columns.count]
}
