import AuraCore
import AuraTesting

@testable import AuraQuery

/// A query, and how its answers are compared.
struct Question: Hashable, Sendable {
    var text: String
    /// Whether the order of rows is determined.
    var isOrdered: Bool
}

/// Draws queries that every engine must answer alike.
///
/// Where something depends on the order of rows, they are ordered by all that can tell them apart.
struct QuestionGenerator {
    let world: DifferentialWorld
    var expressions: ExpressionGenerator
    /// Whether Aura's own functions may be in them.
    let hasOwn: Bool
    /// Names given so far.
    private var nameCount = 0
    /// The queries of WITH.
    var named: [Source] = []

    /// What stands behind FROM.
    struct Source {
        var text: String
        var columns: [Term]
        /// What tells its rows apart; nil if that is not known.
        var key: [Term]?
        /// Rows, about.
        var rows: Int

        /// By what rows can be ordered so that only equal ones change places.
        var tie: [Term]? {
            if let key { return key }
            return columns.allSatisfy { $0.precision < .rough } ? columns : nil
        }
    }

    /// A SELECT, with the names of its columns.
    struct Selection {
        var text: String
        var columns: [Term]
        var key: [Term]?
        var rows: Int
        var isOrdered = false
    }

    init(_ world: DifferentialWorld, seed: UInt64, hasOwn: Bool = false) {
        self.world = world
        self.hasOwn = hasOwn
        expressions = ExpressionGenerator(world, SeededRandom(seed: seed))
    }

    var random: SeededRandom {
        get { expressions.random }
        _modify { yield &expressions.random }
    }

    mutating func name(_ prefix: String) -> String {
        nameCount += 1
        return prefix + String(nameCount)
    }

    /// A query.
    mutating func question() -> Question {
        nameCount = 0
        named = []
        var with: [String] = []
        if random.chance(20) {
            for _ in 0..<1 + random.below(2) {
                let query = self.query(depth: 1)
                let name = self.name("w")
                with.append("\(name) AS (\(query.text))")
                named.append(
                    Source(text: name, columns: query.columns, key: query.key, rows: query.rows))
            }
        }
        let query = self.query(depth: 2)
        let start = with.isEmpty ? "" : "WITH " + with.joined(separator: ", ") + " "
        return Question(text: start + query.text, isOrdered: query.isOrdered)
    }

    /// A query of any form; with ORDER BY where that makes sense.
    ///
    /// - Parameter types: Of its columns; nil means any.
    mutating func query(depth: Int, types: [ValueType]? = nil) -> Selection {
        random.chance(7)
            ? combined(depth: depth, types: types) : select(depth: depth, types: types)
    }

    private static let combinations = [
        " UNION ALL ", " UNION ", " UNION ", " INTERSECT ", " INTERSECT ALL ", " EXCEPT ",
        " EXCEPT ALL ",
    ]

    private mutating func combined(depth: Int, types: [ValueType]?) -> Selection {
        var all = Selection(text: "", columns: [], key: nil, rows: 0)
        for index in 0..<2 + random.below(2) {
            let types = index == 0 ? types : all.columns.map(\.type)
            var part = select(depth: depth - 1, types: types, isPart: true)
            if index == 0 {
                all = part
                continue
            }
            all.text += random.element(of: Self.combinations) + part.text
            all.rows += part.rows
            for column in all.columns.indices {
                let other = part.columns[column]
                all.columns[column].bits = max(all.columns[column].bits, other.bits)
                all.columns[column].precision = max(
                    all.columns[column].precision, other.precision)
            }
            part.columns = []
        }
        all.key = nil
        order(&all, leaves: [], tie: all.columns)
        return all
    }

    // MARK: Order

    /// Adds ORDER BY, and LIMIT where the order says which rows these are.
    ///
    /// - Parameters:
    ///   - leaves: What can be ordered by, beside the columns of the answer.
    ///   - tie: What tells rows apart.
    ///   - first: What must be ordered by before.
    mutating func order(
        _ query: inout Selection, leaves: [Term], tie: [Term]?, first: [String] = []
    ) {
        guard let tie, !first.isEmpty || random.chance(65) else { return }
        var keys = first.map { $0 + direction() }
        for _ in 0..<random.below(3) {
            let columns = query.columns.filter { $0.precision < .rough }
            if random.chance(50) || leaves.isEmpty, !columns.isEmpty {
                let column = random.element(of: columns)
                let place = query.columns.firstIndex { $0.text == column.text } ?? 0
                keys.append((random.chance(30) ? "\(place + 1)" : column.text) + direction())
            } else if !leaves.isEmpty {
                let known = ExpressionGenerator.Leaves(leaves)
                let term = expressions.term(expressions.type(known), known, depth: 1)
                if !term.isConstant { keys.append(term.text + direction()) }
            }
        }
        keys += tie.map { $0.text + direction() }
        if !keys.isEmpty { query.text += " ORDER BY " + keys.joined(separator: ", ") }
        query.isOrdered = true
        guard random.chance(40) else { return }
        let limit = random.element(of: [0, 1, 3, 3, 10, 10, 30, 1_000])
        query.text += " LIMIT \(limit)"
        if random.chance(30) { query.text += " OFFSET \(random.element(of: [0, 1, 1, 3, 7, 50]))" }
        query.rows = min(query.rows, limit)
    }

    mutating func direction() -> String {
        random.element(of: ["", "", " DESC", " ASC"])
            + random.element(of: ["", "", "", " NULLS FIRST", " NULLS LAST"])
    }

    // MARK: Where

    /// A condition of the rows of a source; often one of time or type that leaves out whole chunks.
    mutating func filter(_ source: Source, depth: Int) -> String {
        var parts: [String] = []
        if random.chance(35) {
            for column in source.columns where ["time", "type"].contains(column.text) {
                let signs = column.type == .text ? ["=", "=", "<>"] : ["<", "<=", ">", ">=", "="]
                let sign = random.element(of: signs)
                let literal = expressions.literal(column.type).text
                parts.append(
                    column.type == .text && random.chance(50)
                        ? "type IN (\(literal), \(expressions.literal(.text).text))"
                        : random.chance(20)
                            ? "\(literal) \(sign) \(column.text)"
                            : "\(column.text) \(sign) \(literal)")
            }
        }
        if parts.isEmpty || random.chance(35) {
            let leaves = ExpressionGenerator.Leaves(source.columns)
            parts.append(expressions.condition(leaves).text)
        }
        if depth > 0, random.chance(20) { parts.append(subqueryCondition(source, depth: depth)) }
        return parts.joined(separator: random.chance(85) ? " AND " : " OR ")
    }

    private mutating func subqueryCondition(_ source: Source, depth: Int) -> String {
        if random.chance(50), let condition = correlatedCondition(source, depth: depth) {
            return condition
        }
        let leaves = ExpressionGenerator.Leaves(source.columns)
        let not = random.chance(40) ? "NOT " : ""
        if random.chance(25) {
            return "\(not)EXISTS (\(query(depth: depth - 1).text))"
        }
        let term = expressions.term(expressions.type(leaves), leaves, depth: 1)
        let query = select(depth: depth - 1, types: [term.type], isPart: true)
        return "(\(term.text) \(not)IN (\(query.text)))"
    }
}
