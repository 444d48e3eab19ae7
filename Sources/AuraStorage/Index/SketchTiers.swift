import AuraCore

/// The users and values of all series in one bucket.
struct SketchPage: Sendable {
    /// Its place among the buckets of its resolution, from the epoch.
    let number: Int64
    var users = WordTables()
    var values = WordTables()

    init(number: Int64) {
        self.number = number
    }

    /// Bytes of memory.
    var byteCount: Int { MemoryLayout<SketchPage>.stride + users.byteCount + values.byteCount }

    /// Adds what a finer page holds; its users also to the total, where it has none of its own.
    mutating func merge(_ page: SketchPage, total: UInt32?) {
        if Canary.loseMergedUsers.isActive { return }
        for (series, table) in page.users.tables.enumerated() where table.capacity > 0 {
            users.merge(usersOf: table, in: page.users, UInt32(series))
            if let total { users.merge(usersOf: table, in: page.users, total) }
        }
        for (series, table) in page.values.tables.enumerated() where table.capacity > 0 {
            for word in page.values.places(of: table) where word != 0 {
                values.add(
                    bin: word & Histogram.binMask, word >> Histogram.binBits, UInt32(series))
            }
        }
    }
}

/// Users and histograms of values: each event in one page, the finer the later.
///
/// As time goes on, minutes are merged into hours and hours into days; where memory is short, sooner.
/// Minutes keep users by series alone; their total is formed where minutes become hours.
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
            let page = SketchPage(number: number)
            byteCount += page.byteCount
            pages.insert(page, at: index)
            return index
        }

        /// The pages of those numbers.
        func pages(_ numbers: Range<Int64>) -> ArraySlice<SketchPage> {
            let first = pages.firstIndex { $0.number >= numbers.lowerBound } ?? pages.endIndex
            return pages[first...].prefix { $0.number < numbers.upperBound }
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
        addByPages(rows) { page, row, level in
            page.users.insert(user: hashes[row], rows.series[row])
            if level > 0, let total { page.users.insert(user: hashes[row], total) }
        }
    }

    /// Adds values to the histograms of their series.
    mutating func add(_ values: [Double], of rows: Occurrences) {
        addByPages(rows) { page, row, _ in
            page.values.add(bin: Histogram.bin(of: values[row]), 1, rows.series[row])
        }
    }

    @inline(__always)
    private mutating func addByPages(
        _ rows: Occurrences, _ body: (inout SketchPage, Int, Int) -> Void
    ) {
        var row = 0
        while row < rows.count {
            let time = rows.times[row]
            guard let level = level(of: time) else {
                row += 1
                continue
            }
            let width = SketchTiers.resolutions[level].width
            let start = time.aligned(to: width)
            let index = tiers[level].index(of: time.flooredQuotient(width))
            tiers[level].change(index) { page in
                repeat {
                    body(&page, row, level)
                    row += 1
                } while row < rows.count
                    && UInt64(bitPattern: rows.times[row] &- start) < UInt64(width)
            }
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
        while let page = tiers[level].pages.first, page.number * width < floor {
            tiers[level].byteCount -= page.byteCount
            tiers[level].pages.removeFirst()
            merge(page, of: level)
        }
    }

    /// Adds a page of a tier that does not reach back to it to the tier that does.
    private mutating func merge(_ page: SketchPage, of level: Int) {
        let start = page.number * SketchTiers.resolutions[level].width
        let held = tiers.indices.first { $0 > level && start >= tiers[$0].floor }
        guard let coarser = held else { return }
        let number = start.flooredQuotient(SketchTiers.resolutions[coarser].width)
        let index = tiers[coarser].index(of: number)
        let total = level == 0 ? total : nil
        tiers[coarser].change(index) { $0.merge(page, total: total) }
        relieve(coarser)
    }

    /// Takes the floor of a tier that was read back.
    mutating func restore(_ level: Int, floor: Int64) {
        tiers[level].floor = floor
    }

    /// Takes a page that was read back, later than all there are.
    mutating func restore(_ level: Int, _ page: SketchPage) {
        guard page.number * SketchTiers.resolutions[level].width >= tiers[level].floor else {
            merge(page, of: level)
            return
        }
        tiers[level].pages.append(page)
        tiers[level].byteCount += page.byteCount
        relieve(level)
    }
}
