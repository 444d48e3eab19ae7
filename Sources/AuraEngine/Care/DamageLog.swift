import AuraStorage
import Logging
import Synchronization

/// Says once of each chunk that it is set aside.
final class DamageLog: Sendable {
    private let known: Mutex<Set<UInt64>> = Mutex([])
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Logs what is news.
    func note(_ missing: [MissingChunk]) {
        if missing.isEmpty { return }
        let news = known.withLock { known in
            missing.filter { known.insert($0.number).inserted }
        }
        for chunk in news {
            logger.error(
                """
                \(chunk.file) is set aside, and answers lack its \(chunk.rowCount) events: \
                \(chunk.cause)
                """,
                metadata: [
                    "sequences": "\(chunk.sequences)",
                    "times": "\(chunk.times.lowerBound)...\(chunk.times.upperBound) µs",
                ])
        }
    }
}
