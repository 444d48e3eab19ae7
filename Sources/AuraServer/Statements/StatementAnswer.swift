import AuraCore
import AuraEngine
import AuraQuery
import AuraWire
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

    /// Answers it, on a query thread; ends early once `isCancelled` says so.
    func answer(
        _ shared: ServerShared, isCancelled: @escaping @Sendable () -> Bool
    ) throws(QuestionFailure) -> ResultFrames {
        let clock = ContinuousClock()
        let start = clock.now
        do throws(QueryFailure) {
            let statements = try QueryScript(request.text).statements
            guard let statement = statements.first, statements.count == 1 else {
                throw .text(
                    TextError(
                        "\(statements.count) statements came where one is wanted", at: 0..<0,
                        hint: "send each by itself"))
            }
            var session = QuerySession(shared.configuration.query.settings)
            for setting in request.settings {
                try session.settings.set(setting.name, to: setting.value)
            }
            session.settings.now = Timestamp(microseconds: shared.clock())
            for parameter in request.parameters {
                session.settings.parameters[parameter.name] = parameter.value
            }
            let before = session.changes
            let entry = shared.store.runningQueries.begin(
                request.text, client: client, at: session.settings.now)
            defer { entry.end() }
            let pace = ProgressPace(interval: AskedStatement.progressInterval)
            let answer = try shared.store.answer(statement, in: &session, as: entry) {
                [request, onProgress, meter = entry.meter] in
                if request.wantsProgress, pace.isDue {
                    onProgress(
                        QueryProgress(
                            done: UInt64(meter.eventsRead), total: UInt64(meter.eventsToRead)))
                }
                return isCancelled()
            }
            return try ResultFrames(
                answer, changes: Self.changes(before, session.changes),
                elapsed: (clock.now - start) / .microseconds(1),
                limit: shared.configuration.maximumPayload)
        } catch {
            throw QuestionFailure(error)
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
        case .storage(let error):
            // The engine's own words name files; they are for the log.
            wire = WireFailure(.internalError)
            log = "\(error)"
        }
    }
}
