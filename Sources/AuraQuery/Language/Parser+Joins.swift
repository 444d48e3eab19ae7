/// The words between the tables of a join.
extension Parser {
    /// The join whose words stand here, and how many they are; nil if it is none.
    var seenJoin: (kind: Table.JoinKind, words: Int)? {
        var words: [String] = []
        while words.count < 3, case .word(let word) = token(after: words.count).kind {
            words.append(word.uppercased())
            if words.last == "JOIN" {
                return Parser.joins[words.joined(separator: " ")].map { ($0, words.count) }
            }
        }
        return nil
    }

    private static let joins: [String: Table.JoinKind] = [
        "JOIN": .inner, "INNER JOIN": .inner, "CROSS JOIN": .cross,
        "LEFT JOIN": .left, "LEFT OUTER JOIN": .left, "RIGHT JOIN": .right,
        "RIGHT OUTER JOIN": .right, "FULL JOIN": .full, "FULL OUTER JOIN": .full,
        "SEMI JOIN": .semi, "ANTI JOIN": .anti, "ASOF JOIN": .nearest,
        "ASOF INNER JOIN": .nearest, "ASOF LEFT JOIN": .leftNearest,
    ]
}
