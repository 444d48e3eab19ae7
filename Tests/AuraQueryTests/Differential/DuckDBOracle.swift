import AuraCore
import AuraTesting
import Foundation

@testable import AuraQuery

/// What DuckDB answers to questions about the events of a world.
enum DuckDBOracle {
    /// Why it cannot be asked.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private struct Request: Encodable {
        struct Table: Encodable {
            let name: String
            /// Name and type of each column.
            let columns: [[String]]
            /// The values of each column, as texts.
            let values: [[String?]]
        }

        let zone: String
        let tables: [Table]
        let questions: [String]
    }

    private struct Reply: Decodable {
        let types: [String]?
        let rows: [[AnswerCell]]?
        let error: String?
    }

    /// What DuckDB says of queries that nothing is wrong with: it finds no key of GROUP BY that is a
    /// part of a longer AND or OR, compares no lists by BETWEEN, and copies no subqueries.
    private static let shortcomings = [
        "must appear in the GROUP BY clause", "Invalid type for BETWEEN",
        "Cannot copy BoundSubqueryExpression", "INTERNAL Error",
        // Some of its whole numbers have no sign, counts of regressions among them.
        "Overflow in negation",
        // It takes the constant of mode(constant ORDER BY …) for a fraction.
        "PERCENTILEs can only take parameters", "Unimplemented type for cast (INT",
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// A Python that has the packages of Tools/requirements.txt: that of AURA_DUCKDB_PYTHON, or what
    /// Tools/setup has made.
    private static func interpreter() throws -> String {
        if let path = ProcessInfo.processInfo.environment["AURA_DUCKDB_PYTHON"] { return path }
        // No link is followed on the way: the environment is known by this very path.
        let path = folder.path + "/../../../.venv/bin/python"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "there is no \(path); run Tools/setup")
        }
        return path
    }

    /// The answers to some questions, in one process.
    static func answers(
        to questions: [Question], about world: DifferentialWorld
    ) throws -> [Answer] {
        let script = try String(
            contentsOf: folder.appending(path: "duckdb_answers.py"), encoding: .utf8)
        let request = Request(
            zone: world.zoneName,
            tables: world.tables.map { table in
                Request.Table(
                    name: table.name,
                    columns: table.columns.map { [$0.name, $0.type.castName] },
                    values: table.columns.indices.map { column in
                        table.rows.map { $0[column].isNull ? nil : $0[column].description }
                    })
            }, questions: questions.map(\.text))
        let replies = try PythonOracle.answer(
            script, to: request, as: [Reply].self, by: try interpreter())
        return replies.map { reply in
            if let rows = reply.rows { return .rows(rows, types: reply.types) }
            let error = reply.error ?? ""
            return shortcomings.contains { error.contains($0) } ? .unknown : .failure(error)
        }
    }
}

extension AnswerCell: Decodable {
    /// Numbers have `~` before them, other scalars `=`.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            // Scalar by scalar: an accent may stand behind the sign.
            let rest = String(text.unicodeScalars.dropFirst())
            self =
                text.unicodeScalars.first == "~" ? .number(Double(rest) ?? .nan) : .word(rest)
        } else {
            self = .list(try container.decode([AnswerCell].self))
        }
    }
}
