import AuraCore
import AuraEngine
import AuraQuery
import AuraWire
import NIOCore
import Synchronization

/// A statement that a client asks, and how the client hears of its progress.
struct AskedStatement: Sendable {
    let request: QueryRequest
    /// Who asks, for `SHOW QUERIES`.
    let client: String
    /// Called now and then from threads that work at it.
    let onProgress: @Sendable (QueryProgress) -> Void

    /// How often a client hears of progress.
    private static let progressInterval: Duration = .milliseconds(100)

    /// Answers it, on a query thread; ends early once its ticket is cancelled.
    ///
    /// - Parameter onFrame: Called when a frame waits in the ticket's queue where none did.
    func answer(
        _ ticket: QuestionTicket, _ shared: ServerShared, onFrame: () -> Void
    ) throws(QuestionFailure) {
        do throws(QueryFailure) {
            let last = try answer(ticket, shared) { frame throws(QueryFailure) in
                try AskedStatement.note(ticket.frames.put(frame), onFrame)
            }
            try AskedStatement.note(ticket.frames.putLast(last, shared.answers), onFrame)
        } catch {
            throw QuestionFailure(error)
        }
    }

    private static func note(
        _ place: FrameQueue.Place, _ onFrame: () -> Void
    ) throws(QueryFailure) {
        switch place {
        case .front: onFrame()
        case .behind: break
        case .nowhere: throw .stopped
        }
    }

    /// Hands all frames but the last to `put`, and returns that.
    private func answer(
        _ ticket: QuestionTicket, _ shared: ServerShared,
        _ put: (ByteBuffer) throws(QueryFailure) -> Void
    ) throws(QueryFailure) -> ByteBuffer {
        let start = ContinuousClock.now
        var waited = Duration.zero
        let statements = try QueryScript(request.text).statements
        guard let statement = statements.first, statements.count == 1 else {
            throw .text(
                TextError(
                    "\(statements.count) statements came where one is wanted", at: 0..<0,
                    hint: "send each by itself"))
        }
        var session = try session(shared)
        let before = session.changes
        let entry = shared.store.runningQueries.begin(
            request.text, client: client, at: session.settings.now)
        defer { entry.end() }
        var frames = ResultFrames(
            requestID: ticket.requestID, limit: shared.configuration.maximumPayload)
        try shared.store.answer(
            statement, in: &session, as: entry, stopping(ticket, entry.meter),
            forget: { frames.forget() }
        ) { part throws(QueryFailure) in
            try frames.add(part) { frame throws(QueryFailure) in
                let start = ContinuousClock.now
                defer { waited += .now - start }
                try put(frame)
            }
            return true
        }
        return frames.last(
            elapsed: ContinuousClock.now - start - waited,
            changes: AskedStatement.changes(before, session.changes))
    }

    /// A session of the server's settings and those of the request.
    private func session(_ shared: ServerShared) throws(QueryFailure) -> QuerySession {
        var session = QuerySession(shared.configuration.query.settings)
        for setting in request.settings {
            try session.settings.set(setting.name, to: setting.value)
        }
        session.settings.now = Timestamp(microseconds: shared.clock())
        for parameter in request.parameters {
            session.settings.parameters[parameter.name] = parameter.value
        }
        return session
    }

    /// Whether a statement is to stop; tells its progress when asked.
    private func stopping(
        _ ticket: QuestionTicket, _ meter: QueryMeter
    ) -> @Sendable () -> Bool {
        let pace = ProgressPace(interval: AskedStatement.progressInterval)
        return { [request, onProgress] in
            if request.wantsProgress, pace.isDue {
                onProgress(
                    QueryProgress(
                        done: UInt64(meter.eventsRead), total: UInt64(meter.eventsToRead)))
            }
            return ticket.isCancelled
        }
    }

    /// Settings that a statement has changed, by name.
    private static func changes(
        _ before: [String: String], _ after: [String: String]
    ) -> [QueryRows.Change] {
        Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }
            .map { QueryRows.Change(name: $0, value: after[$0]) }
    }
}

/// Says now and then, to one of several threads, that it is time.
private final class ProgressPace: Sendable {
    private let interval: Duration
    private let next: Mutex<ContinuousClock.Instant>

    init(interval: Duration) {
        self.interval = interval
        next = Mutex(.now + interval)
    }

    var isDue: Bool {
        let now = ContinuousClock.now
        return next.withLock { next in
            guard now >= next else { return false }
            next = now + interval
            return true
        }
    }
}

extension QuestionFailure {
    fileprivate init(_ failure: QueryFailure) {
        switch failure {
        case .text(let error):
            wire = WireFailure(
                .badQuery,
                message: [error.message, error.hint].compactMap(\.self)
                    .joined(separator: "\n"), place: error.bytes)
            log = nil
        case .limit(let reason):
            wire = WireFailure(.limitReached, detail: reason)
            log = nil
        case .stopped:
            wire = WireFailure(.cancelled)
            log = nil
        case .storage(let error), .broken(let error):
            // The engine's own words name files; they are for the log.
            wire = WireFailure(.internalError)
            log = "\(error)"
        }
    }
}
