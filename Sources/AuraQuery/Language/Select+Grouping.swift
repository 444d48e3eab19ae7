/// The sets of keys that GROUP BY means.
extension Select.Grouping {
    /// All expressions that stand in it.
    var expressions: [Expression] {
        switch self {
        case .expression(let expression): [expression]
        case .together(let items), .rollup(let items), .cube(let items): items
        case .sets(let parts): parts.flatMap(\.expressions)
        }
    }

    /// How many sets there are; `limit` if they are as many or more.
    func setCount(upTo limit: Int) -> Int {
        switch self {
        case .expression, .together: 1
        case .rollup(let items): min(limit, items.count + 1)
        case .cube(let items): items.count < 32 ? min(limit, 1 << items.count) : limit
        case .sets(let parts): parts.reduce(0) { min(limit, $0 + $1.setCount(upTo: limit)) }
        }
    }

    /// The sets, that of all first.
    var sets: [[Expression]] {
        switch self {
        case .expression(let expression): [[expression]]
        case .together(let items): [items]
        case .rollup(let items): (0...items.count).reversed().map { Array(items.prefix($0)) }
        case .cube(let items):
            (0..<1 << items.count).reversed().map { bits in
                items.indices.filter { bits >> (items.count - 1 - $0) & 1 == 1 }.map { items[$0] }
            }
        case .sets(let parts): parts.flatMap(\.sets)
        }
    }
}
