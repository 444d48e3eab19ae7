import AuraCore
import AuraEngine
import AuraStorage
import AuraWire
import NIOCore

extension ConnectionHandler {
    /// Hands a batch to the engine, which copies it into the group that goes to the disk.
    func append(_ header: FrameHeader, _ payload: RawSpan) throws(FormatError) {
        let head = try AppendHead(payload: payload)
        let size = payload.byteCount
        take(size)
        guard let failure = submit(header, head, AppendHead.batch(of: payload)) else { return }
        refuse(failure, header.requestID)
        grant += size
    }

    /// Notes bytes that arrived; what exceeds the credit is refused by `submit`.
    func take(_ size: Int) {
        credit -= size
    }

    /// Checks the batch and hands it over; why not, if it was not.
    private func submit(
        _ header: FrameHeader, _ head: AppendHead, _ batch: RawSpan
    ) -> WireFailure? {
        guard credit >= 0 else { return WireFailure(.creditExceeded) }
        guard inFlight < shared.configuration.maximumInFlight else {
            return WireFailure(.tooManyRequests)
        }
        let layout: BatchLayout
        do throws(FormatError) {
            layout = try BatchLayout(validating: batch)
        } catch {
            return WireFailure(.batchInvalid, error)
        }
        let now = shared.clock()
        guard layout.timeRange.upperBound <= now + shared.configuration.futureTolerance else {
            let time = Timestamp(microseconds: layout.timeRange.upperBound)
            let present = Timestamp(microseconds: now)
            return WireFailure(.timeTooFar, detail: "\(time); the server's clock says \(present)")
        }
        var origin = BatchOrigin(
            producer: head.producer, epoch: head.epoch, sequence: head.sequence,
            clientHash: header.payloadHash)
        switch shared.policy.inspect(batch, layout: layout) {
        case .refuse(let code, let reason):
            return WireFailure(code, detail: reason)
        case .accept(let warnings):
            send(batch, layout, origin, ticket(header, head, warnings, isRewritten: false))
        case .rewrite(let other, let warnings):
            origin.isRewritten = true
            send(
                other.bytes, other.layout, origin,
                ticket(header, head, warnings, isRewritten: true))
        }
        return nil
    }

    private func ticket(
        _ header: FrameHeader, _ head: AppendHead, _ warnings: [Warning], isRewritten: Bool
    ) -> AppendTicket {
        AppendTicket(
            requestID: header.requestID, sequence: head.sequence, payloadSize: header.payloadSize,
            isRewritten: isRewritten, warnings: warnings)
    }

    private func send(
        _ batch: RawSpan, _ layout: BatchLayout, _ origin: BatchOrigin, _ ticket: AppendTicket
    ) {
        inFlight += 1
        let (id, loop) = (id, loop)
        shared.store.submit(batch, layout: layout, origin: origin) { result in
            loop.post(ServerLoop.Letter(connection: id, content: .appended(ticket, result)))
        }
    }

    func openProducer(_ request: ProducerOpen, _ requestID: UInt32) {
        guard inFlight < shared.configuration.maximumInFlight else {
            refuse(WireFailure(.tooManyRequests), requestID)
            return
        }
        inFlight += 1
        let ticket = AppendTicket(
            requestID: requestID, sequence: 0, payloadSize: 0, isRewritten: false, warnings: [])
        let (id, loop) = (id, loop)
        shared.store.open(producer: request.name) { result in
            loop.post(ServerLoop.Letter(connection: id, content: .appended(ticket, result)))
        }
    }

    /// The engine has answered.
    func receive(_ ticket: AppendTicket, _ result: Result<AppendOutcome, Refusal>) {
        inFlight -= 1
        grant += ticket.payloadSize
        switch result {
        case .success(.opened(let producer, let epoch, let next)):
            write(
                ProducerState(producer: producer, epoch: epoch, nextSequence: next),
                to: ticket.requestID)
        case .success(.stored(let first, let rows)):
            shared.counters.countStored(
                events: rows, bytes: ticket.payloadSize - AppendHead.size,
                isRewritten: ticket.isRewritten)
            acknowledge(ticket, first, rows, [])
        case .success(.duplicate(let first, let rows)):
            shared.counters.countDuplicate()
            acknowledge(ticket, first, rows, .duplicate)
        case .success(.forgotten):
            shared.counters.countDuplicate()
            acknowledge(ticket, 0, 0, [.duplicate, .forgotten])
        case .failure(let refusal):
            refuse(WireFailure(refusal: refusal), ticket.requestID)
            if refusal == .closed { drain() }
        }
    }

    private func acknowledge(
        _ ticket: AppendTicket, _ first: UInt64, _ rows: Int, _ flags: AppendAck.Flags
    ) {
        lastAppended = max(lastAppended, first + UInt64(rows) - (rows > 0 ? 1 : 0))
        write(
            AppendAck(
                sequence: ticket.sequence, firstSequence: first, rowCount: UInt32(rows),
                flags: ticket.isRewritten ? flags.union(.rewritten) : flags,
                warnings: ticket.warnings),
            to: ticket.requestID)
    }
}
