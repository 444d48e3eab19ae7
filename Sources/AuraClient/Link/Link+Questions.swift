import AuraCore
import AuraWire
import NIOCore

/// What can be asked of a server twice as well as once.
enum Question: Sendable {
    case ping
    /// Its answer goes to an inbox.
    case query(QueryRequest, ResultInbox, onProgress: @Sendable (QueryProgress) -> Void)
    case count(CountRequest)
    case metric(MetricQuery)
    case score(ScoreQuery)
    case sights
    case status
    case order(Order)

    /// Where the answer to a statement goes.
    var inbox: ResultInbox? {
        if case .query(_, let inbox, _) = self { inbox } else { nil }
    }

    /// Whether the server works on it for a while, and stops when it is told to.
    var isCancellable: Bool {
        switch self {
        case .query, .count, .metric, .score, .sights: true
        case .ping, .status, .order: false
        }
    }
}

/// The answer to a `Question` of the same name.
enum Reply: Sendable {
    case pong(Duration)
    case counts(Counts)
    case metrics(Metrics)
    case score(Score)
    case sights(SightsInfo)
    case status(StatusInfo)
    case order(OrderDone)

    /// The message that answers a question; nil if another came.
    fileprivate init?(
        to question: PendingQuestion, _ opcode: Opcode?, _ payload: RawSpan
    ) throws(FormatError) {
        switch (question.question, opcode) {
        case (.ping, .pong): self = .pong(Duration(NIODeadline.now() - question.sentAt))
        case (.status, .statusInfo): self = .status(try StatusInfo(payload: payload))
        case (.order, .orderDone): self = .order(try OrderDone(payload: payload))
        case (.count, .counts): self = .counts(try Counts(payload: payload))
        case (.metric, .metrics): self = .metrics(try Metrics(payload: payload))
        case (.score, .scoreInfo): self = .score(try Score(payload: payload))
        case (.sights, .sightsInfo): self = .sights(try SightsInfo(payload: payload))
        default: return nil
        }
    }

    /// The answer of which `next` is the frame that follows.
    fileprivate func joined(with next: Reply) -> Reply {
        switch (self, next) {
        case (.counts(var counts), .counts(let part)):
            counts.rows += part.rows
            counts.missing += part.missing
            return .counts(counts)
        case (.metrics(var metrics), .metrics(let part)):
            metrics.rows += part.rows
            metrics.missing += part.missing
            return .metrics(metrics)
        case (.sights(var sights), .sights(let part)):
            sights.types += part.types
            sights.producers += part.producers
            return .sights(sights)
        default: return next
        }
    }
}

/// A question that waits for its answer, over as many connections as it takes.
struct PendingQuestion: Sendable {
    let id: UInt64
    let question: Question
    /// When it was asked, or its answer was last worked on.
    fileprivate(set) var since: NIODeadline
    let answer: @Sendable (Result<Reply, ClientError>) -> Void
    /// Its request on this connection; nil if it must be asked (again).
    private(set) var requestID: UInt32?
    private(set) var sentAt = NIODeadline.now()
    /// What came of an answer in several frames.
    fileprivate(set) var part: Reply?

    init(
        _ question: Question, id: UInt64,
        answer: @escaping @Sendable (Result<Reply, ClientError>) -> Void
    ) {
        self.id = id
        self.question = question
        self.answer = answer
        since = .now()
    }

    mutating func sent(as requestID: UInt32) {
        self.requestID = requestID
        sentAt = .now()
    }

    /// The request is gone, with what had come of its answer.
    mutating func disconnected() {
        requestID = nil
        part = nil
        question.inbox?.clear()
    }

    /// Whether somebody has read a part of the answer, so that it cannot come anew.
    var isBegun: Bool { question.inbox?.isBegun ?? false }
}

extension Link {
    /// Asks, and waits for the answer.
    func ask(_ question: Question) async -> Result<Reply, ClientError> {
        questionCount += 1
        let id = questionCount
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if case .stopped(let error) = phase {
                    continuation.resume(returning: .failure(error))
                } else if Task.isCancelled {
                    continuation.resume(returning: .failure(.cancelled))
                } else {
                    questions.append(
                        PendingQuestion(question, id: id) { continuation.resume(returning: $0) })
                    work()
                }
            }
        } onCancel: {
            eventLoop.execute { self.assumeIsolated { $0.cancelQuestion(id) } }
        }
    }

    /// Asks a statement, whose answer goes to an inbox.
    func begin(_ question: Question, _ inbox: ResultInbox) {
        if case .stopped(let error) = phase { return inbox.fail(error) }
        questionCount += 1
        questions.append(
            PendingQuestion(question, id: questionCount) { result in
                if case .failure(let error) = result { inbox.fail(error) }
            })
        work()
    }

    /// Sends the questions that were not sent on this connection.
    ///
    /// - Returns: Whether there was one.
    func askAll(on channel: any Channel) -> Bool {
        var hasWritten = false
        for index in questions.indices where questions[index].requestID == nil {
            let requestID = drawRequest()
            questions[index].sent(as: requestID)
            switch questions[index].question {
            case .ping: write(Ping(value: UInt64(requestID)), requestID: requestID, to: channel)
            case .query(let request, _, _): write(request, requestID: requestID, to: channel)
            case .count(let request): write(request, requestID: requestID, to: channel)
            case .metric(let query): write(query, requestID: requestID, to: channel)
            case .score(let query): write(query, requestID: requestID, to: channel)
            case .sights: write(SightsRequest(), requestID: requestID, to: channel)
            case .status: write(StatusRequest(), requestID: requestID, to: channel)
            case .order(let order): write(order, requestID: requestID, to: channel)
            }
            hasWritten = true
        }
        return hasWritten
    }

    /// Takes an answer, or a part of it.
    ///
    /// One that nobody waits for any more is ignored.
    func answered(_ header: FrameHeader, _ payload: RawSpan) throws(FormatError) {
        guard let index = questions.firstIndex(where: { $0.requestID == header.requestID }) else {
            return
        }
        if case .query(_, let inbox, let onProgress) = questions[index].question {
            questions[index].since = .now()
            switch header.opcode {
            case .progress: onProgress(try QueryProgress(payload: payload))
            case .result:
                let isLast = !header.flags.contains(.more)
                inbox.put(
                    ResultInbox.Part(
                        rows: try QueryRows(payload: payload), size: payload.byteCount),
                    isLast: isLast)
                guard isLast else { return }
                progressed()
                questions.remove(at: index)
            default: throw LinkHandler.unexpected(header)
            }
            return
        }
        guard let next = try Reply(to: questions[index], header.opcode, payload) else {
            throw LinkHandler.unexpected(header)
        }
        let reply = questions[index].part?.joined(with: next) ?? next
        guard !header.flags.contains(.more) else {
            questions[index].part = reply
            return
        }
        progressed()
        questions.remove(at: index).answer(.success(reply))
    }

    /// Lets the server send as much more of an answer as was read.
    func giveBack(_ size: Int, to inbox: ResultInbox) {
        guard let index = questions.firstIndex(where: { $0.question.inbox === inbox }) else {
            return
        }
        questions[index].since = .now()
        guard case .ready(let channel) = phase, let requestID = questions[index].requestID else {
            return
        }
        write(Credit(bytes: UInt64(size)), requestID: requestID, to: channel)
        channel.flush()
    }

    /// Questions are asked again, but for those whose answer somebody has read in part.
    func disconnectQuestions(reason: String) {
        let broken = questions.filter(\.isBegun)
        questions.removeAll(where: \.isBegun)
        for index in questions.indices { questions[index].disconnected() }
        for question in broken { question.answer(.failure(.interrupted(reason: reason))) }
    }

    /// - Returns: Whether the failure was one of a question.
    func failedQuestion(_ failure: WireFailure, requestID: UInt32) -> Bool {
        guard let index = questions.firstIndex(where: { $0.requestID == requestID }) else {
            return false
        }
        let wait = Duration.milliseconds(Int64(failure.retryAfterMilliseconds))
        switch failure.failureClass {
        case .retry where questions[index].isBegun:
            questions.remove(at: index).answer(.failure(.interrupted(reason: failure.message)))
        case .retry:
            let id = questions[index].id
            later(atLeast: wait, reason: failure.message) { link in
                let index = link.questions.firstIndex { $0.id == id && $0.requestID == requestID }
                guard let index else { return }
                link.questions[index].disconnected()
                link.work()
            }
        case .reconnect:
            reconnect(atLeast: wait, reason: failure.message)
        case .fixRequest, .reopenProducer, .stop:
            let question = questions.remove(at: index)
            if case .query = question.question {
                question.answer(.failure(.refusal(ofStatement: failure)))
            } else {
                question.answer(.failure(.refusal(of: failure)))
            }
        }
        return true
    }

    func expireQuestions(now: NIODeadline) {
        let latest = now - TimeAmount(configuration.deadline)
        // A server cannot send more than its reader takes.
        func isOverdue(_ question: PendingQuestion) -> Bool {
            question.since <= latest && question.question.inbox?.hasParts != true
        }
        let expired = questions.filter(isOverdue)
        questions.removeAll(where: isOverdue)
        for question in expired { end(question, .unreachable(reason: reason)) }
    }

    /// Nobody reads the answer to a statement any more.
    func cancelQuestion(of inbox: ResultInbox) {
        guard let index = questions.firstIndex(where: { $0.question.inbox === inbox }) else {
            return inbox.fail(.cancelled)
        }
        end(questions.remove(at: index), .cancelled)
    }

    private func cancelQuestion(_ id: UInt64) {
        guard let index = questions.firstIndex(where: { $0.id == id }) else { return }
        end(questions.remove(at: index), .cancelled)
    }

    /// Gives a question up, and tells the server that its answer is not wanted any more.
    private func end(_ question: PendingQuestion, _ error: ClientError) {
        question.answer(.failure(error))
        guard case .ready(let channel) = phase, question.question.isCancellable,
            let requestID = question.requestID
        else { return }
        write(Cancel(requestID: requestID), requestID: 0, to: channel)
        channel.flush()
    }
}
