import ArgumentParser
import AuraClient
import AuraWire

/// The flags of commands that delete events.
struct OrderOptions: ParsableArguments {
    @Flag(help: "Only say what would be deleted.")
    var dryRun = false

    @Flag(name: [.customLong("yes"), .customShort("y")], help: "Do not ask.")
    var isSure = false
}

extension ConnectionOptions {
    /// Has an order carried out, however long that takes.
    func carryOut(_ order: Order) async throws -> OrderDone {
        var configuration = try configuration()
        // A quiet server may well be at work: `--timeout` is for questions.
        configuration.deadline = .seconds(24 * 3_600)
        let server = ServerConnection(configuration)
        return try await server.run { try await $0.carryOut(order) }
    }
}

/// Asks a person before something that cannot be undone.
enum Confirmation {
    /// Ends the command unless the answer is `word`.
    ///
    /// Without a terminal nobody can be asked: `--yes` must be given where the order needs it.
    static func ask(_ question: String, expecting word: String, isNeeded: Bool) throws {
        guard Terminal.input.isInteractive, Terminal.errors.isInteractive else {
            if !isNeeded { return }
            throw CommandFailure(
                .usage, "nobody can be asked whether to go on", hint: "add --yes if you are sure")
        }
        StandardError.write("\(question)\nType \(word) to go on: ")
        guard readLine() == word else {
            throw CommandFailure(.interrupted, "nothing was deleted")
        }
    }
}
