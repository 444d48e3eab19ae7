import AuraWire

/// Which requests may come on a connection now: a pure value, without sockets or time.
///
/// ```
/// greeting ── HELLO ──► authenticating ── AUTH ──► checking ── granted ──► ready ──► draining
///     └──────────────── HELLO, no key asked ───────────────────────────────►┘
/// ```
struct ConnectionState: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        /// Nothing came yet.
        case greeting
        /// HELLO was answered; AUTH must come.
        case authenticating
        /// The key is being checked.
        case checking
        /// Requests are answered.
        case ready
        /// Requests that came before are answered, no more are taken.
        case draining
    }

    private(set) var phase = Phase.greeting
    private(set) var scopes: AccessScopes = []
    private let isAuthRequired: Bool

    init(isAuthRequired: Bool) {
        self.isAuthRequired = isAuthRequired
    }

    /// Whether the client is known, or needs not be.
    var isKnown: Bool { phase == .ready || phase == .draining }

    /// Why a message is not taken now; nil if it is.
    func refusal(of opcode: Opcode) -> FailureCode? {
        switch opcode {
        case .hello:
            return phase == .greeting ? nil : .unexpectedMessage
        case .auth:
            if phase == .authenticating { return nil }
            return phase == .ready && !isAuthRequired ? nil : .unexpectedMessage
        case .ping, .pong:
            return phase == .greeting ? .unexpectedMessage : nil
        case .credit, .cancel:
            return isKnown ? nil : .unexpectedMessage
        case .producerOpen, .append:
            return refusal(needing: .ingest)
        case .query, .count, .metric, .score, .sights, .subscribe, .status:
            return refusal(needing: .read)
        case .order:
            return refusal(needing: .admin)
        case .helloAck, .authOK, .goAway, .error, .producerState, .appendAck, .stable, .result,
            .progress, .counts,
            .metrics, .scoreInfo, .sightsInfo, .events, .end, .missing, .statusInfo, .orderDone:
            return .unexpectedMessage
        }
    }

    private func refusal(needing scope: AccessScopes) -> FailureCode? {
        switch phase {
        case .greeting, .checking: .unexpectedMessage
        case .authenticating: .notAuthorised
        case .ready: scopes.contains(scope) ? nil : .wrongScope
        case .draining: .shuttingDown
        }
    }

    /// HELLO came, and a version was found.
    mutating func greeted() {
        precondition(phase == .greeting)
        if isAuthRequired {
            phase = .authenticating
        } else {
            phase = .ready
            scopes = [.ingest, .read, .admin]
        }
    }

    /// AUTH came.
    mutating func beganCheck() {
        precondition(phase == .authenticating)
        phase = .checking
    }

    /// A key was found good, for the first time or again.
    mutating func granted(_ scopes: AccessScopes) {
        self.scopes = scopes
        if phase == .checking { phase = .ready }
    }

    /// No further request is taken.
    mutating func drain() {
        phase = .draining
    }
}
