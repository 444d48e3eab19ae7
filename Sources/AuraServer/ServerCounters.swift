import AuraEngine
import AuraWire
import Synchronization

/// What happened since the server began to listen.
final class ServerCounters: Sendable {
    private let batches = Atomic<UInt64>(0)
    private let events = Atomic<UInt64>(0)
    private let bytes = Atomic<UInt64>(0)
    private let duplicates = Atomic<UInt64>(0)
    private let rewritten = Atomic<UInt64>(0)
    private let questions = Atomic<UInt64>(0)
    private let accepted = Atomic<UInt64>(0)
    private let handshakes = Atomic<UInt64>(0)
    private let failedHandshakes = Atomic<UInt64>(0)
    private let failures = Mutex<[FailureCode: UInt64]>([:])

    func countStored(events count: Int, bytes size: Int, isRewritten: Bool) {
        batches.wrappingAdd(1, ordering: .relaxed)
        events.wrappingAdd(UInt64(count), ordering: .relaxed)
        bytes.wrappingAdd(UInt64(size), ordering: .relaxed)
        if isRewritten { rewritten.wrappingAdd(1, ordering: .relaxed) }
    }

    func countDuplicate() { duplicates.wrappingAdd(1, ordering: .relaxed) }
    func countQuestion() { questions.wrappingAdd(1, ordering: .relaxed) }
    func countConnection() { accepted.wrappingAdd(1, ordering: .relaxed) }

    /// Counts a TLS handshake that was done.
    func countHandshake() { handshakes.wrappingAdd(1, ordering: .relaxed) }
    /// Counts a TLS handshake that failed; those that took too long are failures of their own.
    func countFailedHandshake() { failedHandshakes.wrappingAdd(1, ordering: .relaxed) }

    func countFailure(_ code: FailureCode) {
        failures.withLock { $0[code, default: 0] += 1 }
    }

    /// All of it by name; failures only where there were some.
    var all: [StatusInfo.Counter] {
        var counters = [
            StatusInfo.Counter("batches.stored", batches.load(ordering: .relaxed)),
            StatusInfo.Counter("batches.duplicate", duplicates.load(ordering: .relaxed)),
            StatusInfo.Counter("batches.rewritten", rewritten.load(ordering: .relaxed)),
            StatusInfo.Counter("batches.bytes", bytes.load(ordering: .relaxed)),
            StatusInfo.Counter("events.stored", events.load(ordering: .relaxed)),
            StatusInfo.Counter("questions", questions.load(ordering: .relaxed)),
            StatusInfo.Counter("connections.accepted", accepted.load(ordering: .relaxed)),
            StatusInfo.Counter("tls.handshakes", handshakes.load(ordering: .relaxed)),
            StatusInfo.Counter("tls.failed", failedHandshakes.load(ordering: .relaxed)),
        ]
        let failures = failures.withLock { $0 }
        for (code, count) in failures.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            counters.append(StatusInfo.Counter("failures.\(code)", count))
        }
        return counters
    }
}

extension StatusInfo {
    /// Processor time of what is done beside the writer, by name.
    static func counters(_ time: BackgroundTime) -> [Counter] {
        [
            Counter("flushes.cpu_us", time.flushes / 1_000),
            Counter("compactions.cpu_us", time.compactions / 1_000),
        ]
    }
}
