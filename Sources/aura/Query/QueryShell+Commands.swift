import AuraCore
import AuraQuery

/// What a line with a backslash does.
extension QueryShell {
    /// Obeys a line, which has no backslash any more.
    func obey(_ line: String) async throws(CommandFailure) {
        let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        let argument = parts.count > 1 ? parts[1].trimmed.trimming { $0 == ";" } : ""
        switch try ShellCommand.find(parts.first ?? "") {
        case .help: StandardOutput.write(ShellCommand.list)
        case .quit: end()
        case .describe:
            let isName = argument.hasPrefix("\"")
            try await run.answer(
                script: argument.isEmpty
                    ? "SHOW TABLES"
                    : "DESCRIBE " + (isName ? argument : QueryWords.written(argument)))
        case .explain:
            try await run.answer(
                script: "EXPLAIN " + (argument.isEmpty ? try lastQuery() : argument))
        case .format: try setFormat(argument)
        case .history: try setHistory(argument)
        case .input: try await run.answer(script: QueryText.read(file: argument))
        case .set: try setParameter(argument)
        case .timing:
            run.isTimed.toggle()
            say("timing is \(run.isTimed ? "on" : "off")")
        case .vertical:
            let isVertical = format == .vertical
            if !isVertical { tableFormat = format }
            setFormat(isVertical ? tableFormat ?? .table : .vertical)
        case .watch: try await watch(argument)
        }
    }

    private var format: OutputFormat { run.output.format(for: .output) }

    private func say(_ text: String) {
        if !run.output.quiet { StandardError.write(text + "\n") }
    }

    private func lastQuery() throws(CommandFailure) -> String {
        guard let last else {
            throw CommandFailure(.usage, "there was no query yet", hint: "ask one first")
        }
        return last
    }

    private func setFormat(_ name: String) throws(CommandFailure) {
        if name.isEmpty { return say("the format is \(format.rawValue)") }
        guard let format = OutputFormat(rawValue: name) else {
            let names = OutputFormat.allCases.map(\.rawValue)
            throw CommandFailure(
                .usage, "there is no format '\(name)'",
                hint: "there are " + names.joined(separator: ", "))
        }
        setFormat(format)
    }

    private func setFormat(_ format: OutputFormat) {
        run.output.json = false
        run.output.output = format
        say("the format is \(format.rawValue)")
    }

    private func setHistory(_ name: String) throws(CommandFailure) {
        if !name.isEmpty {
            guard let keeping = HistoryKeeping(rawValue: name) else {
                throw CommandFailure(
                    .usage, "'\(name)' is nothing to be kept of queries",
                    hint: "there are off, redacted (without texts and long numbers) and full")
            }
            history.keeping = keeping
        }
        say("the history is \(history.keeping.rawValue)")
    }

    private func setParameter(_ argument: String) throws(CommandFailure) {
        let parts = argument.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        guard let name = parts.first else {
            for (name, value) in run.parameters.sorted(by: { $0.key < $1.key }) {
                StandardOutput.write("$\(name) = \(DisplayWidth.visible(value.description))\n")
            }
            return
        }
        run.parameters[name] = parts.count > 1 ? .text(parts[1]) : nil
    }

    /// Asks the last query again and again.
    private func watch(_ argument: String) async throws(CommandFailure) {
        let query = try lastQuery()
        guard let seconds = argument.isEmpty ? 2 : Double(argument),
            (0.1...86_400).contains(seconds)
        else {
            throw CommandFailure(
                .usage, "'\(argument)' is no number of seconds", hint: "from 0.1 to 86400")
        }
        while !interrupts.isRaised {
            let next = ContinuousClock.now + .seconds(seconds)
            let now = Timestamp(seconds: WallClock.now.microseconds / 1_000_000)
            StandardOutput.write("\(now), every \(seconds) s:\n")
            try await run.answer(script: query)
            await pause(until: next)
        }
    }

    /// Waits, but not longer than until Ctrl-C.
    private func pause(until end: ContinuousClock.Instant) async {
        while !interrupts.isRaised, ContinuousClock.now < end {
            do {
                try await Task.sleep(for: min(.milliseconds(50), end - .now))
            } catch {
                return
            }
        }
    }
}
