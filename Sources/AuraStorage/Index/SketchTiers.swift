import AuraCore

/// Users and histograms of values: each event in one page, the finer the later.
///
/// As time goes on, minutes are merged into hours and hours into days; where memory is short, sooner.
/// Minutes keep users and values by series alone; their total is formed where minutes become hours.
struct SketchTiers: Sendable {
    /// From fine to coarse.
    static let resolutions: [Resolution] = [.minute, .hour, .day]
    /// How far back from the present the first two reach: whole pages of the next, in µs.
    private static let horizons = [2 * Resolution.hour.width, 48 * Resolution.hour.width]

    /// Pages of a resolution, ascending.
    struct Tier: Sendable {
        var pages: [SketchPage] = []
        var byteCount = 0
        /// Time from which on events are in this tier or in a finer one.
        var floor = Int64.min
        let byteLimit: Int

        /// Where the page is, which is made where it is missing.
        mutating func index(of number: Int64) -> Int {
            var index = pages.count
            while index > 0, pages[index - 1].number >= number { index -= 1 }
            if index < pages.count, pages[index].number == number { return index }
            let page = SketchPage(number: number, like: index > 0 ? pages[index - 1] : nil)
            byteCount += page.byteCount
            pages.insert(page, at: index)
            return index
        }

        /// Calls `body` with the pages of those numbers.
        func forEach(of numbers: Range<Int64>, _ body: (borrowing SketchPage) -> Void) {
            let pages = pages.span
            var index = 0
            var end = pages.count
            while index < end {
                let middle = (index + end) / 2
                if pages[middle].number < numbers.lowerBound {
                    index = middle + 1
                } else {
                    end = middle
                }
            }
            while index < pages.count, pages[index].number < numbers.upperBound {
                body(pages[index])
                index += 1
            }
        }

        /// Changes a page and keeps the count of bytes true.
        @inline(__always)
        mutating func change(_ index: Int, _ body: (inout SketchPage) -> Void) {
            let before = pages[index].byteCount
            body(&pages[index])
            byteCount += pages[index].byteCount - before
        }
    }

    private(set) var tiers: [Tier]
    private let total: UInt32?

    init(total: UInt32?, byteLimits: [Int]) {
        self.total = total
        tiers = byteLimits.map { Tier(byteLimit: $0) }
    }

    /// Bytes of memory.
    var byteCount: Int { tiers.reduce(0) { $0 + $1.byteCount } }

    /// Merges what lies behind the horizons into coarser pages.
    mutating func advance(to now: Int64) {
        for level in 0..<2 {
            let width = SketchTiers.resolutions[level + 1].width
            let floor = (now - SketchTiers.horizons[level]).aligned(to: width)
            if floor > tiers[level].floor { raiseFloor(of: level, to: floor) }
        }
    }

    /// Adds users, each in its series.
    mutating func insert(_ hashes: [UInt64], of rows: Occurrences) {
        let total = total
        addByPages(rows) { page, range, level in
            if level == 0 {
                page.note(users: hashes[range], rows.series[range])
            } else {
                page.add(users: hashes[range], rows.series[range], total: total)
            }
        }
    }

    /// Adds values to the histograms of their series.
    mutating func add(_ values: [Double], of rows: Occurrences) {
        let words = values.map(Histogram.word)
        let total = total
        addByPages(rows) { page, range, level in
            if level == 0 {
                page.note(values: words[range], rows.series[range])
            } else {
                page.add(values: words[range], rows.series[range], total: total)
            }
        }
    }

    /// Hands rows to their pages, as many as follow each other in one.
    @inline(__always)
    private mutating func addByPages(
        _ rows: Occurrences, _ body: (inout SketchPage, Range<Int>, Int) -> Void
    ) {
        var row = 0
        while row < rows.count {
            let first = row
            let time = rows.times[row]
            row += 1
            guard let level = level(of: time) else { continue }
            let width = SketchTiers.resolutions[level].width
            let start = time.aligned(to: width)
            while row < rows.count, UInt64(bitPattern: rows.times[row] &- start) < UInt64(width) {
                row += 1
            }
            let index = tiers[level].index(of: time.flooredQuotient(width))
            tiers[level].change(index) { body(&$0, first..<row, level) }
            relieve(level)
        }
    }

    /// The tier that holds events of that time; nil where none does any more.
    private func level(of time: Int64) -> Int? {
        tiers.firstIndex { time >= $0.floor }
    }

    /// Gives up the oldest pages of a tier until the rest has its place.
    private mutating func relieve(_ level: Int) {
        let width = SketchTiers.resolutions[min(level + 1, 2)].width
        while tiers[level].byteCount > tiers[level].byteLimit, let oldest = tiers[level].pages.first
        {
            let start = oldest.number * SketchTiers.resolutions[level].width
            raiseFloor(of: level, to: start.aligned(to: width) + width)
        }
    }

    /// Merges the pages before a time into coarser ones; those of the last tier are forgotten.
    private mutating func raiseFloor(of level: Int, to floor: Int64) {
        let width = SketchTiers.resolutions[level].width
        tiers[level].floor = floor
        let kept = tiers[level].pages.firstIndex { $0.number * width >= floor }
        let raised = Array(tiers[level].pages[..<(kept ?? tiers[level].pages.endIndex)])
        tiers[level].pages.removeFirst(raised.count)
        tiers[level].byteCount -= raised.reduce(0) { $0 + $1.byteCount }
        merge(raised, of: level)
    }

    /// Adds pages of a tier that does not reach back to them, ascending, to those that do.
    private mutating func merge(_ pages: [SketchPage], of level: Int) {
        var first = 0
        while first < pages.count {
            let start = pages[first].number * SketchTiers.resolutions[level].width
            let held = tiers.indices.first { $0 > level && start >= tiers[$0].floor }
            guard let coarser = held else {
                first += 1
                continue
            }
            let width = SketchTiers.resolutions[coarser].width
            let number = start.flooredQuotient(width)
            let end = pages[first...].firstIndex {
                $0.number * SketchTiers.resolutions[level].width >= (number + 1) * width
            }
            let index = tiers[coarser].index(of: number)
            let total = level == 0 ? total : nil
            tiers[coarser].change(index) {
                $0.merge(pages[first..<(end ?? pages.endIndex)], into: total)
            }
            relieve(coarser)
            first = end ?? pages.endIndex
        }
    }

    /// Takes the floor of a tier that was read back.
    mutating func restore(_ level: Int, floor: Int64) {
        tiers[level].floor = floor
    }

    /// Takes a page that was read back, later than all there are.
    mutating func restore(_ level: Int, _ page: SketchPage) {
        guard page.number * SketchTiers.resolutions[level].width >= tiers[level].floor else {
            merge([page], of: level)
            return
        }
        tiers[level].pages.append(page)
        tiers[level].byteCount += page.byteCount
        relieve(level)
    }
}
