import Foundation

/// A second implementation to compare with: what a Python script makes of an input.
public enum PythonOracle {
    /// Why there is no answer.
    public struct Failure: Error {
        /// What the script ended with.
        public let status: Int32
    }

    /// Runs a script that reads JSON from its standard input and writes JSON.
    ///
    /// - Parameter interpreter: The Python that runs it, by name or path.
    public static func answer<Answer: Decodable>(
        _ script: String, to question: some Encodable, as type: Answer.Type = Answer.self,
        by interpreter: String = "python3"
    ) throws -> Answer {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [interpreter, "-c", script]
        // Files stand in for pipes, which a long question and a long answer could both fill.
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            // A folder that stays behind in the temporary one does no harm.
            try? FileManager.default.removeItem(at: folder)
        }
        let input = folder.appending(path: "question")
        let output = folder.appending(path: "answer")
        try JSONEncoder().encode(question).write(to: input)
        try Data().write(to: output)
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(status: process.terminationStatus)
        }
        return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: output))
    }
}
