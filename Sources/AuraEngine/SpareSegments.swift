import AuraStorage
import Dispatch
import Logging
import Synchronization

/// Makes spare segments beside the writer, one at a time, and keeps them until it takes them.
final class SpareSegments: Sendable {
    private struct State: Sendable {
        var ready: [PreparedSegment] = []
        /// Whether one is being made, or must not be tried yet.
        var isBusy = false
        var hasFailed = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "aura.spares", qos: .utility)
    private let logger: Logger

    /// How long none is tried after one that could not be made: what a full disk gives back between
    /// two tries must not be filled and emptied again and again.
    private static let pause = DispatchTimeInterval.seconds(5)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Hands over those that are ready.
    func take() -> [PreparedSegment] {
        state.withLock { state in
            defer { state.ready = [] }
            return state.ready
        }
    }

    /// Whether one may be made.
    ///
    /// Not while one is ready: that may be the very one that is wanted, and made again, it would take
    /// the name from under the writer, which has the first open.
    var isFree: Bool {
        state.withLock { !$0.isBusy && !$0.isClosed && $0.ready.isEmpty }
    }

    /// Makes one, which must be free; none once this is closed.
    ///
    /// - Parameter next: Called when the segment is ready, or, after a failure, when it is time to
    ///   try again.
    func make(_ wanted: SpareSegment, then next: @escaping @Sendable () -> Void) {
        state.withLock { state in
            if state.isClosed { return }
            state.isBusy = true
            // Within the lock, so that `close` waits for it.
            queue.async {
                if self.prepare(wanted) { return next() }
                self.queue.asyncAfter(deadline: .now() + SpareSegments.pause) {
                    self.state.withLock { $0.isBusy = false }
                    next()
                }
            }
        }
    }

    /// Whether it was made.
    private func prepare(_ wanted: SpareSegment) -> Bool {
        do throws(FileSystemError) {
            let spare = try wanted.prepare()
            state.withLock { state in
                state.ready.append(spare)
                state.isBusy = false
                state.hasFailed = false
            }
            return true
        } catch {
            let isNews = state.withLock { state in
                defer { state.hasFailed = true }
                return !state.hasFailed
            }
            if isNews { logger.warning("no spare log segment could be made: \(error)") }
            return false
        }
    }

    /// Makes no more, and waits for the one that is being made: nothing may be written once the
    /// directory is given back.
    func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }
}
