import Dispatch
import Synchronization

/// A line about a query while it runs, on a terminal.
final class WaitingLine: Sendable {
    private struct State {
        var line: ProgressLine
        var fraction: Double?
        var isOver = false
    }

    private let state: Mutex<State>

    /// Begins to look at the clock; the line is drawn as `ProgressLine` says.
    init(_ terminal: Terminal, isQuiet: Bool) {
        state = Mutex(
            State(line: ProgressLine(terminal: terminal, isForced: false, isQuiet: isQuiet)))
        let timer = DispatchSource.makeTimerSource(
            queue: DispatchQueue(label: "aura.query.progress"))
        timer.schedule(deadline: .now(), repeating: .milliseconds(100))
        // The handler holds its timer, until it is cancelled.
        timer.setEventHandler { [weak self] in
            if self?.draw() != true { timer.cancel() }
        }
        timer.activate()
    }

    /// Takes note of the part that is done, 0…1.
    func update(_ fraction: Double) {
        state.withLock { $0.fraction = fraction }
    }

    /// Draws the line if it is time to.
    ///
    /// - Returns: Whether there will be more to draw.
    private func draw() -> Bool {
        state.withLock { state in
            guard !state.isOver else { return false }
            let fraction = state.fraction
            state.line.update(
                ProgressLine.State(fraction: fraction, note: "Ctrl-C cancels the query"))
            return true
        }
    }

    /// Takes the line away for good.
    func end() {
        state.withLock { state in
            state.isOver = true
            state.line.clear()
        }
    }
}
