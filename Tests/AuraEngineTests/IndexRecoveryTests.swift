import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// The index that a flush leaves behind, and what becomes of it.
@Suite struct IndexRecoveryTests {
    /// What happens to a store between two openings.
    enum Mishap: CaseIterable {
        case none, missing, rotten, cutShort, ofTheFlushBefore, unreadable, anotherPlan, noPlan
    }

    private static let first = "/data/INDEX-0000000000000001"
    private static let second = "/data/INDEX-0000000000000002"

    @Test(arguments: Mishap.allCases)
    func `the index goes on from the last flush, or is counted anew`(_ mishap: Mishap) async throws
    {
        var random = SeededRandom(seed: 4)
        let disk = SimulatedFileSystem()
        let clock = StepClock()
        var plan = IndexPlan.standard
        plan.otherValue = "x"
        var store = try openStore(on: disk, clock: clock, indexPlan: plan)
        _ = try await store.append(batch(someEvents(300, &random)))
        try await store.flush()
        let older = try disk.open(Self.first, .read)
        let oldBytes = try older.read(at: 0, count: Int(try older.size()))
        _ = try await store.append(batch(someEvents(200, &random)))
        try await store.flush()
        _ = try await store.append(batch(someEvents(100, &random)))
        let before = try figures(of: store)
        try store.close()

        switch mishap {
        case .none, .unreadable: break
        case .missing: try disk.remove(Self.second)
        case .rotten: try disk.flipBit(Self.second, 8 * 60 + 1)
        case .cutShort: try rewrite(disk, Array(read(disk).dropLast(9)))
        case .ofTheFlushBefore: try rewrite(disk, oldBytes)
        case .anotherPlan:
            plan.user = "patient_id"
            store = try openStore(on: disk, clock: clock, indexPlan: plan)
            #expect(store.recovery.indexLoss?.contains("plan") == true)
            try await store.flush()
            try store.close()
            plan.user = "user_id"
        case .noPlan:
            store = try openStore(on: disk, clock: clock, indexPlan: nil)
            _ = try await store.append(batch([Event(type: "later", time: .init(seconds: 1))]))
            try await store.flush()
            try store.close()
        }
        if mishap == .unreadable {
            disk.failures = [.unreadable(path: Self.second, offset: 100)]
        }
        store = try openStore(on: disk, clock: clock, indexPlan: plan)
        // It goes beside the writer, at the latest with the next start.
        #expect(try !disk.exists(Self.first))
        #expect((store.recovery.indexLoss == nil) == (mishap == .none))
        if mishap != .noPlan { #expect(try figures(of: store) == before) }
        #expect(try store.auditIndex(seed: 4).mismatches.isEmpty)
        try store.close()
    }

    private func figures(of store: EventStore) throws -> [MetricRow] {
        var query = MetricQuery()
        query.isByType = true
        query.parts = [.values, .quantiles, .users]
        let result = try store.metrics(query)
        #expect(result.isComplete)
        return result.rows
    }

    private func read(_ disk: SimulatedFileSystem) throws -> [UInt8] {
        let file = try disk.open(Self.second, .read)
        return try file.read(at: 0, count: Int(try file.size()))
    }

    private func rewrite(_ disk: SimulatedFileSystem, _ bytes: [UInt8]) throws {
        try disk.remove(Self.second)
        try disk.open(Self.second, .create).write(bytes.rawSpan, at: 0)
    }
}
