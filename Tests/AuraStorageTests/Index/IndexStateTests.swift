import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct IndexStateTests {
    @Test(arguments: 1...UInt64(Effort.count(12)))
    func `whatever comes in whatever order, each bucket equals a recount`(seed: UInt64) throws {
        do { try IndexModel.run(seed: seed) } catch {
            Issue.record("seed \(seed): \(error)")
        }
    }

    @Test func `every resolution reaches as far back as its horizon`() throws {
        var model = IndexModel()
        let now = IndexWorkload.start.aligned(to: Resolution.day.width)
        // An event of each resolution's last bucket, one of the bucket before its page, and one now.
        let days: [Int64] = [0, 1, 399, 400, 431, 3_000]
        let hours: [Int64] = [1, 2, 3, 47, 49]
        let times =
            days.map { now - $0 * Resolution.day.width }
            + hours.map {
                now - $0 * Resolution.hour.width
            }
        try model.add(times.map { Event(type: "a", time: .init(microseconds: $0)) }, arrival: now)
        let floors = model.state.byType.tiers.dropLast().map { now - $0.floor }
        for (tier, depth) in zip(model.state.byType.tiers, floors) {
            let horizon = try #require(tier.resolution.horizon)
            #expect((horizon..<horizon + tier.resolution.pageWidth).contains(depth))
        }
        #expect(model.state.byType.tiers[3].floor == .min)
        let wide = try model.check(.total, Int64.min / 4..<now + 1)
        #expect(!wide.cells, "a window without end cannot be whole")
        let from = times.min() ?? 0
        let whole = try model.check(
            .total, from.aligned(to: Resolution.day.width)..<now + Resolution.day.width)
        #expect(whole.cells && whole.users)
        let minute = (now - 50 * Resolution.hour.width)
        #expect(try !model.check(.total, minute..<minute + Resolution.minute.width).cells)
    }

    @Test func `a clock that is ahead does not throw the present away`() throws {
        var model = IndexModel()
        let now = IndexWorkload.start
        let ahead = now + 20 * Resolution.hour.width
        try model.add(
            [
                Event(type: "a", time: .init(microseconds: now)),
                Event(type: "a", time: .init(microseconds: ahead)),
                Event(type: "a", time: .init(microseconds: now + 30 * Resolution.hour.width)),
            ], arrival: now)
        #expect(model.state.now == now)
        #expect(model.state.beyond != nil)
        let start = now.aligned(to: Resolution.tenSeconds.width)
        #expect(try model.check(.total, start..<start + Resolution.tenSeconds.width).cells)
        // When its time comes, it is in its bucket.
        try model.add([Event(type: "a", time: .init(microseconds: ahead + 1))], arrival: ahead + 1)
        #expect(model.state.now == ahead + 1)
        let minute = ahead.aligned(to: Resolution.minute.width)
        #expect(try model.check(.total, minute..<minute + Resolution.minute.width).cells)
    }

    @Test(arguments: 1...UInt64(Effort.count(5)))
    func `cells, users and histograms do not depend on the order`(seed: UInt64) throws {
        var workload = IndexWorkload(seed: seed)
        var events: [Event] = []
        for _ in 0..<6 { events += workload.batch().events }
        let now = workload.now
        var random = workload.random
        var first = IndexModel()
        try first.add([Event(type: "clock", time: .init(microseconds: now))], arrival: now)
        var second = first
        for event in events { try first.add([event], arrival: now) }
        try second.add(events.shuffled(using: &random), arrival: now)
        for _ in 0..<60 {
            let key = workload.key()
            let window = workload.window()
            guard let left = first.state.series.number(key),
                let right = second.state.series.number(key),
                let leftGroup = key.dimension == nil ? first.state.byType : first.state.byDimension,
                let rightGroup = key.dimension == nil
                    ? second.state.byType : second.state.byDimension
            else { continue }
            let cells = (leftGroup.cells(in: window), rightGroup.cells(in: window))
            let sketches = (leftGroup.sketches(in: window), rightGroup.sketches(in: window))
            #expect(cells.0.edges == cells.1.edges && sketches.0.edges == sketches.1.edges)
            var totals = (CellTotals(), CellTotals())
            leftGroup.addCells([left], cells.0, to: &totals.0)
            rightGroup.addCells([right], cells.1, to: &totals.1)
            #expect(totals.0.isNear(totals.1), "seed \(seed)")
            var users = (UserSet(), UserSet())
            leftGroup.addUsers([left], sketches.0, to: &users.0)
            rightGroup.addUsers([right], sketches.1, to: &users.1)
            #expect(users.0.count == users.1.count && users.0.isExact == users.1.isExact)
            var values = (Histogram(), Histogram())
            leftGroup.addValues([left], sketches.0, to: &values.0)
            rightGroup.addValues([right], sketches.1, to: &values.1)
            #expect(values.0.quantiles([0, 0.3, 1]) == values.1.quantiles([0, 0.3, 1]))
        }
    }

    @Test func `types beyond the cap share a series, and planned ones have theirs`() throws {
        var model = IndexModel()
        let now = IndexWorkload.start
        let many = IndexPlan.maximumTypes + 700
        for part in 0..<many / 1_000 + 1 {
            let numbers = part * 1_000..<min(many, (part + 1) * 1_000)
            guard !numbers.isEmpty else { continue }
            try model.add(
                numbers.map { Event(type: "t\($0)", time: .init(microseconds: now)) }, arrival: now)
        }
        try model.add([Event(type: "api.error", time: .init(microseconds: now))], arrival: now)
        #expect(model.state.series.hasOtherTypes)
        let day = now.aligned(to: Resolution.day.width)
        func count(_ key: SeriesKey) throws -> CellTotals {
            var totals = CellTotals()
            let number = try #require(model.state.series.number(key))
            model.state.byType.addCells(
                [number], model.state.byType.cells(in: day..<day + Resolution.day.width),
                to: &totals)
            return totals
        }
        #expect(try count(.total).count == many + 1)
        #expect(try count(.total).errors == 1)
        #expect(try count(SeriesKey(type: .other)).count == 700)
        #expect(try count(SeriesKey(type: .named(ExactText("api.error")))).errors == 1)
    }

    @Test func `values of a dimension beyond the cap share a series`() throws {
        var model = IndexModel()
        let now = IndexWorkload.start
        // Each has a series of its type and one of all types.
        let most = IndexPlan.maximumSeriesOfDimension / 2
        try model.add(
            (0..<most + 50).map { number in
                var event = Event(type: "a", time: .init(microseconds: now))
                event.attributes = [Attribute("clinic_id", .int64(Int64(number)))]
                return event
            }, arrival: now)
        #expect(model.state.series.hasOtherValues == [true])
        let group = try #require(model.state.byDimension)
        let day = now.aligned(to: Resolution.day.width)
        for type in [SeriesKey.Part.named(ExactText("a")), nil] {
            let other = SeriesKey(type: type, dimension: 0, value: .other)
            var totals = CellTotals()
            let number = try #require(model.state.series.number(other))
            group.addCells([number], group.cells(in: day..<day + Resolution.day.width), to: &totals)
            #expect(totals.count == 50)
        }
        try model.check(
            SeriesKey(dimension: 0, value: .named(.int64(7))), day..<day + Resolution.day.width)
    }

    @Test(arguments: [1 << 20, 4 << 20])
    func `memory stays under its limit, and what is left is right`(limit: Int) throws {
        var plan = IndexPlan.ofTests
        plan.memoryLimit = limit
        var model = IndexModel(plan)
        var workload = IndexWorkload(seed: 7)
        var random = SeededRandom(seed: 9)
        for _ in 0..<60 {
            var (events, arrival) = workload.batch()
            for index in events.indices where random.chance(50) {
                events[index].type = "custom.\(random.below(100))"
            }
            try model.add(events, arrival: arrival)
            #expect(model.state.byteCount <= limit)
        }
        #expect(model.state.byType.tiers.contains { $0.floor > .min })
        for _ in 0..<40 { try model.check(workload.key(), workload.window()) }
    }
}

extension IndexModel {
    /// Gives a workload to an index and compares random windows with recounts.
    static func run(seed: UInt64, batches: Int = 16, checks: Int = 4) throws {
        var workload = IndexWorkload(seed: seed)
        var model = IndexModel()
        for _ in 0..<batches {
            let (events, arrival) = workload.batch()
            try model.add(events, arrival: arrival)
            for _ in 0..<checks { try model.check(workload.key(), workload.window()) }
        }
        // The newest buckets, which have been changed last.
        for resolution in Resolution.allCases {
            let start = workload.now.aligned(to: resolution.width)
            try model.check(.total, start..<start + resolution.width)
        }
    }
}
