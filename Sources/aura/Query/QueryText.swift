import AuraQuery
import Foundation

/// The text of queries, from wherever it is given.
enum QueryText {
    /// What a file holds.
    static func read(file path: String) throws(CommandFailure) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.usage, "cannot read '\(path)'", hint: "check the path")
        }
        return try text(data)
    }

    /// What comes on the standard input.
    static func readInput() throws(CommandFailure) -> String {
        try text(FileHandle.standardInput.readDataToEndOfFile())
    }

    /// The SQL that a body means.
    static func sql(ofBody text: String) throws(CommandFailure) -> String {
        do throws(TextError) { return try QueryBody(text).sql } catch {
            throw CommandFailure(.usage, error.description(in: text))
        }
    }

    private static func text(_ data: Data) throws(CommandFailure) -> String {
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.usage, "the query is no UTF-8")
        }
        return text
    }
}
