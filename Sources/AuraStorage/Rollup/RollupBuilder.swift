import AuraCore

/// Rolls up users and values by hour, and events by minute, of all rows of a chunk that is being written.
struct RollupBuilder {
    /// The rows of one type in one hour.
    private struct Part {
        let hour: Int64
        let type: Int
        let rows: Range<Int>
    }

    private let plan: IndexPlan
    /// The attribute that is the value of each type.
    private let valueNames: [ExactText?]
    /// Of one type after another, ascending by hour.
    private let parts: [Part]
    private let minutes: (minutes: [Int64], ends: [Int64])
    /// The users of all types, and of each.
    private var users: [[HourUsers]]
    /// Columns that had users: those of two cannot be told from each other, and are not rolled up.
    private var userColumns = 0
    /// The values of each part: bins of a histogram and how many values each has.
    private var values: [[UInt64]]

    /// Bytes of hours of one block, as they are read.
    private static let blockBytes = 32 << 10
    /// Rows of a type in an hour, on average, that are worth it: fewer are read as fast one by one.
    private static let leastRows = 2

    /// nil for rows of which too few lie in an hour.
    init?(_ plan: IndexPlan, _ order: RowOrder) {
        let parts = RollupBuilder.parts(of: order)
        guard parts.count * RollupBuilder.leastRows <= order.times.count else { return nil }
        self.plan = plan
        self.parts = parts
        var counts = MinuteCounts()
        counts.add(order.times.span)
        minutes = counts.listed
        valueNames = order.types.map { plan.value(of: ExactText($0)).map(ExactText.init) }
        users = Array(repeating: [], count: order.types.count + 1)
        values = Array(repeating: [], count: parts.count)
    }

    private static func parts(of order: RowOrder) -> [Part] {
        var parts: [Part] = []
        var start = 0
        for run in order.sections.flatMap(\.runs) {
            let end = start + run.rowCount
            while start < end {
                let hour = order.times[start].flooredQuotient(Resolution.hour.width)
                let next = (hour + 1) * Resolution.hour.width
                var last = start + 1
                while last < end, order.times[last] < next { last += 1 }
                parts.append(Part(hour: hour, type: run.type, rows: start..<last))
                start = last
            }
        }
        return parts
    }

    /// The attribute that tells the users apart that are rolled up; "" if none are.
    var user: String { userColumns > 1 ? "" : plan.user ?? "" }

    /// The attribute that is the value of a type; "" for none.
    func value(ofType index: Int) -> String { valueNames[index]?.text ?? "" }

    /// Takes users and values of a column, if it has some, before its numbers become codes.
    mutating func note(_ column: ScatteredColumn, _ key: ColumnKey) {
        if let user = plan.user, key.name == ExactText(user) { note(users: column, key.type) }
        guard key.type == .int64 || key.type == .float64 else { return }
        for (index, part) in parts.enumerated() where valueNames[part.type] == key.name {
            let bins = column.bins(in: part.rows, key.type)
            values[index] = RollupBuilder.sum([values[index], bins])
        }
    }

    private mutating func note(users column: ScatteredColumn, _ type: AttributeType) {
        userColumns += 1
        guard userColumns == 1 else { return }
        let hashes = column.hashes(type)
        var counter = UserCounter()
        func counted(_ hour: Int64, _ parts: [Part]) -> HourUsers? {
            for part in parts { counter.insert(column.picked(hashes, in: part.rows).span) }
            return counter.takeForm().map { HourUsers(hour: hour, form: $0) }
        }
        let hours = Dictionary(grouping: parts, by: \.hour).sorted { $0.key < $1.key }
        users[0] = hours.compactMap { counted($0.key, $0.value) }
        for part in parts {
            if let hour = counted(part.hour, [part]) { users[part.type + 1].append(hour) }
        }
    }

    /// The bins of several histograms together.
    private static func sum(_ histograms: [[UInt64]]) -> [UInt64] {
        if histograms.count == 1 { return histograms[0] }
        var words: [UInt64] = []
        let mask = Histogram.binMask
        for word in histograms.joined().sorted(by: { $0 & mask < $1 & mask }) {
            if let last = words.last, last & mask == word & mask {
                words[words.count - 1] += word & ~mask
            } else {
                words.append(word)
            }
        }
        return words
    }

    /// Calls `body` with each block, once all columns are noted.
    func forEachBlock<Failure: Error>(
        _ body: (BlockContent, ChunkFooter.Key, _ hours: (Int64, Int64)) throws(Failure) -> Void
    ) throws(Failure) {
        try forEachBlockOfMinutes(body)
        if userColumns == 1 {
            for (series, hours) in users.enumerated() {
                try RollupBuilder.forEachBlock(hours, .users, series, body)
            }
        }
        let hours = Dictionary(grouping: parts.indices) { parts[$0].hour }
        let total = hours.sorted { $0.key < $1.key }.compactMap { hour, parts in
            HourValues(hour: hour, of: RollupBuilder.sum(parts.map { values[$0] }))
        }
        try RollupBuilder.forEachBlock(total, .histograms, 0, body)
        var ofType = [[HourValues]](repeating: [], count: valueNames.count)
        for (part, words) in zip(parts, values) {
            if let hour = HourValues(hour: part.hour, of: words) { ofType[part.type].append(hour) }
        }
        for (type, hours) in ofType.enumerated() {
            try RollupBuilder.forEachBlock(hours, .histograms, type + 1, body)
        }
    }
}

extension RollupBuilder {
    private func forEachBlockOfMinutes<Failure: Error>(
        _ body: (BlockContent, ChunkFooter.Key, (Int64, Int64)) throws(Failure) -> Void
    ) throws(Failure) {
        let (minutes, ends) = minutes
        guard let first = minutes.first, let last = minutes.last, let events = ends.last,
            minutes.count * MinuteCounts.leastRows <= Int(events)
        else { return }
        try body(
            BlockContent(integers: minutes.span), ChunkFooter.Key(kind: .minutes), (first, last))
        try body(
            BlockContent(integers: ends.span), ChunkFooter.Key(kind: .minuteEnds),
            (ends[0], events))
    }
}

extension HourUsers: RolledUpHour {
    static func content(_ hours: [HourUsers]) -> BlockContent { BlockContent(hours) }
}

extension HourValues: RolledUpHour {
    static func content(_ hours: [HourValues]) -> BlockContent { BlockContent(hours) }
}

extension RollupBuilder {
    /// Divides the hours of a series into blocks.
    private static func forEachBlock<Hour: RolledUpHour, Failure: Error>(
        _ hours: [Hour], _ kind: ChunkFooter.Kind, _ series: Int,
        _ body: (BlockContent, ChunkFooter.Key, (Int64, Int64)) throws(Failure) -> Void
    ) throws(Failure) {
        var first = 0
        var number = 0
        while first < hours.count {
            var end = first
            var bytes = 0
            while end < hours.count, bytes < blockBytes {
                bytes += hours[end].byteCount
                end += 1
            }
            let part = Array(hours[first..<end])
            try body(
                Hour.content(part), ChunkFooter.Key(kind: kind, section: series, group: number),
                (part[0].hour, part[part.count - 1].hour))
            first = end
            number += 1
        }
    }
}

extension ScatteredColumn {
    /// A hash of each entry of the dictionary, or of each value if there is none.
    fileprivate func hashes(_ type: AttributeType) -> [UInt64] {
        let all: ColumnData.Values =
            switch dictionary {
            case .texts(let ends, let bytes):
                .texts(
                    Array(0..<UInt32(ends.count)), TextTable(bytes, start: 0, ends: ends))
            case .uuids(let uuids): .uuids(uuids)
            case .integers(let integers): .integers(integers)
            case nil: .integers(values)
            }
        return ColumnData(type: type, rows: nil, values: all).hashes
    }

    /// The hash of each value in some rows.
    fileprivate func picked(_ hashes: [UInt64], in rows: Range<Int>) -> [UInt64] {
        let hasCodes = dictionary != nil
        let isDense = isDense
        var picked: [UInt64] = []
        picked.reserveCapacity(rows.count)
        for row in rows where isDense || presence[row] != 0 {
            picked.append(hashes[hasCodes ? Int(values[row]) : row])
        }
        return picked
    }

    /// The bins of a histogram of the values in some rows, ascending, and how many each has.
    fileprivate func bins(in rows: Range<Int>, _ type: AttributeType) -> [UInt64] {
        let isDense = isDense
        var bins: [UInt32] = []
        for row in rows where isDense || presence[row] != 0 {
            let bits = values[row]
            let number =
                type == .int64 ? Double(bits) : Double(bitPattern: UInt64(bitPattern: bits))
            if ValueCell.takes(number) { bins.append(UInt32(Histogram.bin(of: number))) }
        }
        bins.sort()
        var words: [UInt64] = []
        for bin in bins {
            if let last = words.last, last & Histogram.binMask == UInt64(bin) {
                words[words.count - 1] += 1 << Histogram.binBits
            } else {
                words.append(1 << Histogram.binBits | UInt64(bin))
            }
        }
        return words
    }
}
