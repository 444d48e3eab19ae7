import AuraCore
import AuraWire

/// Reads one whole frame as a peer would: header, hashes, then the message.
func check(
    _ bytes: [UInt8], maximumPayload: Int = WireLimits.payloadBytes
) throws(FormatError) -> Bool {
    let parser = FrameParser(maximumPayload: maximumPayload)
    guard case .frame(let header) = try parser.frame(in: bytes.rawSpan) else { return false }
    let payload = bytes.rawSpan.slice(FrameHeader.size, header.payloadSize)
    try header.verify(payload)
    guard let opcode = header.opcode else {
        throw FormatError(.wire, 8, at: 6, "opcode \(header.code)")
    }
    try check(opcode, payload)
    return true
}

/// Reads a payload as the message of that opcode.
func check(_ opcode: Opcode, _ payload: RawSpan) throws(FormatError) {
    switch opcode {
    case .hello: _ = try Hello(payload: payload)
    case .helloAck: _ = try HelloAck(payload: payload)
    case .auth: _ = try Auth(payload: payload)
    case .authOK: _ = try AuthOK(payload: payload)
    case .ping: _ = try Ping(payload: payload)
    case .pong: _ = try Pong(payload: payload)
    case .goAway: _ = try GoAway(payload: payload)
    case .error: _ = try WireFailure(payload: payload)
    case .credit: _ = try Credit(payload: payload)
    case .cancel: _ = try Cancel(payload: payload)
    case .producerOpen: _ = try ProducerOpen(payload: payload)
    case .producerState: _ = try ProducerState(payload: payload)
    case .append: _ = try AppendHead(payload: payload)
    case .appendAck: _ = try AppendAck(payload: payload)
    case .stable: _ = try Stable(payload: payload)
    case .query: _ = try QueryRequest(payload: payload)
    case .result: _ = try QueryRows(payload: payload)
    case .progress: _ = try QueryProgress(payload: payload)
    case .count: _ = try CountRequest(payload: payload)
    case .counts: _ = try Counts(payload: payload)
    case .metric: _ = try MetricQuery(payload: payload)
    case .metrics: _ = try Metrics(payload: payload)
    case .score: _ = try ScoreQuery(payload: payload)
    case .scoreInfo: _ = try Score(payload: payload)
    case .sights: _ = try SightsRequest(payload: payload)
    case .sightsInfo: _ = try SightsInfo(payload: payload)
    case .subscribe: _ = try Subscribe(payload: payload)
    case .events:
        let head = try EventsHead(payload: payload)
        _ = head.batch(of: payload)
        _ = head.sequences(rowCount: 1_000)
    case .missing: _ = try MissingEvents(payload: payload)
    case .end: _ = try End(payload: payload)
    case .status: _ = try StatusRequest(payload: payload)
    case .statusInfo: _ = try StatusInfo(payload: payload)
    case .order: _ = try Order(payload: payload)
    case .orderDone: _ = try OrderDone(payload: payload)
    }
}
