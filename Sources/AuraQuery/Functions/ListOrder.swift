import AuraCore

/// The direction in which a list is sorted.
enum ListOrder {
    case ascending, descending

    /// The direction of a name such as `DESC`.
    init(_ value: Value) throws(ComputationError) {
        switch value.description.uppercased() {
        case "ASC", "ASCENDING", "DEFAULT", "ORDER_DEFAULT": self = .ascending
        case "DESC", "DESCENDING": self = .descending
        default:
            throw ComputationError(
                "'\(value)' is no direction to sort in", hint: "the directions are ASC and DESC")
        }
    }

    /// Whether a name such as `NULLS FIRST` puts NULL before all else.
    static func isNullFirst(_ value: Value) throws(ComputationError) -> Bool {
        switch value.description.uppercased() {
        case "NULLS FIRST", "NULLS_FIRST": return true
        case "NULLS LAST", "NULLS_LAST", "DEFAULT", "ORDER_DEFAULT": return false
        default:
            throw ComputationError(
                "'\(value)' is no place for NULL in an order",
                hint: "the places are NULLS FIRST and NULLS LAST")
        }
    }

    func sorted(_ items: [Value], _ isNullFirst: Bool) -> [Value] {
        let nulls = items.filter(\.isNull)
        let others = items.filter { !$0.isNull }.sorted(by: self == .ascending ? (<) : (>))
        return isNullFirst ? nulls + others : others + nulls
    }
}
