import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// The index as bytes: written, read back, damaged.
@Suite struct IndexCheckpointTests {
    @Test(arguments: 1...UInt64(Effort.count(6)))
    func `what is read back is what was written, and goes on like it`(seed: UInt64) throws {
        var workload = IndexWorkload(seed: seed)
        var model = IndexModel()
        var untouched = IndexModel()
        for round in 0..<20 {
            let (events, arrival) = workload.batch()
            try model.add(events, arrival: arrival)
            try untouched.add(events, arrival: arrival)
            guard round % 5 == 4 else { continue }
            let bytes = model.state.encoded()
            let state = try IndexState(decoding: bytes.rawSpan, plan: model.plan)
            #expect(state.encoded() == bytes, "seed \(seed)")
            model.replaceState(state)
            #expect(model.state.encoded() == untouched.state.encoded(), "seed \(seed)")
        }
        for _ in 0..<20 { try model.check(workload.key(), workload.window()) }
    }

    @Test(arguments: 1...UInt64(Effort.count(3)))
    func `damaged bytes are refused or read, and nothing traps or grows`(seed: UInt64) throws {
        var workload = IndexWorkload(seed: seed)
        var model = IndexModel()
        for _ in 0..<6 {
            let (events, arrival) = workload.batch()
            try model.add(events, arrival: arrival)
        }
        let good = model.state.encoded()
        var mutator = Mutator(seed: seed)
        var refused = 0
        for _ in 0..<Effort.count(300) {
            var bytes = mutator.mutate(good)
            // A right size and checksum, so that what comes behind them is read.
            if bytes.count >= 88 {
                bytes.store(little: UInt64(bytes.count), at: 8)
                let hash = Checksum.hash64(bytes.rawSpan.slice(0, bytes.count - 8))
                bytes.store(little: hash, at: bytes.count - 8)
            }
            do throws(FormatError) {
                let state = try IndexState(decoding: bytes.rawSpan, plan: model.plan)
                #expect(state.byteCount <= model.plan.memoryLimit)
                let again = try IndexState(decoding: state.encoded().rawSpan, plan: model.plan)
                #expect(again.encoded() == state.encoded(), "seed \(seed)")
            } catch {
                #expect(error.format == .index)
                refused += 1
            }
        }
        #expect(refused > 0)
        // Any one bit that differs is found.
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var bytes = good
            bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            #expect(throws: FormatError.self) {
                try IndexState(decoding: bytes.rawSpan, plan: model.plan)
            }
        }
    }

    @Test func `an index of another plan is refused`() throws {
        let bytes = IndexState(.ofTests).encoded()
        var plan = IndexPlan.ofTests
        plan.user = "patient_id"
        do throws(FormatError) {
            _ = try IndexState(decoding: bytes.rawSpan, plan: plan)
            Issue.record("it was taken")
        } catch {
            #expect(error.condition == 5)
        }
        plan = .ofTests
        plan.memoryLimit /= 2
        _ = try IndexState(decoding: bytes.rawSpan, plan: plan)
    }

    @Test func `an hour without the total of its values is refused, a minute is not`() throws {
        for (level, width) in SketchTiers.resolutions.map(\.width).enumerated() {
            let state = IndexState(.ofTests)
            var page = SketchPage(number: 1_700_000_000_000_000 / width)
            page.restore(values: [Histogram.word(1)], SeriesTable.total + 1)
            var series = state.series
            _ = series.number(ofType: "a")
            var group = state.byType
            group.restore(sketches: level, page)
            let bytes = IndexState(
                .ofTests,
                IndexState.Parts(
                    series: series, byType: group, byDimension: state.byDimension, watermark: 1,
                    now: 1_700_000_000_000_000, lastDeletion: 0)
            ).encoded()
            do throws(FormatError) {
                _ = try IndexState(decoding: bytes.rawSpan, plan: .ofTests)
                #expect(level == 0)
            } catch {
                #expect(level > 0 && error.condition == 7)
            }
        }
    }

    @Test func `less memory gives up the oldest pages`() throws {
        var workload = IndexWorkload(seed: 3)
        var model = IndexModel()
        for _ in 0..<80 {
            let (events, arrival) = workload.batch()
            try model.add(events, arrival: arrival)
        }
        var plan = IndexPlan.ofTests
        plan.memoryLimit = model.state.byteCount / 4
        let bytes = model.state.encoded()
        model.replaceState(try IndexState(decoding: bytes.rawSpan, plan: plan))
        #expect(model.state.byteCount <= plan.memoryLimit)
        for _ in 0..<30 { try model.check(workload.key(), workload.window()) }
    }
}
