import AuraCore
import AuraWire
import NIOCore

/// What can be asked of a server twice as well as once.
enum Question: Sendable {
    case ping
    case query(QueryRequest, onProgress: @Sendable (QueryProgress) -> Void)
    case count(CountRequest)
    case metric(MetricQuery)
    case score(ScoreQuery)
    case sights
    case status
    case order(Order)

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
    /// The frames of a result.
    case result([QueryRows])
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
        case (.query, .result): self = .result([try QueryRows(payload: payload)])
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
        case (.result(let frames), .result(let part)): return .result(frames + part)
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
    }
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
            case .query(let request, _): write(request, requestID: requestID, to: channel)
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
        if case .query(_, let onProgress) = questions[index].question {
            questions[index].since = .now()
            if header.opcode == .progress {
                onProgress(try QueryProgress(payload: payload))
                return
            }
        }
        guard let next = try Reply(to: questions[index], header.opcode, payload) else {
            throw LinkHandler.unexpected(header)
        }
        let reply = questions[index].part?.joined(with: next) ?? next
        guard !header.flags.contains(.more) else {
            questions[index].part = reply
            if case .result = reply { giveBack(payload.byteCount, to: header.requestID) }
            return
        }
        progressed()
        questions.remove(at: index).answer(.success(reply))
    }

    /// Lets the server send as much more of an answer as came.
    private func giveBack(_ size: Int, to requestID: UInt32) {
        guard case .ready(let channel) = phase else { return }
        write(Credit(bytes: UInt64(size)), requestID: requestID, to: channel)
        channel.flush()
    }

    /// - Returns: Whether the failure was one of a question.
    func failedQuestion(_ failure: WireFailure, requestID: UInt32) -> Bool {
        guard let index = questions.firstIndex(where: { $0.requestID == requestID }) else {
            return false
        }
        let wait = Duration.milliseconds(Int64(failure.retryAfterMilliseconds))
        switch failure.failureClass {
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
        let expired = questions.filter { $0.since <= latest }
        questions.removeAll { $0.since <= latest }
        for question in expired { end(question, .unreachable(reason: reason)) }
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
