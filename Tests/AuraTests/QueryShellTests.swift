import Foundation
import Testing

@testable import aura

/// `aura query` at a terminal.
struct QueryShellTests {
    private let data: QueryData
    private let shell: TypedTerminal

    init() async throws {
        data = try await QueryData()
        shell = try TypedTerminal(data.words(), in: data.folder)
        try #require(try await shell.shows("aura> "))
    }

    private static let historyPath = ".local/state/aura/history"

    private var history: String { data.folder.text(QueryShellTests.historyPath) }

    /// Enters a line, sees a text behind it, and then the prompt.
    private func enter(_ line: String, _ text: String) async throws -> Bool {
        guard try await shell.enter(line, text) else { return false }
        return try await shell.shows("aura> ")
    }

    /// Leaves at the prompt.
    private func leave() async throws {
        shell.type("\u{4}")
        #expect(try await shell.status() == 0)
    }

    @Test func `a query ends with its semicolon, on whichever line`() async throws {
        #expect(try await shell.enter("SELECT 41 + 1", "   -> "))
        #expect(try await shell.enter("  AS answer, ';' -- no end;", "   -> "))
        #expect(try await shell.enter("  AS mark; SELECT 2 AS two;", "answer  mark\r\n    42  ;"))
        #expect(try await shell.shows("two\r\n  2\r\naura> "))
        try await leave()
    }

    @Test func `an error is told at its place and does not end the shell`() async throws {
        #expect(try await shell.enter("SELECT nope", "   -> "))
        #expect(try await shell.enter("FROM events;", "error: line 1: there is no column 'nope'"))
        #expect(try await shell.shows("         ^^^^"))
        #expect(try await shell.shows("aura> "))
        #expect(try await shell.enter("SELECT 1; SELEC 2;", "error: line 1: expected a query"))
        #expect(try await shell.shows("            ^^^^^"))
        #expect(try await shell.shows("aura> "))
        #expect(try await enter("SELECT 7 AS seven;", "seven\r\n    7\r\n"))
        try await leave()
    }

    @Test func `the text of an error has colours where they are welcome`() async throws {
        try await leave()
        let colored = try TypedTerminal(
            data.words(), in: data.folder, variables: ["NO_COLOR": ""])
        try #require(try await colored.shows("aura> "))
        #expect(try await colored.enter("SELECT 1, 'a', nope;", "error: line 1: "))
        #expect(
            try await colored.shows(
                "  \u{1B}[1mSELECT\u{1B}[0m \u{1B}[36m1\u{1B}[0m, \u{1B}[32m'a'\u{1B}[0m, nope;"))
        colored.type("\u{4}")
        #expect(try await colored.status() == 0)
    }

    @Test func `Tab completes attributes, tables, functions and commands`() async throws {
        shell.type("SELECT sum(pat\t")
        #expect(try await shell.shows("ient_id"))
        shell.type(") AS s FROM visit.e\t")
        #expect(try await shell.shows("nded"))
        #expect(try await enter(";", "s\r\n4000\r\n"))
        shell.type("SELECT min(blo\t")
        #expect(try await shell.shows("\"blood type\""))
        #expect(try await enter(") AS b FROM events;", "b\r\nA\r\n"))
        shell.type("\\tim\t")
        #expect(try await enter("", "timing is on"))
        // Several are possible: they are listed, and the line stays.
        shell.type("SELECT count\t")
        #expect(try await shell.shows("count_if"))
        #expect(try await enter("(*) AS n FROM events;", "n\r\n2000\r\n"))
        try await leave()
    }

    @Test func `Ctrl-C leaves a line, and cancels a query`() async throws {
        #expect(try await shell.enter("SELECT 1,", "   -> "))
        shell.type("2 \u{3}")
        #expect(try await shell.shows("^C\r\naura> "))
        #expect(try await shell.enter(QueryData.long + ";", "Ctrl-C cancels the query"))
        shell.type("\u{3}")
        #expect(try await shell.shows("error: the query was cancelled\r\naura> "))
        #expect(try await enter("SELECT 3 AS three;", "three\r\n    3\r\n"))
        try await leave()
    }

    @Test func `commands set formats, parameters and what is repeated`() async throws {
        #expect(try await enter("\\x", "the format is vertical"))
        #expect(try await enter("SELECT 1 AS a, NULL AS bb;", " a │ 1\r\nbb │ NULL\r\n"))
        #expect(try await enter("\\x", "the format is table"))
        #expect(try await enter("\\o box", "the format is box"))
        #expect(try await shell.enter("\\set clinic 5 a", "aura> "))
        #expect(try await enter("SELECT $clinic AS p;", "│ p   │\r\n├─────┤\r\n│ 5 a │"))
        #expect(try await enter("\\set", "$clinic = 5 a"))
        #expect(try await shell.enter("\\watch 0.1", "every 0.1 s:"))
        #expect(try await shell.shows("│ 5 a │"))
        #expect(try await shell.shows("every 0.1 s:"))
        #expect(try await shell.shows("│ 5 a │"))
        shell.type("\u{3}")
        #expect(try await shell.shows("aura> "))
        #expect(try await enter("\\d visit.ended", "│ blood type │ VARCHAR "))
        #expect(try await enter("\\format csv", "the format is csv"))
        #expect(try await enter("\\explain SELECT 1", "plan\r\n"))
        let file = try data.folder.write("some.sql", "SELECT 1 AS i;\nSELECT nothing;")
        #expect(try await enter("\\i \(file)", "i\r\n1\r\nerror: line 2: "))
        #expect(try await enter("\\i \(file)s", "error: cannot read '"))
        #expect(try await enter("\\wacth", "hint: did you mean \\watch?"))
        #expect(try await enter("\\f xml", "error: there is no format 'xml'"))
        #expect(try await enter("\\?", "\\watch [seconds]"))
        shell.type("\\q\n")
        #expect(try await shell.status() == 0)
    }

    @Test func `whom a query is about does not come to the disk, and can be repeated`() async throws
    {
        #expect(
            try await enter(
                "SELECT 'p-4711' AS a, 'visit.ended' AS b, 123456 AS c; -- Huber",
                "a       b                 c\r\np-4711  visit.ended  123456\r\n"))
        #expect(try await shell.enter("\\set patient 4711", "aura> "))
        #expect(
            try await enter("{\"filters\": [\"is\", \"patient_id\", 17]}", "count\r\n    1\r\n"))
        #expect(
            try await enter(
                "\u{1B}[A\u{1B}[A\u{1B}[A", "p-4711  visit.ended  123456\r\n"))
        #expect(try await enter("\\history", "the history is redacted"))
        #expect(try await enter("\\history off", "the history is off"))
        #expect(try await enter("SELECT 1 AS kept;", "kept\r\n"))
        #expect(try await enter("\\history some", "error: 'some' is nothing to be kept"))
        try await leave()
        let redacted = "SELECT '…' AS a, 'visit.ended' AS b, '…' AS c; \n"
        #expect(
            history == redacted + "\\\\set patient …\n" + redacted
                + "\\\\history\n\\\\history off\n")
    }

    @Test func `a query in JSON ends with its brace`() async throws {
        #expect(try await shell.enter("{\"metrics\": [\"count\"],", "   -> "))
        #expect(try await enter("\"dimensions\": [\"type\"]}", "visit.begun   1995\r\n"))
        #expect(try await enter("{\"limit\": 0}", "line 1, /limit: the limit is a whole number"))
        try await leave()
    }

    @Test func `what was typed is known again, to its user alone`() async throws {
        #expect(try await enter("\\history full", "the history is full"))
        #expect(try await shell.enter("SELECT 'first' AS a, -- one", "   -> "))
        #expect(try await enter("  '\\' AS b;", "a      b\r\nfirst  \\\r\n"))
        #expect(try await enter(" SELECT 'secret' AS a;", "a\r\nsecret\r\n"))
        #expect(try await enter("SELECT 'last' AS a;", "a\r\nlast\r\n"))
        try await leave()
        #expect(
            history
                == "\\\\history full\nSELECT 'first' AS a, -- one\\n  '\\\\' AS b;\nSELECT 'last' AS a;\n"
        )
        let path = QueryShellTests.historyPath
        let attributes = try FileManager.default.attributesOfItem(atPath: data.folder.path(path))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let again = try TypedTerminal(data.words(), in: data.folder)
        try #require(try await again.shows("aura> "))
        // The key upwards, and Ctrl-R.
        #expect(try await again.enter("\u{1B}[A", "a\r\nlast\r\naura> "))
        #expect(try await again.enter("\u{12}first", "first  \\\r\naura> "))
        again.type("\u{4}")
        #expect(try await again.status() == 0)
    }
}
