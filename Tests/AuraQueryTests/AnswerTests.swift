import AuraCore
import Foundation
import Testing

import AuraStorage

@testable import AuraQuery

/// Questions whose answers DuckDB has given: `Answers/answer.py` writes them.
struct AnswerTests {
    /// A question, and its rows as texts.
    struct Question: CustomTestStringConvertible, Sendable {
        let text: String
        let rows: [[String]]

        var testDescription: String { text }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Answers")

    /// The tables that questions are about, as queries of WITH.
    private static let tables = """
        WITH t AS (SELECT 1 AS a, 1 AS b, 'one' AS s, 1.5 AS d UNION ALL SELECT 2, 2, 'two', 2.5
        UNION ALL SELECT 3, 1, 'three', 0.25 UNION ALL SELECT 4, NULL, 'four', NULL
        UNION ALL SELECT 5, 2, 'five', -1 UNION ALL SELECT 6, 3, NULL, 10),
        u AS (SELECT 1 AS id, 'one' AS name UNION ALL SELECT 2, 'two' UNION ALL SELECT 4, 'four'),
        e AS (SELECT TIMESTAMP '2024-05-01 10:05:00' AS ts
        UNION ALL SELECT TIMESTAMP '2024-05-01 10:40:00'
        UNION ALL SELECT TIMESTAMP '2024-05-01 11:00:00'
        UNION ALL SELECT TIMESTAMP '2024-05-02 00:00:01')
        """

    static let questions: [Question] = {
        guard
            let data = FileManager.default.contents(
                atPath: folder.appending(path: "answers.txt").path)
        else { return [] }
        var questions: [Question] = []
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("> ") {
                questions.append(Question(text: String(line.dropFirst(2)), rows: []))
            } else if let last = questions.popLast() {
                let row = line.split(separator: "\t", omittingEmptySubsequences: false)
                questions.append(
                    Question(text: last.text, rows: last.rows + [row.map(String.init)]))
            }
        }
        return questions
    }()

    @Test func `there are questions`() {
        #expect(AnswerTests.questions.count > 60)
    }

    /// A question as a query of the tables.
    static func query(_ question: Question) -> String {
        // A question with a WITH of its own goes on from the tables'.
        question.text.hasPrefix("with ")
            ? tables + ", " + question.text.dropFirst(5) : tables + " " + question.text
    }

    @Test(arguments: questions) func `the answer is DuckDB's`(_ question: Question) {
        let text = AnswerTests.query(question)
        var settings = QuerySettings(now: .init(microseconds: 0))
        settings.zoneNamed = { AnswerTests.zone($0) }
        do {
            let answer = try PreparedQuery(text, over: QuerySource(.empty), settings).answer()
            let rows = (0..<answer.rowCount).map { answer.row($0).map(AnswerTests.text) }
            #expect(rows.count == question.rows.count, "\(rows)")
            for (found, wanted) in zip(rows, question.rows) {
                let areEqual =
                    found.count == wanted.count
                    && zip(found, wanted).allSatisfy { AnswerTests.areEqual($0, $1) }
                #expect(areEqual, "\(found) instead of \(wanted)")
            }
        } catch {
            Issue.record("\(error.description(in: text))")
        }
    }

    private static func text(_ value: Value) -> String {
        value.isNull ? "\\N" : value.description
    }

    /// The same text, or numbers that differ in the last digits.
    private static func areEqual(_ found: String, _ wanted: String) -> Bool {
        if found == wanted { return true }
        guard let found = Double(found), let wanted = Double(wanted) else { return false }
        return (found - wanted).magnitude <= 1e-12 * wanted.magnitude
    }

    private static func zone(_ name: String) -> TimeZoneRules? {
        let path = "/usr/share/zoneinfo/" + name
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return try? TimeZoneRules(tzif: [UInt8](data).rawSpan)
    }
}
