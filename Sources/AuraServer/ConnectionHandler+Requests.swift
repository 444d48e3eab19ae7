import AuraCore
import AuraEngine
import AuraQuery
import AuraWire
import Dispatch
import Logging
import NIOCore

extension ConnectionHandler {
    /// Handles one whole frame.
    func handle(_ header: FrameHeader, _ payload: RawSpan) {
        lastFrame = .now()
        hasPinged = false
        do throws(FormatError) {
            try header.verify(payload)
            guard let opcode = header.opcode else {
                refuseUnknown(header)
                return
            }
            if let code = state.refusal(of: opcode) {
                let detail = code == .wrongScope ? scopeNeeded(by: opcode) : "\(opcode)"
                if opcode == .append { take(header.payloadSize) }
                refuse(WireFailure(code, detail: detail), header.requestID)
                if opcode == .append { grant += header.payloadSize }
                return
            }
            try checkShape(header, opcode)
            try handle(opcode, header, payload)
        } catch {
            refuse(WireFailure(FailureCode(wire: error), error), header.requestID)
        }
    }

    private func handle(
        _ opcode: Opcode, _ header: FrameHeader, _ payload: RawSpan
    ) throws(FormatError) {
        switch opcode {
        case .append: try append(header, payload)
        case .producerOpen: openProducer(try ProducerOpen(payload: payload), header.requestID)
        case .ping:
            write(Pong(value: try Ping(payload: payload).value), to: header.requestID)
        case .pong: break
        case .credit: receive(try Credit(payload: payload), header.requestID)
        case .cancel: cancel(try Cancel(payload: payload).requestID)
        case .query: take(try QueryRequest(payload: payload), header.requestID)
        case .count:
            take(.count(CountQuery(try CountRequest(payload: payload))), header.requestID)
        case .metric: take(.metric(try MetricQuery(payload: payload)), header.requestID)
        case .score: take(.score(try ScoreQuery(payload: payload)), header.requestID)
        case .sights:
            _ = try SightsRequest(payload: payload)
            take(.sights, header.requestID)
        case .subscribe: subscribe(try Subscribe(payload: payload), header.requestID)
        case .status: write(status(), to: header.requestID)
        case .order: take(try Order(payload: payload), header.requestID)
        case .hello: greet(try Hello(payload: payload), header.requestID)
        case .auth: authenticate(try Auth(payload: payload), header.requestID)
        default: preconditionFailure("the state let \(opcode) pass")
        }
    }

    /// A request that this build does not know; the connection goes on once the client is known.
    private func refuseUnknown(_ header: FrameHeader) {
        let code: FailureCode = state.isKnown ? .unknownOpcode : .unexpectedMessage
        let error = FormatError(.wire, 8, at: 6, "opcode \(header.code) is of no request")
        refuse(WireFailure(code, error), header.requestID)
    }

    /// Requests ask, and what is answered has an id to be answered by.
    private func checkShape(_ header: FrameHeader, _ opcode: Opcode) throws(FormatError) {
        guard header.flags.isEmpty || opcode == .pong else {
            throw FormatError(.wire, 5, at: 7, "a request with the flags of an answer")
        }
        switch opcode {
        case .producerOpen, .append, .query, .count, .metric, .score, .sights, .subscribe, .status,
            .order:
            guard header.requestID != 0 else {
                throw FormatError(.wire, 9, at: 8, "a request without an id")
            }
        default: break
        }
    }

    private func scopeNeeded(by opcode: Opcode) -> String {
        switch opcode {
        case .append, .producerOpen: "scope 'ingest'"
        case .order: "scope 'admin'"
        default: "scope 'read'"
        }
    }

    // MARK: - Handshake

    private func greet(_ hello: Hello, _ requestID: UInt32) {
        let supported = WireVersion.supported
        let version = min(hello.maximumVersion, supported.upperBound)
        guard version >= hello.minimumVersion, version >= supported.lowerBound else {
            let found = "\(hello.minimumVersion) to \(hello.maximumVersion)"
            let needed = "\(supported.lowerBound) to \(supported.upperBound)"
            refuse(
                WireFailure(
                    .badVersion, detail: "the client speaks \(found), the server \(needed)"),
                requestID)
            return
        }
        // Written out: a peer must not steer the terminal of whoever reads the log, or forge lines.
        shared.logger.debug("connection \(id): \(hello.clientName.debugDescription)")
        state.greeted()
        if state.isKnown { raisePayloadLimit() }
        let configuration = shared.configuration
        let ack = HelloAck(
            version: version, isAuthRequired: !state.isKnown,
            features: hello.features.intersection(.supported),
            incarnation: shared.store.incarnation,
            maximumPayload: UInt32(configuration.maximumPayload),
            maximumInFlight: UInt32(configuration.maximumInFlight),
            initialCredit: UInt64(configuration.initialCredit), serverTime: shared.clock(),
            serverName: configuration.serverName, serverVersion: configuration.serverVersion)
        write(ack, to: requestID)
    }

    private func authenticate(_ auth: Auth, _ requestID: UInt32) {
        guard shared.authenticator != nil else {
            write(AuthOK(scopes: state.scopes, keyID: ""), to: requestID)
            return
        }
        guard let credential = credential(auth) else {
            let detail = "it has not asked for a client certificate, or got none"
            refuse(WireFailure(.notAuthorised, detail: detail), requestID)
            return
        }
        state.beganCheck()
        self.credential = credential
        authRequest = requestID
        checkKey()
    }

    /// What AUTH shows: a key, or with an empty one the certificate of the TLS handshake.
    private func credential(_ auth: Auth) -> Credential? {
        auth.key.isEmpty ? certificate.map { .certificate($0) } : .key(auth.key)
    }

    /// Has the key checked, away from the event loop.
    func checkKey() {
        guard let credential, let authenticator = shared.authenticator else { return }
        authenticatedAt = .now()
        let (id, loop) = (id, loop)
        shared.authentication.async {
            loop.post(
                ServerLoop.Letter(
                    connection: id, content: .authenticated(authenticator(credential))))
        }
    }

    /// What the key grants is known.
    func receive(_ result: Result<AccessGrant, AccessDenial>) {
        switch result {
        case .success(let grant):
            let isFirst = state.phase == .checking
            state.granted(grant.scopes)
            guard isFirst else { return }
            raisePayloadLimit()
            write(AuthOK(scopes: grant.scopes, keyID: grant.keyID), to: authRequest)
        case .failure(.unavailable(let reason)) where state.phase != .checking:
            // A key that was good stays good while its database cannot be asked.
            shared.logger.warning("keys cannot be checked: \(reason)")
        case .failure(let denial):
            if case .unavailable(let reason) = denial {
                shared.logger.error("keys cannot be checked: \(reason)")
            }
            var detail = ""
            if case .certificate = credential { detail = "that of the client certificate" }
            fail(
                WireFailure(denial.code, detail: detail),
                state.phase == .checking ? authRequest : 0)
        }
    }
}
