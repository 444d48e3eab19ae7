/// The users and values of all series in one bucket.
struct SketchPage: Sendable {
    /// Its place among the buckets of its resolution, from the epoch.
    let number: Int64
    private(set) var users: WordTables
    private(set) var values: WordTables
    /// What the tables do not have yet; only the finest pages keep it so.
    private(set) var newUsers = WordLog()
    private(set) var newValues = WordLog()

    /// - Parameter neighbour: A page that will probably have as many users and values.
    init(number: Int64, like neighbour: SketchPage? = nil) {
        self.number = number
        users = WordTables(like: neighbour?.users)
        values = WordTables(like: neighbour?.values)
    }

    /// Bytes of memory.
    var byteCount: Int {
        MemoryLayout<SketchPage>.stride + users.byteCount + values.byteCount + newUsers.byteCount
            + newValues.byteCount
    }

    /// Notes users, each in its series.
    mutating func note(users hashes: ArraySlice<UInt64>, _ series: ArraySlice<UInt32>) {
        newUsers.append(hashes, series)
        if newUsers.isFull { settle() }
    }

    /// Notes values, as words of a bin and a number.
    mutating func note(values words: ArraySlice<UInt64>, _ series: ArraySlice<UInt32>) {
        newValues.append(words, series)
        if newValues.isFull { settle() }
    }

    /// Adds users, each to its series and, if there is one, to the total.
    mutating func add(
        users hashes: ArraySlice<UInt64>, _ series: ArraySlice<UInt32>, total: UInt32?
    ) {
        users.insert(users: Array(hashes), Array(series))
        if let total { users.insert(users: hashes, total) }
    }

    /// Adds values, as words of a bin and a number, each to its series and, if there is one, to the
    /// total.
    mutating func add(
        values words: ArraySlice<UInt64>, _ series: ArraySlice<UInt32>, total: UInt32?
    ) {
        values.add(bins: Array(words), Array(series))
        if let total { values.add(bins: words, total) }
    }

    /// Puts into tables what was only noted.
    mutating func settle() {
        users.insert(users: newUsers.words, newUsers.series)
        values.add(bins: newValues.words, newValues.series)
        newUsers.removeAll()
        newValues.removeAll()
    }

    /// Adds what finer pages hold.
    ///
    /// - Parameter total: The series of all together, if the finer pages do not keep it.
    mutating func merge(_ pages: ArraySlice<SketchPage>, into total: UInt32? = nil) {
        if Canary.loseMergedUsers.isActive { return }
        for page in pages {
            for (series, table) in page.users.tables.enumerated() where table.capacity > 0 {
                users.merge(usersOf: table, in: page.users, UInt32(series))
            }
            for (series, table) in page.values.tables.enumerated() where table.capacity > 0 {
                values.add(bins: page.values.places(of: table), UInt32(series))
                if let total { values.add(bins: page.values.places(of: table), total) }
            }
        }
        WordLog.forEachSeries(of: pages.map(\.newUsers)) { users.insert(users: $1, $0) }
        WordLog.forEachSeries(of: pages.map(\.newValues)) {
            values.add(bins: $1, $0)
            if let total { values.add(bins: $1, total) }
        }
        if let total { users.unite(into: total) }
    }

    /// Takes users of a series that were read back: hashes, or the registers of a sketch.
    mutating func restore(users words: [UInt64], isSketch: Bool, _ series: UInt32) {
        if isSketch {
            users.merge(sketch: words[...], series)
        } else {
            users.insert(users: words[...], series)
        }
    }

    /// Takes a histogram of a series that was read back.
    mutating func restore(values words: [UInt64], _ series: UInt32) {
        values.add(bins: words[...], series)
    }
}
