import AuraWire
import Testing

@testable import AuraServer

/// All messages in all phases of a connection.
struct ConnectionStateTests {
    /// Refusals in the phases greeting, authenticating, checking, ready and draining; nil: taken.
    private static let table: [Opcode: [FailureCode?]] = [
        .hello: [nil, unexpected, unexpected, unexpected, unexpected],
        .auth: [unexpected, nil, unexpected, unexpected, unexpected],
        .ping: [unexpected, nil, nil, nil, nil],
        .pong: [unexpected, nil, nil, nil, nil],
        .credit: [unexpected, unexpected, unexpected, nil, nil],
        .cancel: [unexpected, unexpected, unexpected, nil, nil],
        .producerOpen: request, .append: request,
        .query: request, .count: request, .metric: request, .score: request, .sights: request,
        .subscribe: request, .status: request, .order: request,
        .helloAck: never, .authOK: never, .goAway: never, .error: never, .producerState: never,
        .appendAck: never, .stable: never, .result: never, .progress: never, .counts: never,
        .metrics: never, .scoreInfo: never, .sightsInfo: never, .events: never, .end: never,
        .statusInfo: never, .orderDone: never, .missing: never,
    ]

    private static let unexpected = FailureCode.unexpectedMessage
    private static let request: [FailureCode?] = [
        unexpected, .notAuthorised, unexpected, nil, .shuttingDown,
    ]
    private static let never = [FailureCode?](repeating: unexpected, count: 5)

    /// A connection that asks for a key, in each phase, with that access once it is known.
    private func phases(_ scopes: AccessScopes) -> [ConnectionState] {
        var state = ConnectionState(isAuthRequired: true)
        var states = [state]
        state.greeted()
        states.append(state)
        state.beganCheck()
        states.append(state)
        state.granted(scopes)
        states.append(state)
        state.drain()
        states.append(state)
        return states
    }

    @Test func `the phases follow each other`() {
        let states = phases([.ingest, .read])
        #expect(
            states.map(\.phase) == [.greeting, .authenticating, .checking, .ready, .draining])
        #expect(states.map(\.isKnown) == [false, false, false, true, true])
        #expect(states.map(\.scopes.isEmpty) == [true, true, true, false, false])
    }

    @Test(arguments: Opcode.allCases)
    func `each message is taken in its phases and refused in the others`(opcode: Opcode) throws {
        let expected = try #require(Self.table[opcode])
        #expect(phases([.ingest, .read, .admin]).map { $0.refusal(of: opcode) } == expected)
    }

    @Test func `where no key is asked for, a greeting is enough`() {
        var state = ConnectionState(isAuthRequired: false)
        #expect(!state.isKnown)
        state.greeted()
        #expect(state.phase == .ready)
        #expect(state.scopes == [.ingest, .read, .admin])
        // A client that shows one all the same is not sent away.
        #expect(state.refusal(of: .auth) == nil)
        for opcode in Opcode.allCases where opcode != .auth {
            #expect(state.refusal(of: opcode) == Self.table[opcode]?[3], "\(opcode)")
        }
        state.drain()
        #expect(state.refusal(of: .auth) == .unexpectedMessage)
    }

    @Test func `a scope opens its own requests and no others`() {
        let needed: [Opcode: AccessScopes] = [
            .producerOpen: .ingest, .append: .ingest, .count: .read, .metric: .read, .score: .read,
            .sights: .read, .subscribe: .read, .status: .read,
        ]
        let all: [AccessScopes] = [[], .ingest, .read, .admin, [.ingest, .read], [.read, .admin]]
        for scopes in all {
            let ready = phases(scopes)[3]
            for (opcode, scope) in needed {
                let expected: FailureCode? = scopes.contains(scope) ? nil : .wrongScope
                #expect(ready.refusal(of: opcode) == expected, "\(opcode) with \(scopes)")
            }
            #expect(ready.refusal(of: .ping) == nil)
        }
    }

    @Test func `a key that is checked again changes what is allowed, and no phase`() {
        var ready = phases([.ingest, .read])[3]
        ready.granted(.read)
        #expect(ready.phase == .ready)
        #expect(ready.refusal(of: .append) == .wrongScope)
        var draining = phases(.read)[4]
        draining.granted([.ingest, .read])
        #expect(draining.phase == .draining)
        #expect(draining.refusal(of: .append) == .shuttingDown)
    }
}
