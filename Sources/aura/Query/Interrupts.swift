import Dispatch
import Glibc
import Synchronization

/// Ctrl-C as a wish to end what runs, which may come again and again.
final class Interrupts: Sendable {
    private let raised = Atomic(false)

    /// Catches SIGINT from now on, for as long as the process lives.
    init() {
        _ = signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: Signals.queue)
        // The handler holds its source, so that it is never released.
        source.setEventHandler {
            withExtendedLifetime(source) { self.raised.store(true, ordering: .relaxed) }
        }
        source.activate()
    }

    /// Whether it came since it was last forgotten.
    var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// Forgets what came before something new begins.
    func forget() { raised.store(false, ordering: .relaxed) }
}
