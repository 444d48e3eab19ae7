import AuraCore

/// The columns that expressions can name: those of the tables of FROM, one after another.
struct Scope {
    struct Table {
        /// What stands before a column's name; nil for a subquery without one.
        let name: String?
        let columns: [Plan.Column]
        /// Where its columns begin.
        let start: Int
        /// Columns that USING has joined with those of a table before.
        var hidden: Set<Int> = []
    }

    private(set) var tables: [Table] = []

    /// Columns of all.
    var count: Int { tables.last.map { $0.start + $0.columns.count } ?? 0 }

    mutating func add(_ name: String?, _ columns: [Plan.Column]) {
        tables.append(Table(name: name, columns: columns, start: count))
    }

    /// Adds the tables of another, behind these.
    mutating func add(_ other: Scope) {
        let start = count
        for table in other.tables {
            tables.append(
                Table(
                    name: table.name, columns: table.columns, start: start + table.start,
                    hidden: table.hidden))
        }
    }

    /// Forgets the tables whose columns begin there or behind.
    mutating func removeColumns(from start: Int) {
        tables.removeAll { $0.start >= start }
    }

    /// Leaves a column of the last table out of what names alone find.
    mutating func hide(_ index: Int) {
        for table in tables.indices {
            let place = index - tables[table].start
            if tables[table].columns.indices.contains(place) { tables[table].hidden.insert(place) }
        }
    }

    /// The column of a name: exactly so, else in another case.
    func column(
        _ name: Expression.ColumnName, _ place: Place
    ) throws(TextError) -> BoundExpression? {
        let parts = name.parts.map(\.text)
        for isExact in [true, false] {
            var found = matches(parts, isExact)
            // What is joined by USING is one column.
            if found.count > 1 { found.removeAll(where: \.isHidden) }
            if found.count > 1 {
                let tables = found.compactMap(\.table).joined(separator: "' and '")
                throw TextError(
                    "'\(parts.joined(separator: "."))' is a column of '\(tables)'", at: place,
                    hint: "write the table's name and a dot before it")
            }
            if let first = found.first {
                return BoundExpression(.column(first.index), first.type, place)
            }
        }
        return nil
    }

    private struct Match {
        let index: Int
        let type: ValueType
        let table: String?
        let isHidden: Bool
    }

    private func matches(_ parts: [String], _ isExact: Bool) -> [Match] {
        func equal(_ left: String, _ right: String) -> Bool {
            isExact ? left == right : left.lowercased() == right.lowercased()
        }
        var matches: [Match] = []
        for table in tables {
            var names = [parts.joined(separator: ".")]
            if parts.count > 1, let name = table.name {
                // The table's name may have dots of its own.
                for count in 1..<parts.count
                where equal(name, parts[..<count].joined(separator: ".")) {
                    names.append(parts[count...].joined(separator: "."))
                }
            }
            for (index, column) in table.columns.enumerated()
            where names.contains(where: { equal($0, column.name) }) {
                matches.append(
                    Match(
                        index: table.start + index, type: column.type, table: table.name,
                        isHidden: table.hidden.contains(index)))
            }
        }
        return matches
    }

    /// Names of all columns.
    var columnNames: [String] { tables.flatMap { $0.columns.map(\.name) } }
}
