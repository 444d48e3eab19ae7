import AuraClient
import AuraCore
import AuraQuery
import AuraWire
import Synchronization

/// Statements answered by a server.
final class ServerDoor: QueryDoor {
    private let connection: ServerConnection
    /// What SET has set, by name.
    private let settings: Mutex<[String: String]>

    /// How often somebody is asked whether the answer is still wanted.
    private static let stopInterval: Duration = .milliseconds(50)

    /// A door to a server, which is connected to when something is asked.
    ///
    /// - Parameter settings: What is set from the beginning, by the names that SET knows.
    init(_ configuration: ClientConfiguration, _ settings: [String: String]) {
        connection = ServerConnection(configuration)
        self.settings = Mutex(settings)
    }

    func answer(
        _ statement: String, _ parameters: [String: Value],
        progress: @escaping @Sendable (Double) -> Void,
        shouldStop: @escaping @Sendable () -> Bool, to taker: any StatementTaker
    ) async throws(QueryDoorFailure) -> Duration {
        let settings = settings.withLock { $0 }
        let texts = parameters.sorted { $0.key < $1.key }
            .map { QueryRequest.Parameter(name: $0.key, type: .text, value: $0.value) }
        let last: QueryRows?
        do {
            last = try await connection.run { client in
                try await withThrowingTaskGroup(of: QueryRows?.self) { group in
                    group.addTask {
                        var last: QueryRows?
                        let frames = client.stream(
                            statement, settings: settings, parameters: texts,
                            onProgress: { progress($0.part) })
                        for try await rows in frames {
                            if !rows.columns.isEmpty { taker.take(StatementRows(rows)) }
                            last = rows
                        }
                        return last
                    }
                    group.addTask {
                        while !shouldStop() { try await Task.sleep(for: Self.stopInterval) }
                        throw QueryDoorFailure.stopped
                    }
                    defer { group.cancelAll() }
                    guard let last = try await group.next() else {
                        preconditionFailure("the group has two tasks")
                    }
                    return last
                }
            }
        } catch { throw QueryDoorFailure(error) }
        self.settings.withLock { settings in
            for change in last?.changes ?? [] { settings[change.name] = change.value }
        }
        return .microseconds(Int64(clamping: last?.elapsed ?? 0))
    }

    func close() async throws(QueryDoorFailure) {
        do throws(ClientError) { try await connection.client.close() } catch {
            throw QueryDoorFailure(error)
        }
    }
}

extension QueryProgress {
    /// The part that is done, 0…1.
    fileprivate var part: Double { total == 0 ? 0 : min(1, Double(done) / Double(total)) }
}

extension QueryDoorFailure {
    fileprivate init(_ error: any Error) {
        switch error {
        case let failure as QueryDoorFailure: self = failure
        case let failure as CommandFailure: self = .failed(failure)
        case ClientError.statement(let reason, let bytes):
            let lines = reason.split(separator: "\n", maxSplits: 1).map(String.init)
            self = .text(
                TextError(
                    lines.first ?? reason, at: bytes, hint: lines.count > 1 ? lines[1] : nil))
        case let error as ClientError: self = .failed(CommandFailure(error))
        default: self = .failed(CommandFailure(.failed, "\(error)"))
        }
    }
}
