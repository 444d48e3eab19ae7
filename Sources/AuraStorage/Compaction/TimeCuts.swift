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
            let rowTimes = try source.times()
            let sequences = try source.sequences()
            let isHere = rowTimes.indices.map { row in
                let place = Place(time: rowTimes[row], sequence: sequences[row])
                return (lower.map { place >= $0 } ?? true) && (upper.map { place < $0 } ?? true)
            }
            if let selected = try SelectedSource(source, keeping: isHere) { part.append(selected) }
        }
        return part
    }
}
