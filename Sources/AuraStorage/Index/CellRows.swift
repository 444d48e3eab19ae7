/// The cells of a page: a row of buckets for each series that has an event in it.
struct CellRows<Cell: Hashable & Sendable>: Sendable {
    private let empty: Cell
    let width: Int
    /// How many rows there will probably be.
    private let expectedRows: Int
    /// By series: one more than the index of its first cell; 0 where it has no row.
    private(set) var starts: [UInt32] = []
    /// The series of each row, in the order of their first event.
    private(set) var series: [UInt32] = []
    private(set) var cells: [Cell] = []

    init(width: Int, empty: Cell, expectedRows: Int) {
        self.width = width
        self.empty = empty
        self.expectedRows = expectedRows
    }

    /// Bytes of memory.
    var byteCount: Int {
        (starts.capacity + series.capacity) * MemoryLayout<UInt32>.stride
            + cells.capacity * MemoryLayout<Cell>.stride
    }

    /// The index of a series' first cell.
    func start(of series: UInt32) -> Int? {
        guard Int(series) < starts.count, starts[Int(series)] > 0 else { return nil }
        return Int(starts[Int(series)]) - 1
    }

    /// The cells of a series; empty if it has none.
    func row(of series: UInt32) -> ArraySlice<Cell> {
        start(of: series).map { cells[$0..<$0 + width] } ?? []
    }

    /// Gives a series a row of empty cells, unless it has one; returns where it begins.
    @discardableResult
    mutating func addRow(_ number: UInt32) -> Int {
        if let start = start(of: number) { return start }
        if starts.count <= number {
            let missing = Int(number) + 8 - starts.count
            starts.append(contentsOf: repeatElement(0, count: missing))
        }
        let start = cells.count
        if cells.capacity < start + width {
            cells.reserveCapacity(max(start + width, start.grown(expecting: expectedRows * width)))
        }
        cells.append(contentsOf: repeatElement(empty, count: width))
        starts[Int(number)] = UInt32(start) + 1
        series.append(number)
        return start
    }

    /// Replaces a cell: of a page that is read back.
    mutating func set(_ index: Int, _ cell: Cell) {
        cells[index] = cell
    }
}

extension Int {
    /// A capacity for more than that many: fast up to what is expected, and beyond it in small
    /// steps, for doubling would leave half of it unused.
    func grown(expecting expected: Int) -> Int {
        self < expected ? Swift.min(expected, Swift.max(expected / 4, self * 4)) : self + self / 4
    }
}

extension CellRows where Cell == CountCell {
    /// Counts rows from `first` on until one lies outside the page, or has a series without cells.
    ///
    /// - Returns: The first row that is not counted.
    mutating func count(
        _ rows: Occurrences, from first: Int, _ page: PageTimes, total: Int?
    ) -> Int {
        let times = rows.times.span
        let series = rows.series.span
        let startOfSeries = starts
        let starts = startOfSeries.span
        var cells = cells.mutableSpan
        var bucket = page.bucket(of: times[first])
        var bucketStart = page.start(ofBucket: bucket)
        var counted = first
        var row = first
        while row < times.count {
            let time = times[row]
            if UInt64(bitPattern: time &- bucketStart) >= page.bucketWidth {
                if let total { cells[total + bucket].count &+= UInt64(row - counted) }
                counted = row
                guard page.contains(time) else { break }
                bucket = page.bucket(of: time)
                bucketStart = page.start(ofBucket: bucket)
            }
            let number = Int(series[row])
            guard number < starts.count, starts[number] > 0 else { break }
            cells[Int(starts[number]) - 1 + bucket].count &+= 1
            row += 1
        }
        if let total { cells[total + bucket].count &+= UInt64(row - counted) }
        return row
    }

    mutating func addError(_ index: Int) {
        cells[index].errors &+= 1
    }
}

extension CellRows where Cell == ValueCell {
    /// Adds values from `first` on until one lies outside the page, or has a series without cells.
    mutating func add(
        _ values: [Double], of rows: Occurrences, from first: Int, _ page: PageTimes
    ) -> Int {
        let times = rows.times.span
        let series = rows.series.span
        let values = values.span
        let startOfSeries = starts
        let starts = startOfSeries.span
        var cells = cells.mutableSpan
        var bucket = 0
        var bucketStart = Int64.max
        var row = first
        while row < times.count {
            let time = times[row]
            if UInt64(bitPattern: time &- bucketStart) >= page.bucketWidth {
                guard page.contains(time) else { break }
                bucket = page.bucket(of: time)
                bucketStart = page.start(ofBucket: bucket)
            }
            let number = Int(series[row])
            guard number < starts.count, starts[number] > 0 else { break }
            cells[Int(starts[number]) - 1 + bucket].add(values[row])
            row += 1
        }
        return row
    }
}

/// Where a page and its buckets lie in time.
struct PageTimes: Sendable {
    let start: Int64
    let width: UInt64
    let bucketWidth: UInt64

    init(_ resolution: Resolution, number: Int64) {
        start = number * resolution.pageWidth
        width = UInt64(resolution.pageWidth)
        bucketWidth = UInt64(resolution.width)
    }

    @inline(__always)
    func contains(_ time: Int64) -> Bool { UInt64(bitPattern: time &- start) < width }

    @inline(__always)
    func bucket(of time: Int64) -> Int { Int(UInt64(bitPattern: time &- start) / bucketWidth) }

    @inline(__always)
    func start(ofBucket bucket: Int) -> Int64 { start + Int64(bucketWidth) * Int64(bucket) }
}

/// Something that happened in series at times: two columns of one length.
struct Occurrences: Sendable {
    let times: [Int64]
    let series: [UInt32]

    var count: Int { times.count }

    /// The first from a row on that is not before a time; `count` if none is.
    func first(from row: Int, atOrAfter time: Int64) -> Int {
        let times = times.span
        var row = row
        while row < times.count, times[row] < time { row += 1 }
        return row
    }
}
