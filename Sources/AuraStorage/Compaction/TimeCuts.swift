/// Where many rows are cut into parts of about one size, by time and, within one time, by sequence
/// number.
struct TimeCuts {
    /// A place between rows.
    struct Place: Comparable {
        let time: Int64
        let sequence: Int64

        static func < (left: Place, right: Place) -> Bool {
            (left.time, left.sequence) < (right.time, right.sequence)
        }
    }

    /// The first place of each part but the first, ascending.
    private let starts: [Place]

    /// One row of so many is looked at.
    private static let sample = 64

    /// Cuts the rows of the sources into parts of about `rows` each.
    init(_ sources: [any RowSource], rows: Int) throws(StorageError) {
        let count = sources.reduce(0) { $0 + $1.rowCount }
        // A quarter more than asked for is better than a small part of its own.
        let parts = (count + rows * 3 / 4) / rows
        guard parts > 1 else {
            starts = []
            return
        }
        var places: [Place] = []
        for source in sources {
            let times = try source.times()
            let sequences = try source.sequences()
            for row in stride(from: 0, to: times.count, by: TimeCuts.sample) {
                places.append(Place(time: times[row], sequence: sequences[row]))
            }
        }
        places.sort()
        var starts: [Place] = []
        for part in 1..<parts {
            let place = places[places.count * part / parts]
            if place > starts.last ?? places[0] { starts.append(place) }
        }
        self.starts = starts
    }

    var partCount: Int { starts.count + 1 }

    /// The rows of one part; what holds no row of it is left out.
    func part(_ index: Int, of sources: [any RowSource]) throws(StorageError) -> [any RowSource] {
        if starts.isEmpty { return sources }
        let lower = index > 0 ? starts[index - 1] : nil
        let upper = index < starts.count ? starts[index] : nil
        var part: [any RowSource] = []
        for source in sources {
            let times = source.timeRange
            let isBehind = lower.map { times.lowerBound > $0.time } ?? true
            let isBefore = upper.map { times.upperBound < $0.time } ?? true
            if isBehind, isBefore {
                part.append(source)
                continue
            }
            if let lower, times.upperBound < lower.time { continue }
            if let upper, times.lowerBound > upper.time { continue }
            part += try TimeCuts.rows(of: source, from: lower, to: upper)
        }
        return part
    }

    /// The rows between two places: those of the times between, which need no look at each, and those
    /// of the very times of the places.
    private static func rows(
        of source: any RowSource, from lower: Place?, to upper: Place?
    ) throws(StorageError) -> [any RowSource] {
        let start = lower.map { $0.time + 1 } ?? .min
        let end = upper?.time ?? .max
        var found: [any RowSource] = []
        if start < end, let rows = try source.rows(in: TimeRanges([start..<end])) {
            found.append(rows)
        }
        var times: [Int64] = []
        if let lower { times.append(lower.time) }
        if let upper, upper.time != lower?.time { times.append(upper.time) }
        for time in times {
            var rows = try source.rows(in: TimeRanges([time..<time + 1]))
            if let lower, lower.time == time {
                rows = try rows?.selected(after: UInt64(bitPattern: lower.sequence) - 1)
            }
            if let upper, upper.time == time {
                rows = try rows?.selected(upTo: UInt64(bitPattern: upper.sequence) - 1)
            }
            if let rows { found.append(rows) }
        }
        return found
    }
}
