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

    /// The progress is not known.
    func answer(
        _ statement: String, _ parameters: [String: Value],
        progress: @escaping @Sendable (Double) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) async throws(QueryDoorFailure) -> QueryAnswer? {
        do throws(QueryFailure) {
            var session = self.session.withLock { $0 }
            session.settings.now = WallClock.now
            session.settings.parameters = parameters
            var answer: QueryAnswer?
            for statement in try QueryScript(statement).statements {
                answer = try session.answer(statement, over: store.querySource, shouldStop)
            }
            let changed = session
            self.session.withLock { $0 = changed }
            return answer
        } catch {
            switch error {
            case .text(let error): throw .text(error)
            case .stopped: throw .stopped
            case .limit, .storage:
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
