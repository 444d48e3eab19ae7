import AuraEngine
import AuraQuery
import AuraStorage
import AuraWire
import Logging
import NIOCore

extension ConnectionHandler {
    // MARK: - Questions with one answer

    func take(_ question: Question, _ requestID: UInt32, credit: UInt64? = nil) {
        guard isFree(requestID) else { return }
        let limit = shared.configuration.maximumQuestions
        guard questions.count < limit else {
            refuse(WireFailure(.tooManyRequests, detail: "\(limit) questions wait"), requestID)
            return
        }
        shared.counters.countQuestion()
        inFlight += 1
        questions.add(QuestionTicket(requestID: requestID, question), credit: credit)
        ask()
    }

    /// A statement is answered as other questions are, but shares threads with none of them.
    func take(_ request: QueryRequest, _ requestID: UInt32) {
        let (id, loop) = (id, loop)
        let statement = AskedStatement(request: request, client: "connection \(id)") { progress in
            loop.post(
                ServerLoop.Letter(connection: id, content: .progressed(requestID, progress)))
        }
        take(.statement(statement), requestID, credit: request.credit)
    }

    /// A question is worked on.
    func receive(_ progress: QueryProgress, _ requestID: UInt32) {
        guard let ticket = questions.current, ticket.requestID == requestID, !ticket.isCancelled,
            !isClosing
        else { return }
        FrameEncoder.append(
            progress, flags: [.response, .more], requestID: requestID, to: &outbound)
        flush()
    }

    /// Has the next question answered: one at a time, so that no connection takes all threads, and
    /// none has more than one answer that is not read.
    private func ask() {
        while let ticket = questions.next() {
            let (id, loop, shared) = (id, loop, shared)
            let queue = ticket.question.isLong ? shared.statements : shared.queries
            let isTaken = queue.submit {
                let result = QuestionAnswer.make(ticket, shared) {
                    loop.post(ServerLoop.Letter(connection: id, content: .hasFrames))
                }
                guard let result else { return }
                loop.post(ServerLoop.Letter(connection: id, content: .answered(ticket, result)))
            }
            if isTaken { return }
            end(ticket)
            refuse(WireFailure(.overloaded), ticket.requestID)
        }
    }

    /// Whether a request may begin under that id; says why not.
    func isFree(_ requestID: UInt32) -> Bool {
        guard inFlight < shared.configuration.maximumInFlight else {
            refuse(WireFailure(.tooManyRequests), requestID)
            return false
        }
        guard !questions.contains(requestID), subscriptions[requestID] == nil, order != requestID
        else {
            refuse(WireFailure(.malformed, detail: "request \(requestID) is open"), requestID)
            return false
        }
        return true
    }

    func receive(_ ticket: QuestionTicket, _ result: Result<QuestionAnswer, QuestionFailure>) {
        switch result {
        // One that was cancelled is answered already, and its id may be in use again.
        case _ where ticket.isCancelled:
            questions.finish(ticket)
        case .success(let answer):
            questions.answer = answer
        case .failure(let error):
            end(ticket)
            if let log = error.log { shared.logger.error("a question failed: \(log)") }
            refuse(error.wire, ticket.requestID)
        }
        ask()
    }

    private func end(_ ticket: QuestionTicket) {
        questions.finish(ticket)
        inFlight -= 1
    }

    /// Writes answers as long as the client reads.
    private func writeAnswers() {
        while !isClosing, isWritable, let ticket = questions.current,
            let hasMore = questions.appendFrame(to: &outbound)
        {
            if !hasMore {
                end(ticket)
                ask()
            }
            writeOut()
        }
    }

    /// Ends the answer that the client has not let go on for too long: it takes a thread and memory.
    func endStalledAnswer(_ now: NIODeadline) {
        let limit = shared.configuration.query.stallLimit
        guard let since = questions.waitingSince, now - since > TimeAmount(limit),
            let requestID = questions.current?.requestID, questions.cancel(requestID)
        else { return }
        inFlight -= 1
        refuse(
            WireFailure(
                .limitReached,
                detail: "no credit came for \(limit / .seconds(1)) s, query.stall_limit"),
            requestID)
        ask()
    }

    private var isWritable: Bool { context?.channel.isWritable ?? false }

    // MARK: - Subscriptions

    func subscribe(_ request: Subscribe, _ requestID: UInt32) {
        guard isFree(requestID) else { return }
        guard subscriptions.count < shared.configuration.maximumSubscriptions else {
            refuse(WireFailure(.tooManyRequests, detail: "subscriptions"), requestID)
            return
        }
        let visible = shared.store.progress.visible
        let next = request.from == 0 ? visible + 1 : request.from
        guard next <= visible + 1 else {
            refuse(
                WireFailure(.badStart, detail: "from \(next), the last event is \(visible)"),
                requestID)
            return
        }
        shared.counters.countQuestion()
        subscriptionSerial += 1
        subscriptions[requestID] = Subscription(
            serial: subscriptionSerial, next: next, types: request.types,
            credit: Int64(clamping: request.credit))
        SubscriptionStep.beginning(at: next, requestID: requestID, into: &outbound)
        advance(shared.store.progress)
    }

    func receive(_ credit: Credit, _ requestID: UInt32) {
        guard var subscription = subscriptions[requestID] else {
            questions.grant(credit.bytes, to: requestID)
            writeAnswers()
            return
        }
        let (sum, overflow) = subscription.credit.addingReportingOverflow(
            Int64(clamping: credit.bytes))
        subscription.credit = overflow ? .max : sum
        subscriptions[requestID] = subscription
        advance(shared.store.progress)
    }

    func cancel(_ requestID: UInt32) {
        if let subscription = subscriptions.removeValue(forKey: requestID) {
            write(End(next: subscription.next), to: requestID)
        } else if questions.cancel(requestID) {
            inFlight -= 1
            refuse(WireFailure(.cancelled), requestID)
            ask()
        }
    }

    /// Ends every subscription: the server closes.
    func endSubscriptions() {
        for (requestID, subscription) in subscriptions.sorted(by: { $0.key < $1.key }) {
            write(End(next: subscription.next), to: requestID)
        }
        subscriptions = [:]
    }

    /// A query thread has made frames of a subscription.
    func receive(_ turn: SubscriptionTurn, _ result: Result<SubscriptionStep, StorageError>) {
        stepping = nil
        let requestID = turn.requestID
        guard var subscription = subscriptions[requestID], subscription.serial == turn.serial
        else { return }
        let step: SubscriptionStep
        do throws(StorageError) { step = try result.get() } catch {
            shared.logger.error("a tail ended: \(error)")
            subscriptions[requestID] = nil
            refuse(WireFailure(.internalError), requestID)
            return
        }
        subscription.next = step.next
        subscription.told.formUnion(step.told)
        subscription.credit -= Int64(step.spent)
        subscriptions[requestID] = subscription
        guard step.frames.readableBytes > 0 else { return }
        writeOut()
        context?.writeAndFlush(wrapOutboundOut(step.frames), promise: nil)
    }

    /// Has the next step made for the subscription whose turn it is.
    private func step(_ visible: UInt64) {
        guard stepping == nil, isWritable else { return }
        let ready = subscriptions.filter { $0.value.credit > 0 && $0.value.next <= visible }.keys
        guard let requestID = ready.filter({ $0 > steppedLast }).min() ?? ready.min(),
            let subscription = subscriptions[requestID]
        else { return }
        let (id, loop, store) = (id, loop, shared.store)
        let isTaken = shared.queries.submit {
            let turn = SubscriptionTurn(requestID: requestID, serial: subscription.serial)
            let step: Result<SubscriptionStep, StorageError>
            do throws(StorageError) {
                step = .success(
                    try SubscriptionStep.make(subscription, requestID: requestID, store: store))
            } catch { step = .failure(error) }
            loop.post(ServerLoop.Letter(connection: id, content: .stepped(turn, step)))
        }
        // Where all threads are busy, the next commit or sweep asks again.
        guard isTaken else { return }
        stepping = requestID
        steppedLast = requestID
    }

    // MARK: - Progress

    /// Does what the store's progress, new credit or a readable client make possible, and writes.
    func advance(_ progress: Progress) {
        guard !isClosing else { return }
        if stableSent < lastAppended, progress.stable > stableSent {
            stableSent = progress.stable
            write(Stable(stable: progress.stable, visible: progress.visible), to: 0)
        }
        if !subscriptions.isEmpty { step(progress.visible) }
        flush()
        writeAnswers()
        // Writing may have ended it, and who has left the loop must not follow anything.
        guard !isClosing else { return }
        loop.setFollowing(self, !subscriptions.isEmpty || stableSent < lastAppended)
        closeIfDrained()
    }

    // MARK: - Status

    func status() -> StatusInfo {
        let store = shared.store
        let progress = store.progress
        var info = StatusInfo()
        info.serverTime = shared.clock()
        info.uptime = UInt64(clamping: info.serverTime - shared.startTime)
        info.incarnation = store.incarnation
        info.visible = progress.visible
        info.stable = progress.stable
        info.memoryBytes = UInt64(store.memoryBytes)
        info.memoryLimit = UInt64(store.memoryLimit)
        info.connections = UInt32(clamping: shared.connections.open)
        info.maximumConnections = UInt32(clamping: shared.configuration.maximumConnections)
        info.isWritable = store.failure == nil
        info.missing = store.missing.map { MissingEvents($0) }
        info.scrub = StatusInfo.Scrub(store.scrub)
        info.counters =
            shared.counters.all + StatusInfo.counters(store.backgroundTime)
            + (store.indexStatus?.counters ?? []) + shared.policy.counters
        return info
    }
}

extension IndexStatus {
    /// What STATUS tells of it.
    fileprivate var counters: [StatusInfo.Counter] {
        [
            StatusInfo.Counter("index.bytes", UInt64(bytes)),
            StatusInfo.Counter("index.watermark", watermark),
            StatusInfo.Counter("index.audit.cells", auditedCells),
            StatusInfo.Counter("index.audit.mismatches", auditMismatches),
        ]
    }
}
