import AuraCore
import AuraWire

/// Makes an answer of the server's rows: adds days up to weeks, and counts distinct values.
struct CountFold {
    let dimensions: [CountDimension]
    /// The attribute whose values are counted; the server groups by it last.
    let distinct: String?

    /// A group that fills.
    private struct Group {
        var row: Counts.Row
        /// Rows of different days may hold the same value.
        var values: Set<GroupKey> = []
    }

    /// The rows in their order, one for each group.
    func answer(_ counts: [Counts.Row]) -> Answer {
        var groups: [Group] = []
        var places: [[GroupKey]: Int] = [:]
        for row in counts {
            let keys = zip(dimensions, row.keys).map { $0.fold($1) }
            let place: Int
            if let known = places[keys] {
                place = known
                groups[place].row.count += row.count
                groups[place].row.first = min(groups[place].row.first, row.first)
                groups[place].row.last = max(groups[place].row.last, row.last)
            } else {
                place = groups.count
                places[keys] = place
                groups.append(
                    Group(
                        row: Counts.Row(
                            keys: keys, count: row.count, first: row.first, last: row.last)))
            }
            // A row of events without the attribute is no value of it.
            if distinct != nil, let value = row.keys.last, value != .attribute(nil) {
                groups[place].values.insert(value)
            }
        }
        return Answer(columns: columns, rows: rows(groups))
    }

    private var columns: [Answer.Column] {
        var columns = dimensions.map { Answer.Column(name: $0.name) }
        columns.append(Answer.Column(name: "count", isNumeric: true))
        if let distinct {
            columns.append(Answer.Column(name: "distinct_\(distinct)", isNumeric: true))
        }
        return columns + [Answer.Column(name: "first"), Answer.Column(name: "last")]
    }

    private func rows(_ groups: [Group]) -> [[Answer.Cell]] {
        if groups.isEmpty, dimensions.isEmpty {
            let distinct: [Answer.Cell] = distinct == nil ? [] : [.count(0)]
            return [[.count(0)] + distinct + [.absent, .absent]]
        }
        return groups.map { group in
            var cells = zip(dimensions, group.row.keys).map { $0.cell($1) }
            cells.append(.count(group.row.count))
            if distinct != nil { cells.append(.count(UInt64(group.values.count))) }
            cells.append(.text(group.row.first.description))
            cells.append(.text(group.row.last.description))
            return cells
        }
    }
}
