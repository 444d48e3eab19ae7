import AuraCore

/// The cells and sketches of series that share their memory: those by type, or those by dimension.
package struct SeriesGroup: Sendable {
    private(set) var tiers: [CellTier]
    private(set) var sketches: SketchTiers
    private let total: UInt32?

    /// Shares of the memory in hundredths: of the cells from fine to coarse, then of the sketches.
    private static let shares = [8, 30, 22, 10]
    private static let sketchShares = [8, 10, 12]

    init(total: UInt32?, byteLimit: Int) {
        self.total = total
        tiers = zip(Resolution.allCases, SeriesGroup.shares).map {
            CellTier($0, byteLimit: byteLimit / 100 * $1)
        }
        sketches = SketchTiers(
            total: total, byteLimits: SeriesGroup.sketchShares.map { byteLimit / 100 * $0 })
    }

    /// Bytes of memory.
    var byteCount: Int { tiers.reduce(sketches.byteCount) { $0 + $1.byteCount } }

    mutating func advance(to now: Int64) {
        for index in tiers.indices { tiers[index].advance(to: now) }
        sketches.advance(to: now)
    }

    mutating func add(_ rows: IndexedRows) {
        for index in tiers.indices {
            tiers[index].count(rows.events, total: total)
            tiers[index].addErrors(rows.errors, total: total)
            tiers[index].add(rows.values, of: rows.valued)
        }
        sketches.insert(rows.users, of: rows.used)
        sketches.add(rows.values, of: rows.valued)
    }

    /// A window, cut into buckets of cells.
    package func cells(in window: Range<Int64>) -> WindowCover {
        WindowCover(
            of: window,
            by: tiers.map { .init(width: $0.resolution.width, held: $0.floor..<Int64.max) })
    }

    /// Adds the cells of series in a window to the totals.
    package func addCells(
        _ series: [UInt32], _ window: WindowCover, to totals: inout CellTotals
    ) {
        for run in window.runs {
            for number in series {
                tiers[run.level].add(number, from: run.start, count: run.count, to: &totals)
            }
        }
    }

    /// The width of the narrowest buckets that hold events of that time; nil if none do.
    package func narrowestCells(at time: Int64) -> Int64? {
        tiers.first { time >= $0.floor }?.resolution.width
    }

    /// The width of the narrowest buckets that hold users and values of that time.
    package func narrowestSketches(at time: Int64) -> Int64? {
        zip(sketches.tiers, SketchTiers.resolutions).first { time >= $0.0.floor }?.1.width
    }

    /// A window, cut into buckets of sketches.
    package func sketches(in window: Range<Int64>) -> WindowCover {
        var end = Int64.max
        var levels: [WindowCover.Level] = []
        for (tier, resolution) in zip(sketches.tiers, SketchTiers.resolutions) {
            levels.append(.init(width: resolution.width, held: tier.floor..<max(tier.floor, end)))
            end = min(end, tier.floor)
        }
        return WindowCover(of: window, by: levels)
    }

    /// Adds the users of series in a window.
    package func addUsers(_ series: [UInt32], _ window: WindowCover, to users: inout UserSet) {
        forEachSketch(in: window) { page, isFinest in
            for number in series {
                // The finest pages have no users of the total, but those of each type.
                if number == total, isFinest {
                    for table in page.users.tables where table.capacity > 0 {
                        users.merge(table, in: page.users)
                    }
                    users.insert(page.newUsers.words)
                    continue
                }
                if let table = page.users.table(of: number) {
                    users.merge(table, in: page.users)
                }
                page.newUsers.forEach(of: number) { users.insert($0) }
            }
        }
    }

    /// Adds the values of series in a window.
    package func addValues(_ series: [UInt32], _ window: WindowCover, to values: inout Histogram) {
        forEachSketch(in: window) { page, isFinest in
            for number in series {
                // As with users, the finest pages have no values of the total.
                let isOfAll = number == total && isFinest
                let tables = page.values.tables
                let wanted = isOfAll ? 0..<tables.count : Int(number)..<Int(number) + 1
                for table in tables[wanted.clamped(to: tables.indices)] where table.capacity > 0 {
                    let places = page.values.places(of: table)
                    values.add(places.span)
                }
                let fresh = isOfAll ? page.newValues.words : page.newValues.words(of: number)
                values.add(fresh.span)
            }
        }
    }

    private func forEachSketch(
        in window: WindowCover, _ body: (borrowing SketchPage, _ isFinest: Bool) -> Void
    ) {
        for run in window.runs {
            let first = run.start.flooredQuotient(SketchTiers.resolutions[run.level].width)
            sketches.tiers[run.level].forEach(of: first..<first + Int64(run.count)) {
                body($0, run.level == 0)
            }
        }
    }

    /// A cell.
    package struct Place: Sendable {
        package let series: UInt32
        package let range: Range<Int64>
        package let totals: CellTotals
    }

    /// A random cell, empty or not, of a series that has some in a random page.
    package func cell(_ random: inout some RandomNumberGenerator) -> Place? {
        let used = tiers.filter { !$0.pages.isEmpty }
        guard let tier = used.randomElement(using: &random),
            let page = tier.pages.randomElement(using: &random),
            let series = page.counts.series.randomElement(using: &random)
        else { return nil }
        let bucket = Int.random(in: 0..<tier.resolution.pageLength, using: &random)
        let start = page.times.start(ofBucket: bucket)
        var totals = CellTotals()
        page.add(series, bucket..<bucket + 1, to: &totals)
        return Place(
            series: series, range: start..<start + tier.resolution.width, totals: totals)
    }

    /// Takes the floor of a tier that was read back.
    mutating func restore(_ tier: Int, floorPage: Int64) {
        tiers[tier].raiseFloor(to: floorPage)
    }

    /// Takes a page that was read back.
    mutating func restore(_ tier: Int, _ page: CellPage) {
        tiers[tier].restore(page)
    }

    /// Whether a page of sketches of that tier has the total of what it has, if it must.
    func hasTotal(of page: SketchPage, _ level: Int) -> Bool {
        guard let total, level > 0 else { return true }
        return [page.users, page.values].allSatisfy { sketches in
            sketches.table(of: total) != nil || sketches.tables.allSatisfy { $0.capacity == 0 }
        }
    }

    /// Takes the floor of a tier of sketches that was read back.
    mutating func restore(sketches level: Int, floor: Int64) {
        sketches.restore(level, floor: floor)
    }

    /// Takes a page that was read back.
    mutating func restore(sketches level: Int, _ page: SketchPage) {
        sketches.restore(level, page)
    }
}
