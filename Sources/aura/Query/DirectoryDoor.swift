import AuraCore
import AuraQuery
import AuraStorage
import Synchronization

/// Statements answered from a data directory that no server uses; nothing is written there.
final class DirectoryDoor: QueryDoor {
    /// Keeps servers out.
    private let directory: StoreDirectory
    private let source: QuerySource
    private let session: Mutex<QuerySession>

    /// Bytes of blocks of chunks that are kept in memory.
    private static let cacheBytes = 128 << 20

    /// Opens the directory.
    init(_ path: String, _ settings: QuerySettings) throws(CommandFailure) {
        do throws(StorageError) {
            directory = try StoreDirectory(path, in: PosixFileSystem())
            let events = try directory.events(
                indexPlan: .standard, cacheBytes: DirectoryDoor.cacheBytes)
            source =
                events.index.map { QuerySource($0.view, CatalogueCache()) }
                ?? QuerySource(events.snapshot)
        } catch {
            var hint: String?
            if case .inUse = error {
                hint = "ask its server, with --server in place of --data-dir"
            }
            throw CommandFailure(.failed, error.description, hint: hint)
        }
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
                try session.answer(statement, over: source, meter: meter) {
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

    /// Servers are let in when the value goes.
    func close() {}
}
