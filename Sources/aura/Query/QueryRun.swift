import AuraCore
import AuraQuery

/// Asks statements and prints their answers.
struct QueryRun: Sendable {
    let door: any QueryDoor
    /// How answers are written.
    var output: OutputOptions
    /// Whether the time that a statement took is printed.
    var isTimed = false
    /// Values of parameters by name.
    var parameters: [String: Value] = [:]
    /// Whether somebody wants no answer any more.
    let shouldStop: @Sendable () -> Bool

    /// Answers one statement.
    ///
    /// - Returns: Parts of the store that cannot be read, so that the answer lacks their events.
    func answer(_ statement: String) async throws(QueryDoorFailure) -> Int {
        let progress = WaitingLine(.errors, isQuiet: output.quiet)
        let printer = AnswerPrinter(output) { progress.end() }
        let elapsed: Duration
        do throws(QueryDoorFailure) {
            elapsed = try await door.answer(
                statement, parameters, progress: { progress.update($0) },
                shouldStop: shouldStop, to: printer)
            progress.end()
        } catch {
            progress.end()
            throw error
        }
        printer.end()
        if shouldStop() { throw .stopped }
        if isTimed { StandardError.write("\(Figures.duration(elapsed / .seconds(1)))\n") }
        return printer.missingCount
    }

    /// Answers the statements of a text, one after another, up to the first that fails.
    ///
    /// - Throws: `.partial` at the end if answers lack events that cannot be read.
    func answer(script text: String) async throws(CommandFailure) {
        var missing = 0
        for statement in ScriptText(text).statements {
            do throws(QueryDoorFailure) {
                missing = max(missing, try await answer(statement.text))
            } catch {
                throw CommandFailure(error, in: text, at: statement.offset)
            }
        }
        guard missing == 0 else {
            throw CommandFailure(
                .partial,
                "\(missing) parts of the store cannot be read, and the answer lacks their events",
                hint:
                    "'aura store verify' tells what is damaged, 'aura status' what a server misses")
        }
    }
}
