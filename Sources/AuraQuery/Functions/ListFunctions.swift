import AuraCore

/// The functions of lists, each for all types of items.
extension ScalarFunction {
    static let listFunctions = named(looks + pieces + unions + orders + summaries + series)

    private static let itemTypes: [ValueType] = [
        .int64, .int128, .float64, .text, .bool, .timestamp, .instant, .date, .interval, .uuid,
    ]

    /// One function for each type of items.
    private static func each(_ function: (ValueType) -> ScalarFunction) -> [ScalarFunction] {
        itemTypes.map(function)
    }

    /// A function of a list and more values, none of which is NULL.
    ///
    /// - Parameter body: Gets the list's items, and all arguments.
    private static func list(
        of item: ValueType, with others: [ValueType] = [], to result: ValueType,
        _ body: @escaping @Sendable ([Value], [Value]) throws(ComputationError) -> Value
    ) -> ScalarFunction {
        ScalarFunction(
            [.list(item)] + others, result,
            .values { values throws(ComputationError) in try body(values[0].items, values) })
    }

    private static let looks: [([String], [ScalarFunction])] = [
        (
            ["len", "length", "char_length", "character_length"],
            each { item in list(of: item, to: .int64) { items, _ in .int64(Int64(items.count)) } }
        ),
        (
            ["array_length"],
            each { item in list(of: item, to: .int64) { items, _ in .int64(Int64(items.count)) } }
                + each { item in list(of: item, with: [.int64], to: .int64, ListItems.length) }
        ),
        (
            ["list_contains", "list_has", "array_contains", "array_has", "contains"],
            each { item in
                list(of: item, with: [item], to: .bool) { items, values in
                    .bool(items.contains(values[1]))
                }
            }
        ),
        (
            ["list_position", "list_indexof", "array_position", "array_indexof"],
            each { item in
                // NULL has a place like other items.
                ScalarFunction(
                    [.list(item), item], .int64,
                    .nullable { values in
                        values[0].items.firstIndex(of: values[1]).map { .int64(Int64($0) + 1) }
                            ?? .null
                    })
            }
        ),
    ]

    private static let pieces: [([String], [ScalarFunction])] = [
        (
            ["list_extract", "list_element", "array_extract"],
            each { item in list(of: item, with: [.int64], to: item, ListItems.element) }
        ),
        (
            ["list_slice", "array_slice"],
            each { item in list(of: item, with: [.int64, .int64], to: .list(item), ListItems.slice)
            }
        ),
        (
            ["list_first"],
            each { item in list(of: item, to: item) { items, _ in items.first ?? .null } }
        ),
        (
            ["list_last"],
            each { item in list(of: item, to: item) { items, _ in items.last ?? .null } }
        ),
    ]

    private static let unions: [([String], [ScalarFunction])] = [
        (
            ["list_concat", "list_cat", "array_concat", "array_cat"],
            each { item in
                // Two, the last of which may be left out: one list at least is needed.
                ScalarFunction(
                    [.list(item), .list(item)], .list(item), isVariadic: true,
                    .nullable { values throws(ComputationError) in
                        try ListItems.joined(values.map(\.items))
                    })
            }
        ),
        (
            ["list_append", "array_append"],
            each { item in
                ScalarFunction(
                    [.list(item), item], .list(item),
                    .nullable { values throws(ComputationError) in
                        try ListItems.joined([values[0].items, [values[1]]])
                    })
            }
        ),
        (
            ["list_prepend", "array_prepend"],
            each { item in
                ScalarFunction(
                    [item, .list(item)], .list(item),
                    .nullable { values throws(ComputationError) in
                        try ListItems.joined([[values[0]], values[1].items])
                    })
            }
        ),
    ]

    private static let orders: [([String], [ScalarFunction])] = [
        (
            ["list_sort", "array_sort"],
            (0...2).flatMap { options in
                each { item in
                    list(of: item, with: Array(repeating: .text, count: options), to: .list(item)) {
                        items, values throws(ComputationError) in
                        let direction = options < 1 ? .ascending : try ListOrder(values[1])
                        let isNullFirst = options < 2 ? false : try ListOrder.isNullFirst(values[2])
                        return .list(direction.sorted(items, isNullFirst))
                    }
                }
            }
        ),
        (
            ["list_reverse_sort", "array_reverse_sort"],
            (0...1).flatMap { options in
                each { item in
                    list(of: item, with: Array(repeating: .text, count: options), to: .list(item)) {
                        items, values throws(ComputationError) in
                        let isNullFirst = options < 1 ? false : try ListOrder.isNullFirst(values[1])
                        return .list(ListOrder.descending.sorted(items, isNullFirst))
                    }
                }
            }
        ),
        (
            ["list_reverse", "array_reverse"],
            each { item in list(of: item, to: .list(item)) { items, _ in .list(items.reversed()) } }
        ),
        (
            ["list_distinct", "array_distinct"],
            each { item in
                list(of: item, to: .list(item)) { items, _ in .list(ListItems.distinct(items)) }
            }
        ),
    ]

    private static let summaries: [([String], [ScalarFunction])] = [
        (
            ["list_unique", "array_unique"],
            each { item in
                list(of: item, to: .int64) { items, _ in
                    .int64(Int64(ListItems.distinct(items).count))
                }
            }
        ),
        (
            ["list_count"],
            each { item in
                list(of: item, to: .int64) { items, _ in
                    .int64(items.reduce(0) { $1.isNull ? $0 : $0 + 1 })
                }
            }
        ),
        (
            ["list_min"],
            each { item in
                list(of: item, to: item) { items, _ in
                    items.lazy.filter { !$0.isNull }.min() ?? .null
                }
            }
        ),
        (
            ["list_max"],
            each { item in
                list(of: item, to: item) { items, _ in
                    items.lazy.filter { !$0.isNull }.max() ?? .null
                }
            }
        ),
        (["list_sum"], ListSums.sums.map { list(of: $0.item, to: $0.result, $0.body) }),
        (["list_avg"], ListSums.averages.map { list(of: $0.item, to: $0.result, $0.body) }),
        (
            ["array_to_string"],
            each { item in
                ScalarFunction([.list(item), .text], .text, .nullable(ListItems.text))
            }
        ),
    ]

    private static let series: [([String], [ScalarFunction])] = [
        (
            ["range"],
            [
                ScalarFunction { (end: Int64) throws(ComputationError) in
                    try ListSeries.upTo(end, from: 0, by: 1)
                },
                ScalarFunction { (start: Int64, end: Int64) throws(ComputationError) in
                    try ListSeries.upTo(end, from: start, by: 1)
                },
                ScalarFunction { (start: Int64, end: Int64, step: Int64) throws(ComputationError) in
                    try ListSeries.upTo(end, from: start, by: step)
                },
            ]
        ),
        (
            ["generate_series"],
            [
                ScalarFunction { (last: Int64) throws(ComputationError) in
                    try ListSeries.through(last, from: 0, by: 1)
                },
                ScalarFunction { (first: Int64, last: Int64) throws(ComputationError) in
                    try ListSeries.through(last, from: first, by: 1)
                },
                ScalarFunction {
                    (first: Int64, last: Int64, step: Int64) throws(ComputationError) in
                    try ListSeries.through(last, from: first, by: step)
                },
            ]
        ),
    ]
}
