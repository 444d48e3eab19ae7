import Foundation
import Testing

@testable import aura

/// `aura query` with a query: formats, parameters, failures.
struct QueryCommandTests {
    private let data: QueryData

    init() async throws {
        data = try await QueryData()
    }

    /// Values that formats must take care of, in two rows.
    private static let tricky = #"""
        SELECT 1 AS n, NULL AS none, E'a|"b",\n\tc\\' AS t, '日本' AS wide, [1, NULL, 3] AS list,
            'inf'::DOUBLE AS f
        UNION ALL SELECT -20, 'x', '', 'é', [], '-inf'::DOUBLE
        """#

    @Test(arguments: [
        (
            "table",
            #"""
              n  none  t             wide  list             f
              1  NULL  a|"b",\n\tc\  日本  [1, NULL, 3]   inf
            -20  x                   é     []            -inf

            """#
        ),
        (
            "box",
            #"""
            ┌─────┬──────┬──────────────┬──────┬──────────────┬──────┐
            │   n │ none │ t            │ wide │ list         │    f │
            ├─────┼──────┼──────────────┼──────┼──────────────┼──────┤
            │   1 │ NULL │ a|"b",\n\tc\ │ 日本 │ [1, NULL, 3] │  inf │
            │ -20 │ x    │              │ é    │ []           │ -inf │
            └─────┴──────┴──────────────┴──────┴──────────────┴──────┘

            """#
        ),
        (
            "vertical",
            #"""
            ─── row 1 ───
               n │ 1
            none │ NULL
               t │ a|"b",\n\tc\
            wide │ 日本
            list │ [1, NULL, 3]
               f │ inf
            ─── row 2 ───
               n │ -20
            none │ x
               t │ 
            wide │ é
            list │ []
               f │ -inf

            """#
        ),
        (
            "csv",
            "n,none,t,wide,list,f\n1,,\"a|\"\"b\"\",\n\tc\\\",日本,\"[1, NULL, 3]\",inf\n"
                + "-20,x,\"\",é,[],-inf\n"
        ),
        (
            "tsv",
            #"""
            n	none	t	wide	list	f
            1		a|"b",\n\tc\\	日本	[1, NULL, 3]	inf
            -20	x		é	[]	-inf

            """#
        ),
        (
            "json",
            #"""
            [
            {"n":1,"none":null,"t":"a|\"b\",\n\tc\\","wide":"日本","list":[1,null,3],"f":"inf"},
            {"n":-20,"none":"x","t":"","wide":"é","list":[],"f":"-inf"}
            ]

            """#
        ),
        (
            "jsonl",
            #"""
            {"n":1,"none":null,"t":"a|\"b\",\n\tc\\","wide":"日本","list":[1,null,3],"f":"inf"}
            {"n":-20,"none":"x","t":"","wide":"é","list":[],"f":"-inf"}

            """#
        ),
        (
            "markdown",
            #"""
            | n | none | t | wide | list | f |
            | ---: | --- | --- | --- | --- | ---: |
            | 1 | NULL | a\|"b",\\n\\tc\\ | 日本 | [1, NULL, 3] | inf |
            | -20 | x |  | é | [] | -inf |

            """#
        ),
    ])
    func `every format writes what is hard to write`(format: String, text: String) async throws {
        let outcome = try await data.query("-o", format, QueryCommandTests.tricky)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == text)
    }

    @Test func `an answer without rows, and NULL as it is asked for`() async throws {
        let none = "SELECT 1 AS n, 'a' AS t LIMIT 0"
        #expect(try await data.query("-o", "json", none).output == "[]\n")
        #expect(try await data.query("-o", "jsonl", none).output == "")
        #expect(try await data.query("-o", "vertical", none).output == "")
        #expect(try await data.query("-o", "table", none).output == "n  t\n")
        #expect(
            try await data.query("-o", "box", none).output
                == "┌───┬───┐\n│ n │ t │\n├───┼───┤\n└───┴───┘\n")
        for format in ["table", "csv", "tsv"] {
            let null = try await data.query("-o", format, "--null", "–", "SELECT NULL AS n")
            #expect(null.output == "n\n–\n")
        }
    }

    @Test func `queries come from the command line, a file or the standard input`() async throws {
        let text = "SELECT 1 AS a; -- ;\nSET threads = 2;\nSELECT $who AS b, $2 AS c"
        let file = try data.folder.write("query.sql", text)
        let answers = "a\n1\nb\tc\nx=y\t7\n"
        let values = ["--parameter", "who=x=y", "--parameter", "2=7"]
        for outcome in [
            try await data.query(text, values[0], values[1], values[2], values[3]),
            try await data.query("-f", file, values[0], values[1], values[2], values[3]),
            try await data.query(values[0], values[1], values[2], values[3], input: text),
        ] {
            #expect(outcome.output == answers)
            #expect(outcome.errors.isEmpty)
        }
        let timed = try await data.query("--timing", "SELECT 1 AS a; SELECT 2 AS b")
        #expect(timed.errors.split(separator: "\n").count == 2)
    }

    @Test func `what fails is told at its place in the whole text`() async throws {
        let outcome = try await data.query("SELECT 1 AS a;\nSELECT 2 +\n  nope;\nSELECT 3")
        #expect(outcome.status == 2)
        #expect(outcome.output == "a\n1\n")
        #expect(outcome.errors.hasPrefix("error: line 3: there is no column 'nope'\n    nope;\n"))
        let missing = try await data.query("SELECT $day")
        #expect(missing.status == 2)
        #expect(missing.errors.contains("hint: give one with --parameter day=VALUE"))
        let open = try await data.query("SELECT 'a; SELECT 1")
        #expect(open.errors.hasPrefix("error: line 1: a text that does not end"))
        #expect(try await data.query("-f", "/no/such/file").status == 2)
    }

    @Test func `a query in JSON is asked, or said in SQL`() async throws {
        let text = #"{"metrics": ["count"], "dimensions": ["type"], "zone": "Europe/Berlin"}"#
        let file = try data.folder.write("body.json", text)
        for outcome in [
            try await data.query("--body", file),
            try await data.query("--body", "-", input: text),
            try await data.query("-f", file), try await data.query(text),
        ] {
            #expect(outcome.output == "type\tcount\nvisit.begun\t1995\nvisit.ended\t5\n")
            #expect(outcome.errors.isEmpty)
        }
        let sql = try await data.query("--body", file, "--print-sql")
        #expect(
            sql.output == "SET timezone = 'Europe/Berlin'; SELECT type, count(*) AS count "
                + "FROM events GROUP BY 1 ORDER BY count DESC, type LIMIT 10000;\n")
        #expect(try await data.query(sql.output).output == data.query("-f", file).output)
    }

    @Test func `what is wrong with a query in JSON is told with its pointer`() async throws {
        let wrong = #"{"filters": ["is", "patent_id", 5]}"#
        for outcome in [
            try await data.query("--body", "-", input: wrong), try await data.query(wrong),
        ] {
            #expect(outcome.status == 2)
            #expect(
                outcome.errors == """
                    error: line 1, /filters/1: there is no column 'patent_id'
                      {"filters": ["is", "patent_id", 5]}
                                         ^^^^^^^^^^^
                    hint: did you mean 'patient_id'?

                    """)
        }
        let sql = try await data.query("--body", "-", input: "SELECT 1")
        #expect(sql.status == 2 && sql.errors.contains("'SELECT' is no value of JSON"))
        let two = try await data.query("--body", "-", "SELECT 1")
        #expect(two.errors.contains("give the query, a file or a body, and not two of them"))
    }

    @Test func `Ctrl-C cancels a query with status 130`() async throws {
        let command = try Command(data.words(QueryData.long), in: data.folder)
        try await Task.sleep(for: .seconds(1))
        command.signal(SIGINT)
        #expect(try await command.status() == 130)
        #expect(command.errors == "error: the query was cancelled\n")
        #expect(command.output.isEmpty)
    }

    @Test func `a terminal sees the time that a long query takes`() async throws {
        let terminal = try TypedTerminal(data.words(QueryData.long), in: data.folder)
        #expect(try await terminal.shows("0.5 s  Ctrl-C cancels the query"))
        terminal.type("\u{3}")
        #expect(try await terminal.shows("error: the query was cancelled"))
        #expect(try await terminal.status() == 130)
    }

    @Test func `a table fits the terminal, and leaves out columns that do not`() async throws {
        let columns = (1...9).map { "'\(String(repeating: "x", count: 30))' AS c\($0)" }
        let terminal = try TypedTerminal(
            data.words("SELECT " + columns.joined(separator: ", ")), in: data.folder, columns: 50)
        let row = String(repeating: String(repeating: "x", count: 11) + "…  ", count: 3)
        #expect(
            try await terminal.shows(row.dropLast(2) + "\r\n… 6 more columns (use -o vertical)"))
        #expect(try await terminal.status() == 0)
    }
}
