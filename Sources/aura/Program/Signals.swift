import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM as requests to end in order.
///
/// The first of them is delivered; a second one ends the process at once, as if nobody had caught
/// it, for whoever asks twice does not want to wait.
final class Signals: Sendable {
    private let requests: AsyncStream<Int32>
    private let continuation: AsyncStream<Int32>.Continuation
    private let count = Atomic(0)

    /// Where signals are received: a queue of its own has a thread also while others are all busy.
    static let queue = DispatchQueue(label: "aura.signals")

    /// Catches both signals from now on, for as long as the process lives.
    init() {
        (requests, continuation) = AsyncStream<Int32>.makeStream()
        for number in [SIGINT, SIGTERM] {
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: Signals.queue)
            // The handler holds its source, so that it is never released.
            source.setEventHandler { withExtendedLifetime(source) { self.received(number) } }
            source.resume()
        }
    }

    /// Does something at each SIGHUP from now on, for as long as the process lives.
    static func onHangup(_ action: @escaping @Sendable () -> Void) {
        _ = signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: Signals.queue)
        source.setEventHandler { withExtendedLifetime(source) { action() } }
        source.resume()
    }

    private func received(_ number: Int32) {
        guard count.add(1, ordering: .relaxed).oldValue == 0 else { _exit(128 + number) }
        continuation.yield(number)
        continuation.finish()
    }

    /// Waits for the first request.
    ///
    /// - Returns: The signal's number; nil if the task was cancelled before.
    func wait() async -> Int32? {
        for await number in requests { return number }
        return nil
    }

    /// Whether somebody has asked to end.
    var wasAsked: Bool { count.load(ordering: .relaxed) > 0 }
}
