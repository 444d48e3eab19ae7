import AuraCore

@testable import AuraQuery

/// A value in the text of a query, and what is known of it.
struct Term {
    var text: String
    var type: ValueType
    var precision = Precision.exact
    /// Bits that a whole number takes at most, without its sign.
    var bits = 64
    /// Whether no column is in it.
    var isConstant = false
    /// Whether it is a column by itself.
    var isColumn = false

    /// How far the digits of a value can be relied on.
    enum Precision: Int, Comparable {
        /// Few of them: a sum is the same in any order.
        case exact
        /// Everybody computes the same.
        case fixed
        /// The last ones may differ.
        case rough

        static func < (left: Precision, right: Precision) -> Bool { left.rawValue < right.rawValue }
    }

    /// A column of a plan.
    init(_ column: Plan.Column, in table: String?, isOdd: Bool) {
        let name = Term.quoted(column.name)
        self.init(text: table.map { "\($0).\(name)" } ?? name, type: column.type)
        isColumn = true
        switch column.name {
        case "big value": bits = 64
        case "odd": precision = isOdd ? .fixed : .exact
        default: bits = 10
        }
    }

    init(text: String, type: ValueType) {
        self.text = text
        self.type = type
    }

    /// The same under another name.
    func named(_ name: String, in table: String? = nil) -> Term {
        var copy = self
        copy.text = table.map { "\($0).\(name)" } ?? name
        copy.isConstant = false
        copy.isColumn = true
        return copy
    }

    /// A name as it stands in a query.
    static func quoted(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { 0x61...0x7A ~= $0 || $0 == 0x5F || 0x30...0x39 ~= $0 }
        return isPlain && !Keywords.reserved.contains(name.uppercased()) ? name : "\"\(name)\""
    }
}

extension ValueType {
    /// The type's name in both engines.
    var castName: String {
        switch self {
        case .instant: "TIMESTAMPTZ"
        case .list(let item): item.castName + "[]"
        case .null: "BIGINT"
        default: name
        }
    }
}
