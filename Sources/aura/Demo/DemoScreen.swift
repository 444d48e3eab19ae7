import AuraCore

/// Shows pictures of the demonstration: drawn in place on a terminal, a line each elsewhere.
struct DemoScreen {
    private let terminal: Terminal
    private let headline: String
    private var drawnLines = 0

    init(terminal: Terminal, headline: String) {
        self.terminal = terminal
        self.headline = headline
    }

    mutating func show(_ picture: DemoPicture) {
        guard terminal.isInteractive else { return StandardOutput.write(picture.line + "\n") }
        let lines = lines(picture)
        // Back to the first line drawn before; each line is cleared as it is written over.
        var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        for line in lines { text += "\r\u{1B}[K" + line + "\n" }
        drawnLines = lines.count
        StandardOutput.write(text)
    }

    /// What stands on the terminal.
    func lines(_ picture: DemoPicture) -> [String] {
        let typeWidth = 28
        let barsWidth = min(DemoPicture.minutes, max(0, terminal.width - typeWidth - 24))
        var lines = [
            terminal.styled(DisplayWidth.fit(headline, into: terminal.width - 1), .bold),
            "\(Figures.grouped(picture.total)) events   "
                + "\(Figures.fixed(picture.rate, places: 1))/s   \(picture.time)",
            "",
            terminal.styled(
                column("type", typeWidth) + right("events", 10) + right("minute", 8) + "  "
                    + "last \(barsWidth) minutes", .dim),
        ]
        let room = max(4, terminal.height - lines.count - 2)
        for row in picture.rows.prefix(room) {
            let bars = Sparkline.of(Array(row.minutes.suffix(barsWidth)))
            lines.append(
                column(row.type, typeWidth) + right(Figures.grouped(row.total), 10)
                    + right("\(row.minutes.last ?? 0)", 8) + "  " + terminal.styled(bars, .green))
        }
        return lines
    }

    private func column(_ text: String, _ width: Int) -> String {
        let fitted = DisplayWidth.fit(text, into: width)
        return fitted + String(repeating: " ", count: width - DisplayWidth.of(fitted))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
