import AuraCore
import AuraStorage

/// How two values of one type are compared.
enum Comparison: String, Hashable, Sendable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessEqual = "<="
    case greater = ">"
    case greaterEqual = ">="

    /// The comparison that says the same of the values in the other order.
    var swapped: Comparison {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessEqual: .greaterEqual
        case .greater: .less
        case .greaterEqual: .lessEqual
        }
    }

    /// Compares two columns of one type; NULL where either is.
    func evaluate(_ left: Vector, _ right: Vector, count: Int) -> Vector {
        if left.isConstant, right.isConstant, count > 1 {
            return evaluate(left.repeated(1), right.repeated(1), count: 1).repeated(count)
        }
        let valid = Columns.valid([left, right], count: count)
        let results: [Bool]
        switch (left.values, right.values) {
        case (.integers(let a), .integers(let b)):
            results = compare((a, left.isConstant), (b, right.isConstant), count) { $0 < $1 }
        case (.floats(let a), .floats(let b)):
            results = floats((a, left.isConstant), (b, right.isConstant), count)
        case (.wide(let a), .wide(let b)):
            results = compare((a, left.isConstant), (b, right.isConstant), count) { $0 < $1 }
        case (.bools(let a), .bools(let b)):
            results = compare((a, left.isConstant), (b, right.isConstant), count) { !$0 && $1 }
        case (.uuids(let a), .uuids(let b)):
            results = compare((a, left.isConstant), (b, right.isConstant), count) { $0 < $1 }
        case (.intervals(let a), .intervals(let b)):
            let (a, b) = (a.mapped(\.comparable), b.mapped(\.comparable))
            results = compare((a, left.isConstant), (b, right.isConstant), count) { $0 < $1 }
        case (.texts, .texts):
            results = texts(left, right, count)
        default:
            results = (0..<count).map { row in
                let (left, right) = (left.value(row), right.value(row))
                return holds(left == right, left < right)
            }
        }
        return Vector(.bool, .bools(results), valid: valid)
    }

    /// Whether it holds of two values of which that is known.
    @inline(__always)
    private func holds(_ isEqual: Bool, _ isLess: Bool) -> Bool {
        switch self {
        case .equal: isEqual
        case .notEqual: !isEqual
        case .less: isLess
        case .lessEqual: isLess || isEqual
        case .greater: !isLess && !isEqual
        case .greaterEqual: !isLess
        }
    }

    /// One loop for each comparison.
    @inline(__always)
    private func compare<Element: Equatable>(
        _ left: (values: [Element], isConstant: Bool),
        _ right: (values: [Element], isConstant: Bool), _ count: Int,
        _ isLess: (Element, Element) -> Bool
    ) -> [Bool] {
        switch self {
        case .equal: Columns.zip(left, right, count: count) { $0 == $1 }
        case .notEqual: Columns.zip(left, right, count: count) { $0 != $1 }
        case .less: Columns.zip(left, right, count: count) { isLess($0, $1) }
        case .lessEqual: Columns.zip(left, right, count: count) { !isLess($1, $0) }
        case .greater: Columns.zip(left, right, count: count) { isLess($1, $0) }
        case .greaterEqual: Columns.zip(left, right, count: count) { !isLess($0, $1) }
        }
    }

    /// NaN equals NaN and is the greatest.
    private func floats(
        _ left: (values: [Double], isConstant: Bool), _ right: (values: [Double], isConstant: Bool),
        _ count: Int
    ) -> [Bool] {
        switch self {
        case .equal: Columns.zip(left, right, count: count) { Comparison.areEqual($0, $1) }
        case .notEqual: Columns.zip(left, right, count: count) { !Comparison.areEqual($0, $1) }
        default: compare(left, right, count) { $0 < $1 || !$0.isNaN && $1.isNaN }
        }
    }

    @inline(__always)
    private static func areEqual(_ left: Double, _ right: Double) -> Bool {
        left == right || left.isNaN && right.isNaN
    }

    private func texts(_ left: Vector, _ right: Vector, _ count: Int) -> [Bool] {
        if right.isConstant, !left.isConstant { return texts(left, right.texts) }
        if left.isConstant, !right.isConstant { return swapped.texts(right, left.texts) }
        let ((leftCodes, leftTable), (rightCodes, rightTable)) = (left.texts, right.texts)
        return (0..<count).map { row in
            let order = leftTable.withBytes(of: Int(leftCodes[left.place(row)])) { left in
                rightTable.withBytes(of: Int(rightCodes[right.place(row)])) {
                    compareBytes(left, $0)
                }
            }
            return holds(order == 0, order < 0)
        }
    }

    /// Each text is compared once, if there are fewer of them than rows.
    private func texts(
        _ column: Vector, _ constant: (codes: [UInt32], table: TextEntries)
    ) -> [Bool] {
        let (codes, table) = column.texts
        return constant.table.withBytes(of: Int(constant.codes[0])) { wanted in
            @inline(__always)
            func isWanted(_ code: Int) -> Bool {
                table.withBytes(of: code) { text in
                    switch self {
                    case .equal: return text.isEqual(wanted)
                    case .notEqual: return !text.isEqual(wanted)
                    default:
                        let order = compareBytes(text, wanted)
                        return holds(order == 0, order < 0)
                    }
                }
            }
            if table.count > codes.count { return codes.mapped { isWanted(Int($0)) } }
            let ofCode = (0..<table.count).map { isWanted($0) }
            return ofCode.at(codes)
        }
    }
}
