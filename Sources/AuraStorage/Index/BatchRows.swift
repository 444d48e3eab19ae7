import AuraCore

/// What the plan finds in a batch, or in rows of a chunk: errors, values and users, by row.
package struct BatchRows: Sendable {
    /// The time of each row.
    package let times: [Int64]
    /// The type of each row, as an index of the batch's types.
    package let codes: [UInt32]
    /// Rows that are errors.
    package private(set) var errors: [UInt32] = []
    /// Rows that have a value, and the values.
    package private(set) var valued: [UInt32] = []
    package private(set) var values: [Double] = []
    /// Rows that have a user, and the hashes of the users.
    package private(set) var used: [UInt32] = []
    package private(set) var users: [UInt64] = []
    /// Whether each row has one user, in the order of the rows.
    private(set) var hasUserInEachRow = false

    /// The columns of each dimension.
    package private(set) var dimensions: [[ColumnData]] = []

    /// What can be looked for, each at a price.
    package struct Parts: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let errors = Parts(rawValue: 1)
        package static let values = Parts(rawValue: 2)
        package static let users = Parts(rawValue: 4)
        package static let all: Parts = [.errors, .values, .users]
    }

    /// - Parameters:
    ///   - profiles: What the plan says of each type.
    ///   - columns: The columns of an attribute, one for each type it has.
    init<Failure: Error>(
        times: [Int64], codes: [UInt32], _ plan: IndexPlan, _ profiles: [SeriesTable.Profile],
        valueNames: [String], _ parts: Parts = .all,
        columns: (String) throws(Failure) -> [ColumnData]
    ) throws(Failure) {
        self.times = times
        self.codes = codes
        if parts.contains(.errors), !Canary.forgetErrors.isActive {
            try addErrors(profiles, columns)
        }
        for (slot, name) in valueNames.enumerated() where parts.contains(.values) {
            let has = profiles.map { $0.value == slot }
            if has.contains(true) { addValues(try columns(name), ofTypes: has) }
        }
        if parts.contains(.users), let user = plan.user {
            for column in try columns(user) {
                used += column.valueRows
                users += column.hashes
                hasUserInEachRow = used.count == column.count && used.count == codes.count
            }
        }
        for name in plan.dimensions { dimensions.append(try columns(name)) }
    }

    private mutating func addErrors<Failure: Error>(
        _ profiles: [SeriesTable.Profile], _ columns: (String) throws(Failure) -> [ColumnData]
    ) throws(Failure) {
        for (code, profile) in profiles.enumerated() {
            switch profile.error {
            case nil: continue
            case .always:
                for row in codes.indices where codes[row] == code { errors.append(UInt32(row)) }
            case .when(let attribute, let value):
                let wanted = ValueHash.of(value)
                for column in try columns(attribute) where column.type == value.type {
                    for (row, hash) in zip(column.valueRows, column.hashes)
                    where hash == wanted && codes[Int(row)] == code {
                        errors.append(row)
                    }
                }
            }
        }
    }

    private mutating func addValues(_ columns: [ColumnData], ofTypes has: [Bool]) {
        for column in columns {
            guard let numbers = column.numbers else { continue }
            let rows = column.valueRows
            if !has.contains(false), numbers.allSatisfy(ValueCell.takes) {
                valued += rows
                values += numbers
                continue
            }
            for (row, number) in zip(rows, numbers)
            where has[Int(codes[Int(row)])] && ValueCell.takes(number) {
                valued.append(row)
                values.append(number)
            }
        }
    }
}

/// The rows of a batch as series count them.
struct IndexedRows: Sendable {
    let events: Occurrences
    let errors: Occurrences
    let valued: Occurrences
    let values: [Double]
    let used: Occurrences
    let users: [UInt64]

    /// The series number of a row that is not counted.
    static let none = UInt32.max

    /// - Parameter hasAll: No row's series is `none`.
    init(_ rows: BatchRows, series: [UInt32], hasAll: Bool, withValues: Bool = true) {
        func occurrences(_ places: [UInt32]) -> Occurrences {
            let counted =
                hasAll ? places : places.filter { series[Int($0)] != IndexedRows.none }
            return Occurrences(
                times: counted.map { rows.times[Int($0)] }, series: counted.map { series[Int($0)] })
        }
        if hasAll {
            events = Occurrences(times: rows.times, series: series)
        } else {
            events = occurrences(Array(0..<UInt32(series.count)))
        }
        errors = occurrences(rows.errors)
        if !withValues {
            valued = Occurrences(times: [], series: [])
            values = []
        } else {
            valued = occurrences(rows.valued)
            values = hasAll ? rows.values : IndexedRows.kept(rows.values, rows.valued, series)
        }
        if hasAll, rows.hasUserInEachRow {
            used = events
        } else {
            used = occurrences(rows.used)
        }
        users = hasAll ? rows.users : IndexedRows.kept(rows.users, rows.used, series)
    }

    private static func kept<Value>(
        _ values: [Value], _ places: [UInt32], _ series: [UInt32]
    ) -> [Value] {
        zip(values, places).filter { series[Int($1)] != none }.map(\.0)
    }
}
