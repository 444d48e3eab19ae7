import ArgumentParser
import AuraCore

/// Which events a question is about: their types and times.
struct SelectionOptions: ParsableArguments {
    @Option(help: "Only events of this type; may be given several times.")
    var type: [String] = []

    @Option(parsing: .unconditional, help: "Only events at or after this time.")
    var from: String?

    @Option(parsing: .unconditional, help: "Only events before this time.")
    var to: String?

    /// The times that are meant, first and behind the last.
    func times(now: Timestamp) throws -> (start: Timestamp?, end: Timestamp?) {
        let start = try from.map { try TimeExpression.parse($0, of: "--from", now: now) }
        let end = try to.map { try TimeExpression.parse($0, of: "--to", now: now) }
        if let start, let end, start >= end {
            throw CommandFailure(
                .usage, "--from \(start) is not before --to \(end)", hint: "swap them")
        }
        return (start, end)
    }
}
