import AuraCore

@testable import AuraQuery

/// A value of an answer, whoever gave it.
indirect enum AnswerCell: Hashable, Sendable {
    case null
    /// Something of which every character counts: times are their µs or days.
    case word(String)
    case number(Double)
    case list([AnswerCell])

    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .float64(let value): self = .number(value)
        case .list(let items): self = .list(items.map { AnswerCell($0) })
        case .timestamp(let time), .instant(let time), .date(let time): self = .word(String(time))
        case .interval(let interval): self = .word(String(interval.comparable))
        default: self = .word(value.description)
        }
    }

    /// Whether both are the same value, but for the last digits of a number.
    func isNear(_ other: AnswerCell) -> Bool {
        switch (self, other) {
        case (.null, .null): return true
        case (.word(let left), .word(let right)):
            return left.utf8.elementsEqual(right.utf8)
        case (.number(let left), .number(let right)):
            if left == right || left.isNaN && right.isNaN { return true }
            return left.isFinite && right.isFinite
                && (left - right).magnitude <= 1e-12 * max(1, left.magnitude, right.magnitude)
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isNear($1) }
        default: return false
        }
    }

    /// What rows are put in order by where they have none: all but the numbers first.
    fileprivate var sortText: String {
        switch self {
        case .null, .number: ""
        case .word(let word): word
        case .list(let items):
            items.map { ($0 == .null ? "\u{1}" : "\u{2}") + $0.sortText }.joined()
        }
    }

    fileprivate var sortNumber: Double {
        switch self {
        case .number(let number): number.isNaN ? .greatestFiniteMagnitude : number
        case .null: -.greatestFiniteMagnitude
        default: 0
        }
    }
}

/// What somebody answers to a question.
enum Answer: Sendable {
    /// - Parameter types: Of the columns, as SQL names them; nil if that is not known.
    case rows([[AnswerCell]], types: [String]?)
    case failure(String)
    /// It cannot be asked, by a fault of who should answer.
    case unknown

    /// How two answers differ; nil if they do not.
    func difference(from other: Answer, isOrdered: Bool) -> String? {
        switch (self, other) {
        case (.failure, .failure), (.unknown, _), (_, .unknown): return nil
        case (.failure(let message), .rows(let rows, _)):
            return "\(rows.count) rows, but here: \(message)"
        case (.rows(let rows, _), .failure(let message)):
            return "\(rows.count) rows here, but: \(message)"
        case (.rows(let rows, let types), .rows(let others, let otherTypes)):
            if let types, let otherTypes, types != otherTypes {
                return "types \(types) instead of \(otherTypes)"
            }
            guard rows.count == others.count else {
                return "\(rows.count) rows instead of \(others.count)"
            }
            let (left, right) = isOrdered ? (rows, others) : (rows.inOrder, others.inOrder)
            for (row, wanted) in zip(left, right)
            where !zip(row, wanted).allSatisfy({ $0.isNear($1) }) {
                return "row \(row.map(\.description)) instead of \(wanted.map(\.description))"
            }
            return nil
        }
    }
}

extension AnswerCell: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "NULL"
        case .word(let word): "'\(word)'"
        case .number(let number): String(number)
        case .list(let items): String(describing: items)
        }
    }
}

extension [[AnswerCell]] {
    /// The rows in an order that depends on what they are alone.
    fileprivate var inOrder: [[AnswerCell]] {
        let keyed = map { (row: [AnswerCell]) in
            (
                texts: row.map { cell in [UInt8](cell.sortText.utf8) },
                numbers: row.map(\.sortNumber), row: row
            )
        }
        return keyed.sorted { left, right in
            for (a, b) in zip(left.texts, right.texts) where a != b {
                return a.lexicographicallyPrecedes(b)
            }
            // A difference in the last digits is none here either.
            for (a, b) in zip(left.numbers, right.numbers)
            where !AnswerCell.number(a).isNear(.number(b)) {
                return a < b
            }
            return false
        }.map(\.row)
    }
}
