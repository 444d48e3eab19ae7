import AuraCore

/// One line about something that takes long, drawn again and again on a terminal.
///
/// Written to the standard error, at most ten times a second, and not before half a second has
/// gone by. Where nobody looks on, lines follow each other every five seconds if they are wanted.
struct ProgressLine {
    /// What is known at one moment.
    struct State {
        /// Events so far; nil where they are not counted, and the time is shown.
        var events: Int64?
        var rejected: Int64 = 0
        /// The part that is done, 0…1; nil where the end is not known.
        var fraction: Double?
        /// Something beside the figures: a lost connection.
        var note: String?
    }

    private let terminal: Terminal
    private let isWanted: Bool
    private let start = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?
    private var firstEvents: Int64?
    private var isOnScreen = false

    private static let barWidth = 12

    /// - Parameter isForced: Whether lines are wanted also where nobody looks on.
    init(terminal: Terminal, isForced: Bool, isQuiet: Bool) {
        self.terminal = terminal
        isWanted = !isQuiet && (terminal.isInteractive || isForced)
    }

    /// Draws the line if it is time to.
    mutating func update(_ state: @autoclosure () -> State) {
        guard isWanted else { return }
        let now = ContinuousClock.now
        let interval: Duration = terminal.isInteractive ? .milliseconds(100) : .seconds(5)
        guard
            now - (drawn ?? start) >= (drawn == nil ? max(interval, .milliseconds(500)) : interval)
        else { return }
        drawn = now
        let text = line(state(), elapsed: (now - start) / .seconds(1))
        if terminal.isInteractive {
            let fitted = DisplayWidth.fit(text, into: terminal.width - 1)
            StandardError.write("\r\u{1B}[K" + fitted)
            isOnScreen = true
        } else {
            StandardError.write(text + "\n")
        }
    }

    /// Takes the line off the screen, for something else is to be printed.
    mutating func clear() {
        if isOnScreen { StandardError.write("\r\u{1B}[K") }
        isOnScreen = false
    }

    /// `▕████░░░▏ 61 %  12.4 M events  310 k/s  ETA 2 s`.
    mutating func line(_ state: State, elapsed: Double) -> String {
        var parts: [String] = []
        if let fraction = state.fraction { parts.append(ProgressLine.bar(fraction)) }
        if let events = state.events {
            let first = firstEvents ?? events
            firstEvents = first
            let rate = elapsed > 0 ? Double(events - first) / elapsed : 0
            parts.append("\(Figures.short(Double(events))) events")
            parts.append("\(Figures.short(rate.rounded()))/s")
        } else {
            let isShort = elapsed < 60
            parts.append(
                isShort ? Figures.fixed(elapsed, places: 1) + " s" : Figures.duration(elapsed))
        }
        if let fraction = state.fraction, fraction > 0.02, fraction < 1 {
            parts.append(
                "ETA \(Figures.duration((elapsed * (1 - fraction) / fraction).rounded(.up)))")
        }
        if state.rejected > 0 { parts.append("\(Figures.grouped(state.rejected)) rejected") }
        if let note = state.note { parts.append(terminal.styled(note, .yellow)) }
        return parts.joined(separator: "  ")
    }

    private static func bar(_ fraction: Double) -> String {
        let full = Int((min(1, max(0, fraction)) * Double(barWidth)).rounded())
        let bar =
            String(repeating: "█", count: full) + String(repeating: "░", count: barWidth - full)
        return "▕\(bar)▏ \(Int(fraction * 100)) %"
    }
}
