import Foundation

/// One of the real logs, and the true answers about it.
///
/// The truth was computed from the same files by another engine. `AURA_TEST_DATA` says where they
/// are; by default they are looked for beside the project.
public struct TruthData {
    /// The path of the log.
    public let path: String
    private let queries: [String: Query]

    private struct Query: Decodable {
        let rows: [[String: Value]]
    }

    private struct File: Decodable {
        let queries: [String: Query]
    }

    /// A JSON scalar as text: whole numbers without a point.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else if let number = try? container.decode(Int.self) {
                text = String(number)
            } else {
                text = String(try container.decode(Double.self))
            }
        }
    }

    /// The folder of the shared data.
    private static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["AURA_TEST_DATA"] {
            return URL(filePath: path)
        }
        return URL(filePath: #filePath).appending(path: "../../../../shared/data").standardized
    }()

    /// Whether the logs and the answers are on this machine.
    public static var isThere: Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "events/truth").path)
    }

    /// A log by its file, with the answers of that name.
    public init(_ name: String, file: String) throws {
        path = TruthData.folder.appending(path: "events/\(file)").path
        let truth = TruthData.folder.appending(path: "events/truth/\(name).json")
        queries = try JSONDecoder().decode(File.self, from: Data(contentsOf: truth)).queries
    }

    /// What is answered.
    public var questions: [String] { queries.keys.sorted() }

    /// The rows of an array of JSON objects, scalars as texts.
    public static func rows(of json: Data) throws -> [[String: String]] {
        try JSONDecoder().decode([[String: Value]].self, from: json).map { $0.mapValues(\.text) }
    }

    /// The rows that answer a question.
    public func rows(_ question: String) throws -> [[String: String]] {
        guard let query = queries[question] else { throw Missing(question: question) }
        return query.rows.map { $0.mapValues(\.text) }
    }

    /// A naive time of the truth as the program writes it.
    public func time(_ text: String?) -> String? {
        guard let text else { return nil }
        let parts = text.split(separator: ".")
        guard parts.count == 2, let decimals = parts.last else { return text + "Z" }
        // Three decimals where these say all.
        let short = decimals.hasSuffix("000") ? decimals.dropLast(3) : decimals
        return "\(parts[0]).\(short)Z"
    }

    /// The truth does not answer a question that a test asks.
    public struct Missing: Error {
        let question: String
    }
}
