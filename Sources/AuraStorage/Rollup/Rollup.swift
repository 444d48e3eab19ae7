package import AuraCore

/// What a chunk says of whole hours, beside its rows: users and values of all types and of each; and of
/// minutes, how many events of all types they have.
///
/// An hour or a minute that is not among them has none.
package struct Rollup: Sendable {
    private let chunk: Chunk

    init(of chunk: Chunk) {
        self.chunk = chunk
    }

    /// Earliest and latest event time of the chunk.
    package var timeRange: ClosedRange<Int64> { chunk.entry.timeRange }
    /// The greatest sequence number.
    package var lastSequence: UInt64 { chunk.entry.sequenceRange.upperBound }

    /// How many events lie in some minutes since the epoch, of all types together; nil where nothing is
    /// said of minutes.
    package func count(inMinutes minutes: Range<Int64>) throws(StorageError) -> UInt64? {
        try chunk.count(inMinutes: minutes)
    }

    /// Whether users are told apart by that attribute.
    package func hasUsers(by attribute: String?) throws(StorageError) -> Bool {
        let user = try chunk.open().footer.user
        return attribute.map { ExactText($0) == ExactText(user) && !user.isEmpty } ?? false
    }

    /// The number of a type in the chunk; nil where there is no event of it.
    package func type(_ name: ExactText) throws(StorageError) -> Int? {
        try chunk.open().types[name]
    }

    /// Whether that attribute is what is rolled up of a type.
    package func hasValues(ofType type: Int, by attribute: String?) throws(StorageError) -> Bool {
        let value = try chunk.open().footer.types[type].value
        return attribute.map { ExactText($0) == ExactText(value) && !value.isEmpty } ?? false
    }

    /// The types of the chunk, each with the attribute that is rolled up of it; "" for none.
    package func valuesOfTypes() throws(StorageError) -> [(type: String, value: String)] {
        try chunk.open().footer.types.map { ($0.name, $0.value) }
    }

    /// The users of hours, ascending.
    ///
    /// - Parameter type: nil for all types together.
    package func users(
        ofType type: Int?, in hours: Range<Int64>
    ) throws(StorageError) -> [HourUsers] {
        var found: [HourUsers] = []
        try forEachBlock(.users, type.map { $0 + 1 } ?? 0, hours) { key throws(StorageError) in
            found += try chunk.users(key).of(hours)
        }
        return found
    }

    /// The values of hours, ascending.
    ///
    /// - Parameter type: nil for all types together.
    package func values(
        ofType type: Int?, in hours: Range<Int64>
    ) throws(StorageError) -> [HourValues] {
        var found: [HourValues] = []
        try forEachBlock(.histograms, type.map { $0 + 1 } ?? 0, hours) { key throws(StorageError) in
            found += try chunk.values(key).of(hours)
        }
        return found
    }

    private func forEachBlock(
        _ kind: ChunkFooter.Kind, _ series: Int, _ hours: Range<Int64>,
        _ body: (ChunkFooter.Key) throws(StorageError) -> Void
    ) throws(StorageError) {
        var key = ChunkFooter.Key(kind: kind, section: series)
        while let block = try chunk.block(key) {
            if block.greatest >= hours.lowerBound, block.least < hours.upperBound { try body(key) }
            key.group += 1
        }
    }
}

/// What is said of an hour.
protocol RolledUpHour {
    /// Since the epoch.
    var hour: Int64 { get }
    var byteCount: Int { get }
    static func content(_ hours: [Self]) -> BlockContent
}

extension Array where Element: RolledUpHour {
    /// What is said of some hours, by ascending ones.
    fileprivate func of(_ hours: Range<Int64>) -> ArraySlice<Element> {
        let first = firstIndex(notBelow: hours.lowerBound)
        return self[first..<Swift.max(first, firstIndex(notBelow: hours.upperBound))]
    }

    private func firstIndex(notBelow hour: Int64) -> Int {
        var (lower, upper) = (0, count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if self[middle].hour < hour { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}

extension Chunk {
    /// The users of the hours of a block.
    fileprivate func users(_ key: ChunkFooter.Key) throws(StorageError) -> [HourUsers] {
        let content = try content(key) { reader throws(FormatError) in
            let hours = try reader.hoursOfUsers()
            return (.users(hours), hours.reduce(0) { $0 + $1.byteCount })
        }
        guard case .users(let hours) = content else { throw corrupt(6, 0, "no users of hours") }
        return hours
    }

    /// The values of the hours of a block.
    fileprivate func values(_ key: ChunkFooter.Key) throws(StorageError) -> [HourValues] {
        let content = try content(key) { reader throws(FormatError) in
            let hours = try reader.hoursOfValues()
            return (.values(hours), hours.reduce(0) { $0 + $1.byteCount })
        }
        guard case .values(let hours) = content else { throw corrupt(6, 0, "no values of hours") }
        return hours
    }

    /// Reads all that is rolled up, and checks that it is of the hours that the footer says.
    func verifyRollups() throws(StorageError) {
        try verifyMinutes()
        for block in try open().footer.blocks {
            let hours: [Int64]
            switch block.key.kind {
            case .users: hours = try users(block.key).map(\.hour)
            case .histograms: hours = try values(block.key).map(\.hour)
            default: continue
            }
            guard hours.first == block.least, hours.last == block.greatest else {
                throw corrupt(9, block.offset, "hours that are not those of the footer")
            }
        }
    }
}
