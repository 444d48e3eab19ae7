import AuraCore
import Synchronization

/// How far down an order rows can lie that are among the first of all, as far as any thread has seen.
///
/// Rows behind it are let go of by their first key, before anything else is read of them.
final class SortBound: Sendable {
    private let key: SortKey
    /// How many are wanted.
    let limit: Int
    /// No wanted row has a greater word of the first key.
    private let greatest = Atomic(Int64.max)

    /// More rows are not gone through for their first.
    private static let mostRows = 1 << 12

    init(_ key: SortKey, first limit: Int) {
        self.key = key
        self.limit = limit
    }

    /// The rows of a batch that may be wanted, by the values of the first key; nil if all may.
    func rows(
        _ column: Vector, _ shouldStop: @escaping () -> Bool
    ) throws(QueryFailure) -> [UInt32]? {
        guard !column.isConstant, limit <= Self.mostRows,
            let words = SortOrder.words(column, key)
        else { return nil }
        let near = rows(words, column.valid, upTo: greatest.load(ordering: .relaxed))
        guard near.count > limit else { return near }
        let values = column.rows(near)
        let first = try SortOrder([values], [key])
            .rows(count: near.count, upTo: limit, shouldStop)
        guard let last = first.last, values.isValid(Int(last)) else { return near }
        let word = words[Int(near[Int(last)])]
        greatest.min(word, ordering: .relaxed)
        return rows(words, column.valid, upTo: word)
    }

    private func rows(_ words: [Int64], _ valid: [Bool]?, upTo greatest: Int64) -> [UInt32] {
        let isNear = words.mapped { $0 <= greatest }
        guard let valid else { return Evaluator.rows(where: isNear, nil) }
        // Values may lie behind NULL, or not be enough.
        let isNullNear = key.hasNullsFirst || greatest == .max
        return Evaluator.rows(where: Columns.map(isNear, valid) { $1 ? $0 : isNullNear }, nil)
    }
}
