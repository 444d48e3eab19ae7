import AuraCore

/// The different values of each group.
///
/// Whole numbers of a narrow range are numbered by their distance from where it begins, which costs no
/// look-up; all else is numbered as it comes.
struct DistinctValues {
    private var values: GroupNumbers
    private let types: [ValueType]
    /// Of whole numbers that lie close together; nil once there are others.
    private var window: WordWindow?
    private var members = NumberSets()

    init(_ types: [ValueType]) {
        self.types = types
        values = GroupNumbers(types)
        window = types.count == 1 ? WordWindow() : nil
    }

    /// Bytes of memory, about.
    var size: Int { values.size + members.size }

    /// Takes rows, each into its group.
    mutating func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int, skipsNulls: Bool
    ) {
        let valid = skipsNulls ? Columns.valid(columns, count: groups.count) : nil
        // Where they are only counted: in lists they stand in the order in which they came.
        if skipsNulls, let words = near(columns[0].expanded, groupCount: groupCount) {
            members.insert(
                RowNumbers(words), groups, where: valid, groupCount: groupCount,
                numberCount: window?.width ?? 0)
            return
        }
        numberAll()
        let numbers = values.numbers(of: columns, count: groups.count)
        members.insert(
            numbers, groups, where: valid, groupCount: groupCount, numberCount: values.count)
    }

    /// The numbers of a column's values by the window; nil if that would be too wide.
    private mutating func near(_ column: Vector, groupCount: Int) -> [UInt32]? {
        guard let window, case .integers(let words) = column.values,
            move(to: WordNumbers.range(of: words, column.valid, window.range), groupCount)
        else { return nil }
        let base = self.window?.base ?? 0
        return words.mapped { UInt32(truncatingIfNeeded: $0 &- base) }
    }

    /// Lets the window hold a range that has all it does; false if that is too much.
    private mutating func move(to range: ClosedRange<Int64>?, _ groupCount: Int) -> Bool {
        guard let window else { return false }
        guard let range else { return true }
        guard let wider = WordWindow(range),
            members.canHold(groupCount: groupCount, numberCount: wider.width)
        else { return false }
        members.move(by: Int(window.base &- wider.base), numberCount: wider.width)
        self.window = wider
        return true
    }

    /// Numbers values as they come from here on, not by a window any more.
    private mutating func numberAll() {
        if window == nil { return }
        let (columns, groups) = all()
        let groupCount = members.groupCount
        window = nil
        members = NumberSets()
        if groups.isEmpty { return }
        add(columns, RowNumbers(groups), groupCount: groupCount, skipsNulls: false)
    }

    /// Takes the values of another's groups.
    ///
    /// - Parameter groups: Which group each of the other's is here.
    mutating func merge(_ other: DistinctValues, _ groups: [UInt32], groupCount: Int) {
        if let window, let next = other.window {
            if move(to: window.range(with: next.range), groupCount), let base = self.window?.base,
                members.unite(
                    other.members, movedBy: Int(next.base &- base), groups, groupCount: groupCount,
                    numberCount: self.window?.width ?? 0)
            {
                return
            }
        }
        numberAll()
        var other = other
        other.numberAll()
        let numbers = values.merge(other.values)
        let pairs = other.members.pairs()
        members.insert(
            RowNumbers(pairs.map { numbers[Int($0.number)] }),
            RowNumbers(pairs.map { groups[Int($0.group)] }), where: nil, groupCount: groupCount,
            numberCount: values.count)
    }

    /// How many values each group has.
    func counts(_ groupCount: Int) -> [Int64] { members.counts(groupCount) }

    /// All values with their groups.
    func all() -> (columns: [Vector], groups: [UInt32]) {
        let pairs = members.pairs()
        if let window, !pairs.isEmpty {
            let words = pairs.map { window.base &+ Int64($0.number) }
            return ([Vector(types[0], .integers(words))], pairs.map(\.group))
        }
        let keys = values.keys()
        let rows = pairs.map(\.number)
        return (keys.map { $0.rows(rows) }, pairs.map(\.group))
    }
}

/// A range of whole numbers, each of which is known by its distance from the first.
private struct WordWindow {
    /// A multiple of 64, so that another window's bits are these, some words further on.
    let base: Int64
    /// nil while it has none.
    let range: ClosedRange<Int64>?
    /// Greater than all distances.
    let width: Int

    init() {
        (base, range, width) = (0, nil, 0)
    }

    /// nil if it is too wide.
    init?(_ range: ClosedRange<Int64>) {
        let base = range.lowerBound & ~63
        let last = UInt64(bitPattern: range.upperBound &- base)
        guard last < 1 << 24 else { return nil }
        (self.base, self.range, width) = (base, range, Int(last) + 1)
    }

    /// Its range and another.
    func range(with other: ClosedRange<Int64>?) -> ClosedRange<Int64>? {
        guard let range, let other else { return range ?? other }
        let least = min(range.lowerBound, other.lowerBound)
        return least...max(range.upperBound, other.upperBound)
    }
}
