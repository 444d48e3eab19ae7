import AuraCore
import AuraEngine
import AuraStorage
import AuraTesting
import Synchronization

/// A clock that moves one millisecond at each look.
final class StepClock: Sendable {
    private let time: Mutex<Int64>

    init(start: Int64 = 1_700_000_000_000_000) {
        time = Mutex(start)
    }

    func now() -> Int64 {
        time.withLock { time in
            time += 1_000
            return time
        }
    }
}

/// A store on a simulated disk, with small segments.
func openStore(
    on disk: SimulatedFileSystem, memoryLimit: Int = 64 << 20, segmentSize: Int64 = 256 << 10,
    clock: StepClock = StepClock(), indexPlan: IndexPlan? = .standard, flushRows: Int = 1 << 20
) throws(EngineError) -> EventStore {
    var configuration = EventStoreConfiguration(
        directory: "/data", newIncarnation: 11, fileSystem: disk, clock: { clock.now() })
    configuration.segmentSize = segmentSize
    configuration.memoryLimit = memoryLimit
    configuration.indexPlan = indexPlan
    configuration.flushRows = flushRows
    // Who wants little memory wants it to be spent.
    if memoryLimit < 64 << 20 { configuration.flushBytes = .max }
    return try EventStore(configuration)
}

/// A batch of events.
func batch(_ events: [Event]) throws -> EventBatch {
    var builder = BatchBuilder()
    for event in events { _ = try builder.append(event) }
    let bytes = builder.finish()
    return try EventBatch(validating: bytes ?? [])
}

/// `count` events with a few types and attributes, by chance.
func someEvents(_ count: Int, _ random: inout SeededRandom) -> [Event] {
    (0..<count).map { _ in
        var attributes: [Attribute] = []
        if random.chance(60) {
            attributes.append(Attribute("user_id", .int64(Int64(random.below(5)))))
        } else if random.chance(30) {
            attributes.append(Attribute("user_id", .string(String(random.below(5)))))
        }
        if random.chance(50) {
            attributes.append(
                Attribute("status", .string(random.element(of: ["ok", "failed", "late"]))))
        }
        if random.chance(20) { attributes.append(Attribute("x", .float64(0.5))) }
        if random.chance(20) { attributes.append(Attribute("done", .bool(random.chance(50)))) }
        // Columns have an order of their own, by name; events come back in it.
        attributes.sort { $0.name < $1.name }
        return Event(
            type: random.element(of: ["a.one", "a.two", "b.three", "c"]),
            time: Timestamp(microseconds: Int64(random.below(4_000_000_000)) - 500_000_000),
            attributes: attributes)
    }
}

/// Submits with an origin and waits for the answer.
func submit(
    _ batch: EventBatch, _ origin: BatchOrigin, to store: EventStore
) async -> Result<AppendOutcome, Refusal> {
    await withCheckedContinuation { continuation in
        store.submit(batch.bytes, layout: batch.layout, origin: origin) {
            continuation.resume(returning: $0)
        }
    }
}

/// Opens a producer and waits for the answer.
func open(_ name: String, in store: EventStore) async -> Result<AppendOutcome, Refusal> {
    await withCheckedContinuation { continuation in
        store.open(producer: name) { continuation.resume(returning: $0) }
    }
}

extension EventStore {
    /// All events, in order.
    func allEvents() throws -> [Event] {
        var events: [Event] = []
        try snapshot.forEachStrip { strip in
            events += strip.batch.events()
            return true
        }
        return events
    }
}
