import AuraCore

/// The cells of one resolution: all events from its floor on, in pages.
///
/// The floor rises with time as the horizon says, and sooner where memory is short. It never falls,
/// so that what lies above it is always whole.
struct CellTier: Sendable {
    let resolution: Resolution
    /// Bytes that the pages may take; the oldest go first.
    let byteLimit: Int
    /// Ascending by number.
    private(set) var pages: [CellPage] = []
    private(set) var byteCount = 0
    /// Number of the first page that may exist; nil while nothing was given up.
    private(set) var floorPage: Int64?

    init(_ resolution: Resolution, byteLimit: Int) {
        self.resolution = resolution
        self.byteLimit = byteLimit
    }

    /// Time from which on every event is in the cells.
    var floor: Int64 { Canary.showLostCells.isActive ? .min : floorTime }

    private var floorTime: Int64 { floorPage.map { $0 * resolution.pageWidth } ?? .min }

    /// Gives up what lies behind the horizon.
    mutating func advance(to now: Int64) {
        guard let horizon = resolution.horizon else { return }
        raiseFloor(to: (now - horizon).flooredQuotient(resolution.pageWidth))
    }

    /// Gives up all pages before that one.
    mutating func raiseFloor(to page: Int64) {
        guard page > floorPage ?? .min else { return }
        floorPage = page
        let kept = pages.firstIndex { $0.number >= page } ?? pages.endIndex
        for index in 0..<kept { byteCount -= pages[index].byteCount }
        pages.removeFirst(kept)
    }

    /// Counts rows, each in its series and, if there is one, in the total.
    mutating func count(_ rows: Occurrences, total: UInt32?) {
        addByPages(rows) { page, row in page.count(rows, from: row, total: total) }
    }

    /// Marks rows that were counted as errors.
    mutating func addErrors(_ rows: Occurrences, total: UInt32?) {
        addByPages(rows) { page, row in
            page.addError(rows.times[row], rows.series[row])
            if let total { page.addError(rows.times[row], total) }
            return row + 1
        }
    }

    /// Adds the values of rows.
    mutating func add(_ values: [Double], of rows: Occurrences) {
        addByPages(rows) { page, row in page.add(values, of: rows, from: row) }
    }

    /// Hands rows to their pages; `body` takes some from a row on and returns the next row.
    @inline(__always)
    private mutating func addByPages(
        _ rows: Occurrences, _ body: (inout CellPage, Int) -> Int
    ) {
        var row = 0
        while true {
            row = rows.first(from: row, atOrAfter: floorTime)
            if row == rows.count { return }
            let index = index(
                ofPage: rows.times[row].flooredQuotient(resolution.pageWidth))
            let before = pages[index].byteCount
            row = body(&pages[index], row)
            byteCount += pages[index].byteCount - before
            relieve()
        }
    }

    /// Gives up the oldest pages until the rest has its place.
    private mutating func relieve() {
        while byteCount > byteLimit, let oldest = pages.first {
            raiseFloor(to: oldest.number + 1)
        }
    }

    /// Where the page is, which is made where it is missing.
    private mutating func index(ofPage number: Int64) -> Int {
        var index = pages.count
        while index > 0, pages[index - 1].number >= number { index -= 1 }
        if index < pages.count, pages[index].number == number { return index }
        let neighbour = index > 0 ? pages[index - 1] : pages.first
        let page = CellPage(resolution, number: number, like: neighbour)
        byteCount += page.byteCount
        pages.insert(page, at: index)
        return index
    }

    /// Adds what a series has in `count` buckets from a time on to the totals.
    func add(_ series: UInt32, from start: Int64, count: Int, to totals: inout CellTotals) {
        forEachPage(from: start, count: count) { page, buckets in
            page.add(series, buckets, to: &totals)
        }
    }

    /// Calls `body` with each page that has some of `count` buckets from a time on, and which these are.
    @inline(__always)
    func forEachPage(from start: Int64, count: Int, _ body: (CellPage, Range<Int>) -> Void) {
        let end = start + Int64(count) * resolution.width
        var index = firstPage(from: start.flooredQuotient(resolution.pageWidth))
        while index < pages.count, pages[index].times.start < end {
            let offset = start - pages[index].times.start
            let first = max(offset, 0) / resolution.width
            let last = min(offset + end - start, resolution.pageWidth) / resolution.width
            body(pages[index], Int(first)..<Int(last))
            index += 1
        }
    }

    /// The index of the first page whose number is not below.
    private func firstPage(from number: Int64) -> Int {
        var lower = 0
        var upper = pages.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if pages[middle].number < number { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    /// Takes a page that was read back, later than all there are.
    mutating func restore(_ page: CellPage) {
        guard page.number >= floorPage ?? .min else { return }
        pages.append(page)
        byteCount += page.byteCount
        relieve()
    }
}
