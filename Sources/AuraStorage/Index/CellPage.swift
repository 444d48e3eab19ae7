/// The cells of all series in a stretch of time at one resolution.
struct CellPage: Sendable {
    /// Its place among the pages of its resolution, from the epoch.
    let number: Int64
    let times: PageTimes
    private(set) var counts: CellRows<CountCell>
    private(set) var values: CellRows<ValueCell>

    /// - Parameter neighbour: A page that will probably have as many series.
    init(_ resolution: Resolution, number: Int64, like neighbour: CellPage? = nil) {
        self.number = number
        times = PageTimes(resolution, number: number)
        counts = CellRows(
            width: resolution.pageLength, empty: CountCell(),
            expectedRows: neighbour?.counts.series.count ?? 0)
        values = CellRows(
            width: resolution.pageLength, empty: ValueCell(),
            expectedRows: neighbour?.values.series.count ?? 0)
    }

    /// Bytes of memory.
    var byteCount: Int { MemoryLayout<CellPage>.stride + counts.byteCount + values.byteCount }

    /// Counts rows from `first` on, whose time is the page's, and returns the first that is not
    /// counted.
    ///
    /// Gives cells to one series at most, so that whoever calls can look at the memory in between.
    mutating func count(_ rows: Occurrences, from first: Int, total: UInt32?) -> Int {
        let totalStart = total.map { counts.addRow($0) }
        let next = counts.count(rows, from: first, times, total: totalStart)
        if next < rows.count, times.contains(rows.times[next]) {
            counts.addRow(rows.series[next])
        }
        return next
    }

    /// Marks events that are counted as errors.
    mutating func addError(_ time: Int64, _ series: UInt32) {
        guard let start = counts.start(of: series) else { return }
        counts.addError(start + times.bucket(of: time))
    }

    /// Adds values as `count` counts rows.
    mutating func add(_ numbers: [Double], of rows: Occurrences, from first: Int) -> Int {
        let next = values.add(numbers, of: rows, from: first, times)
        if next < rows.count, times.contains(rows.times[next]) {
            values.addRow(rows.series[next])
        }
        return next
    }

    /// Adds what a series has in consecutive buckets to the totals.
    func add(_ series: UInt32, _ buckets: Range<Int>, to totals: inout CellTotals) {
        if let start = counts.start(of: series) {
            for bucket in buckets { totals.add(counts.cells[start + bucket]) }
        }
        if let start = values.start(of: series) {
            for bucket in buckets { totals.add(values.cells[start + bucket]) }
        }
    }

    /// Puts a cell in its place: of a page that is read back.
    mutating func set(_ series: UInt32, _ bucket: Int, _ cell: CountCell) {
        counts.set(counts.addRow(series) + bucket, cell)
    }

    /// Puts a cell in its place: of a page that is read back.
    mutating func set(_ series: UInt32, _ bucket: Int, _ cell: ValueCell) {
        values.set(values.addRow(series) + bucket, cell)
    }
}
