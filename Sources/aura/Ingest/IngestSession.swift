import AuraCore
import Glibc

/// The runs of one command: shows how far each is, ends them on Ctrl-C, and sums them up.
struct IngestSession: Sendable {
    let isQuiet: Bool
    let isProgressForced: Bool
    let signals: Signals

    /// What ends a run.
    private enum End: Sendable {
        case done
        case interrupted
    }

    /// How often progress is looked at; it is drawn as `ProgressLine` says.
    private static let pace = Duration.milliseconds(50)
    /// How long a run may take to end after Ctrl-C: a read from a pipe cannot be cancelled.
    private static let patience = Duration.seconds(3)

    /// Runs one file to its end.
    ///
    /// - Returns: The rows that were rejected, in earlier runs of the same file too.
    func run(_ run: IngestRun) async throws -> Int64 {
        let start = ContinuousClock.now
        defer { tellWarnings(run) }
        let end = try await withThrowingTaskGroup(of: End?.self) { group in
            group.addTask {
                try await run.connection.run { _ in try await run.run() }
                return .done
            }
            group.addTask {
                guard await signals.wait() != nil else { return nil }
                Task {
                    try await Task.sleep(for: IngestSession.patience)
                    _exit(ExitStatus.interrupted.rawValue)
                }
                return .interrupted
            }
            group.addTask {
                await show(run)
                return nil
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            return .done
        }
        let elapsed = start.duration(to: .now) / .seconds(1)
        try report(run, elapsed, isInterrupted: end == .interrupted)
        return run.progress.figures.rejected
    }

    /// Draws the progress, and passes on what the server says, until cancelled.
    private func show(_ run: IngestRun) async {
        var line = ProgressLine(
            terminal: .errors, isForced: isProgressForced, isQuiet: isQuiet)
        var told = 0
        while !Task.isCancelled {
            for warning in run.connection.watch.takeWarnings() where told < 5 {
                line.clear()
                StandardError.write("warning: \(warning)\n")
                told += 1
            }
            let figures = run.progress.figures
            line.update(
                ProgressLine.State(
                    events: figures.stored, rejected: figures.rejected,
                    fraction: figures.fraction, note: run.connection.watch.trouble))
            do { try await Task.sleep(for: IngestSession.pace) } catch { break }
        }
        line.clear()
    }

    private func report(_ run: IngestRun, _ elapsed: Double, isInterrupted: Bool) throws {
        let figures = run.progress.figures
        let new = figures.stored - figures.storedBefore
        var parts = ["\(Figures.grouped(new)) events stored"]
        if figures.storedBefore > 0 {
            parts.append("\(Figures.grouped(figures.storedBefore)) were there before")
        }
        if figures.rejected > 0 {
            parts.append(
                "\(Figures.grouped(figures.rejected)) rows rejected, see \(run.rejectPath)")
        }
        let rate = elapsed > 0 ? Figures.short((Double(new) / elapsed).rounded()) : "0"
        let name = run.path == InputFile.standardInput ? "standard input" : run.path
        var text =
            "\(name): \(parts.joined(separator: ", ")) "
            + "(\(Figures.duration(elapsed)), \(rate)/s)\n"
        if let summary = run.progress.privacy.summary { text += "  \(summary)\n" }
        if isInterrupted {
            StandardError.write(text)
            throw CommandFailure(
                .interrupted, "interrupted", hint: "run the same command again to go on")
        }
        if !isQuiet { StandardOutput.write(text) }
    }

    /// Tells each thing that the server said of batches once, with how often it did.
    private func tellWarnings(_ run: IngestRun) {
        for warning in run.progress.warnings {
            let batches = "\(Figures.grouped(warning.batches)) batches"
            let events =
                warning.events == 0 ? "" : ", \(Figures.grouped(warning.events)) events"
            StandardError.write(
                "warning: \(DisplayWidth.visible(warning.subject)) (\(batches)\(events))\n")
        }
    }
}
