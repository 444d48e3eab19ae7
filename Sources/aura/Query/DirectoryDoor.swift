import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import Synchronization

/// Statements answered from a data directory that no server uses.
final class DirectoryDoor: QueryDoor {
    private let store: EventStore
    private let session: Mutex<QuerySession>

    /// Opens the directory.
    init(_ directory: String, _ settings: QuerySettings) throws(EngineError) {
        var configuration = EventStoreConfiguration(
            directory: directory, newIncarnation: UInt64.random(in: 1...UInt64.max),
            fileSystem: PosixFileSystem(), clock: WallClock.microseconds)
        configuration.indexPlan = .standard
        configuration.cacheBytes = 128 << 20
        store = try EventStore(configuration)
        session = Mutex(QuerySession(settings))
    }

    func answer(
        _ statement: String, _ parameters: [String: Value],
        progress: @escaping @Sendable (Double) -> Void,
        shouldStop: @escaping @Sendable () -> Bool, to taker: any StatementTaker
    ) async throws(QueryDoorFailure) -> Duration {
        do throws(QueryFailure) {
            var session = self.session.withLock { $0 }
            session.settings.now = WallClock.now
            session.settings.parameters = parameters
            let start = ContinuousClock.now
            var taking = Duration.zero
            let meter = QueryMeter()
            for statement in try QueryScript(statement).statements {
                try session.answer(statement, over: store.querySource, meter: meter) {
                    progress(Double(meter.eventsRead) / Double(max(1, meter.eventsToRead)))
                    return shouldStop()
                } forget: {
                    taker.forget()
                } take: { answer in
                    let start = ContinuousClock.now
                    taker.take(StatementRows(answer))
                    taking += .now - start
                    return true
                }
            }
            let changed = session
            self.session.withLock { $0 = changed }
            return start.duration(to: .now) - taking
        } catch {
            switch error {
            case .text(let error): throw .text(error)
            case .stopped: throw .stopped
            case .limit, .storage, .broken:
                throw .failed(CommandFailure(.failed, error.description(in: statement)))
            }
        }
    }

    func close() throws(QueryDoorFailure) {
        do { try store.close() } catch {
            throw .failed(CommandFailure(.failed, error.description))
        }
    }
}
