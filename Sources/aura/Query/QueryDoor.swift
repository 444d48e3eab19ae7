import AuraCore
import AuraQuery
import Synchronization

/// Where statements are answered: a data directory, or a server.
///
/// It keeps what SET has set.
protocol QueryDoor: AnyObject, Sendable {
    /// Answers one statement from all events at that moment, row by row.
    ///
    /// - Parameters:
    ///   - parameters: Values of the statement's parameters by name.
    ///   - progress: Told the part that is done, 0…1, if that is known.
    ///   - shouldStop: Asked from time to time, on any thread; once it says so, the statement fails
    ///     with `.stopped`.
    ///   - taker: Gets the rows.
    /// - Returns: How long the engine worked on it.
    func answer(
        _ statement: String, _ parameters: [String: Value],
        progress: @escaping @Sendable (Double) -> Void,
        shouldStop: @escaping @Sendable () -> Bool, to taker: any StatementTaker
    ) async throws(QueryDoorFailure) -> Duration

    /// Gives back what it holds; nothing can be asked afterwards.
    func close() async throws(QueryDoorFailure)
}

/// Why a statement has no answer.
enum QueryDoorFailure: Error, Hashable, Sendable {
    /// Something in the statement's text, and where.
    case text(TextError)
    /// Whoever asked wants no answer any more.
    case stopped
    /// Anything else.
    case failed(CommandFailure)
}

/// The names that stand in the events.
struct EventNames: Sendable {
    var types: [String] = []
    var attributes: [String] = []
}

extension QueryDoor {
    /// The types and attributes that events have now, in their order.
    func names() async throws(QueryDoorFailure) -> EventNames {
        EventNames(
            types: try await texts("SELECT type FROM aura_types ORDER BY type"),
            attributes: try await texts(
                "SELECT DISTINCT attribute FROM aura_attributes ORDER BY attribute"))
    }

    /// The first column of an answer.
    private func texts(_ statement: String) async throws(QueryDoorFailure) -> [String] {
        let column = FirstColumn()
        _ = try await answer(
            statement, [:], progress: { _ in }, shouldStop: { false }, to: column)
        return column.texts.withLock { $0 }
    }
}

/// Takes the first column of an answer.
private final class FirstColumn: StatementTaker {
    let texts = Mutex<[String]>([])

    func take(_ rows: StatementRows) {
        texts.withLock { $0 += rows.values(0, 0..<rows.count).map(\.description) }
    }

    func forget() -> Bool {
        texts.withLock { $0 = [] }
        return true
    }
}

extension CommandFailure {
    /// What a command ends with.
    ///
    /// - Parameters:
    ///   - text: The text in which the place is shown.
    ///   - offset: Bytes of it before the statement.
    init(_ failure: QueryDoorFailure, in text: String, at offset: Int = 0) {
        switch failure {
        case .text(let error):
            self.init(
                .usage,
                error.moved(by: offset).description(in: text) { Terminal.errors.highlighted($0) })
        case .stopped: self.init(.interrupted, "the query was cancelled")
        case .failed(let failure): self = failure
        }
    }
}
