import AuraCore

/// One of the columns that rows are ordered by.
struct BodyOrder: Sendable {
    let column: BodyName
    let isDescending: Bool

    /// What `order_by` says, and then whatever tells rows apart; without it, buckets in their order,
    /// or the greatest first.
    ///
    /// - Parameters:
    ///   - columns: Those of the answer: keys, then figures.
    ///   - keys: How many tell rows apart.
    static func order(
        _ value: JSONValue?, of columns: [BodyName], keys: Int, hasBucket: Bool
    ) throws(TextError) -> [BodyOrder] {
        var order: [BodyOrder] = []
        if let value {
            let known = columns.map(\.text)
            for item in try value.items("'order_by'", atMost: columns.count) {
                let next = try BodyOrder(item, known)
                guard !order.contains(where: { $0.column.text == next.column.text }) else {
                    throw TextError(
                        "rows are ordered by '\(next.column.text)' already", at: item.bytes)
                }
                order.append(next)
            }
        } else if !hasBucket, keys > 0 {
            order = [BodyOrder(BodyName(of: columns[keys].text, .none), isDescending: true)]
        }
        for key in columns[..<keys]
        where !order.contains(where: { $0.column.text == key.text }) {
            order.append(BodyOrder(BodyName(of: key.text, .none), isDescending: false))
        }
        return order
    }

    private init(_ column: BodyName, isDescending: Bool) {
        self.column = column
        self.isDescending = isDescending
    }

    /// `"count"`, or `["count", "desc"]`.
    private init(_ value: JSONValue, _ known: [String]) throws(TextError) {
        var items = [value]
        if case .array = value.form {
            items = try value.items(
                "an order", atMost: 2, hint: "such as [\"count\", \"desc\"]")
        }
        column = try items[0].name("the name of a column")
        guard known.contains(column.text) else {
            throw TextError(
                "the answer has no column '\(column.text)'", at: items[0].bytes,
                hint: BodyMembers.hint(column.text, known))
        }
        let direction = try items.count > 1 ? items[1].text("a direction") : "asc"
        guard ["asc", "desc"].contains(direction) else {
            throw TextError(
                "'\(direction)' is no direction", at: items[1].bytes, hint: "asc or desc")
        }
        isDescending = direction == "desc"
    }

    var item: OrderItem {
        OrderItem(expression: column.column, isDescending: isDescending)
    }

    var json: JSONValue {
        JSONValue(
            .array([
                JSONValue(.text(column.text)), JSONValue(.text(isDescending ? "desc" : "asc")),
            ]))
    }
}
