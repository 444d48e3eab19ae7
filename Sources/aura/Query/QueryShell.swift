import AuraCore
import AuraQuery

/// Queries typed at a terminal, one after another.
final class QueryShell {
    var run: QueryRun
    let interrupts: Interrupts
    /// The last query that was asked, without its semicolon.
    var last: String?
    /// The format that `\x` goes back to.
    var tableFormat: OutputFormat?
    var history = QueryHistory()
    private let editor: LineEditor
    private var names = EventNames()
    private var namesRead: ContinuousClock.Instant?
    private var hasEnded = false
    /// Lines of a query that has no semicolon yet, each with its end.
    private var pending = ""

    private static let namesAge = Duration.seconds(60)

    /// A shell that begins with what the command line says.
    init(_ run: QueryRun, _ interrupts: Interrupts) {
        self.run = run
        self.interrupts = interrupts
        editor = LineEditor(history.entries())
    }

    /// Answers until the user leaves.
    func live() async {
        if !run.output.quiet {
            StandardError.write(
                "aura \(Version.number): queries end with a semicolon; "
                    + "\\? lists what else there is\n")
        }
        while !hasEnded {
            await readNames()
            // The editor holds what it calls, and the shell holds the editor.
            editor.completion = { [names, pending] in
                Completion(of: $0, after: pending, names)
            }
            switch editor.read(prompt: pending.isEmpty ? "aura> " : "   -> ") {
            case .text(let line): await take(line)
            case .interrupted:
                StandardError.write("^C\n")
                pending = ""
            case .end:
                StandardError.write("\n")
                hasEnded = true
            }
        }
    }

    /// The names of the events for completion, now and then anew.
    private func readNames() async {
        guard namesRead.map({ .now - $0 > QueryShell.namesAge }) ?? true else { return }
        namesRead = .now
        do throws(QueryDoorFailure) {
            names = try await run.door.names()
        } catch {
            // The next query will say what is wrong.
            return
        }
    }

    private func take(_ line: String) async {
        if pending.isEmpty {
            let word = line.trimmed
            if word.isEmpty { return }
            if ["exit", "quit"].contains(word.trimming(while: { $0 == ";" })) {
                hasEnded = true
                return
            }
            if word.hasPrefix("\\") {
                remember(line)
                await attempt { () throws(CommandFailure) in
                    try await self.obey(String(word.dropFirst()))
                }
                return
            }
        }
        pending += line + "\n"
        let script = ScriptText(pending)
        guard script.isFinished else { return }
        let text = pending
        pending = ""
        remember(String(text.dropLast()))
        if let statement = script.statements.last { last = statement.text }
        await attempt { () throws(CommandFailure) in
            try await self.run.answer(script: text)
        }
    }

    private func remember(_ entry: String) {
        editor.remember(entry)
        history.add(entry, names)
    }

    /// Does something that Ctrl-C ends; a failure is told, and the shell goes on.
    private func attempt(_ body: () async throws(CommandFailure) -> Void) async {
        interrupts.forget()
        var failure: CommandFailure?
        do throws(CommandFailure) { try await body() } catch { failure = error }
        // The terminal has shown ^C.
        if interrupts.isRaised { StandardError.write("\r\u{1B}[K") }
        if let failure { StandardError.write(failure.text) }
    }

    /// Leaves after this line.
    func end() { hasEnded = true }
}

extension String {
    /// The text without blanks around it.
    var trimmed: String { trimming(while: \.isWhitespace) }
}
