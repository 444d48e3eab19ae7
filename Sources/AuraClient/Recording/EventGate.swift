import AuraCore
import Synchronization

/// What each recorded event passes before it is batched with others: the clock, the privacy rules,
/// the cap of attributes.
///
/// What the server would refuse is refused here, where its caller is still known.
final class EventGate: Sendable {
    private struct State {
        var cap = AttributeCap()
        var counters = PrivacyCounters()
    }

    private let rules: PrivacyRules?
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(_ configuration: ClientConfiguration) {
        rules = configuration.privacy
        clock = configuration.clock
    }

    /// What the rules left out, cut and refused.
    var counters: PrivacyCounters { state.withLock { $0.counters } }

    /// A name as a notice may repeat it.
    func shown(_ name: String) -> String { rules?.presentable(name) ?? name }

    /// The event as it may be sent.
    ///
    /// - Parameter news: Told of each attribute that a rule takes hold of for the first time.
    func admit(
        _ event: Event, news: ([PrivacyFinding]) -> Void
    ) throws(ClientError) -> Event {
        let latest = clock().microseconds + Limits.futureTolerance
        guard event.time.microseconds <= latest else {
            throw .event(.timeTooFar(event.time.microseconds))
        }
        guard let rules else { return state.withLock { $0.cap.apply(to: event) } }
        let (permitted, findings) = rules.sanitize(event)
        let (admitted, first) = state.withLock { state in
            if permitted == nil { state.counters.refusedEvents += 1 }
            let first = findings.filter { state.counters.count($0) }
            return (permitted.map { state.cap.apply(to: $0) }, first)
        }
        if !first.isEmpty { news(first) }
        guard let admitted else { throw .forbidden(findings) }
        return admitted
    }
}
