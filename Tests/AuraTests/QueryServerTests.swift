import Foundation
import Glibc
import Testing

@testable import aura

/// `aura query` and its Python twin against a server.
struct QueryServerTests {
    private let server: TestServer
    private let folder: Folder

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
        let lines = (0..<500).map { number in
            #"{"type":"\#(number % 3 == 0 ? "visit" : "call")","time":"2026-03-02T10:00:00Z","#
                + #""clinic":\#(number % 7),"note":"größe \#(number)","share":\#(number).25}"#
        }
        let path = try folder.write("sample.ndjson", lines.joined(separator: "\n"))
        let outcome = try await server.aura("ingest", path)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// Values of every type, and rows of events.
    private static let statements = [
        "SELECT type, count(*) AS n, sum(share) AS s FROM events GROUP BY type ORDER BY n DESC",
        """
        SELECT 1 AS i, 2::HUGEINT AS h, 0.5 AS d, true AS b, NULL AS n, 'a' AS t,
            TIMESTAMP '2026-01-02 03:04:05.6' AS ts, TIMESTAMPTZ '2026-01-02 03:04:05Z' AS tz,
            DATE '2026-01-02' AS day, INTERVAL '1 month 2 days 3 seconds' AS i,
            '01234567-89ab-cdef-0123-456789abcdef'::UUID AS u, [[1, NULL], []] AS l
        """,
        "SELECT * FROM events ORDER BY sequence",
        "SHOW TYPES",
    ]

    @Test func `a server answers as its directory does`() async throws {
        var answers: [String] = []
        for statement in Self.statements {
            let outcome = try await server.aura("query", "-o", "json", statement)
            #expect(outcome.status == 0, "\(outcome.errors)")
            answers.append(outcome.output)
        }
        #expect(try await server.stop() == 0)
        for (statement, answer) in zip(Self.statements, answers) {
            let outcome = try await server.aura(
                ["query", "--data-dir", folder.path("data"), "-o", "json", statement])
            #expect(outcome.output == answer)
        }
    }

    @Test func `a query in JSON goes to a server as it is`() async throws {
        let body = #"{"dimensions": ["type"], "filters": ["<", "clinic", 2], "range": "all"}"#
        let outcome = try await server.aura(["query", "--body", "-", "-o", "csv"], input: body)
        #expect(outcome.output == "type,count\ncall,96\nvisit,48\n", "\(outcome.errors)")
        let python = try await server.python("query", body)
        #expect(
            python.output == #"{"type": "call", "count": 96}"# + "\n"
                + #"{"type": "visit", "count": 48}"# + "\n")
        let wrong = try await server.aura("query", #"{"metrics": ["max(clinc)"]}"#)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("line 1, /metrics/0: there is no column 'clinc'\n"))
        #expect(wrong.errors.contains("hint: did you mean 'clinic'?"))
    }

    @Test func `what a script sets holds until its end`() async throws {
        let script = """
            SET timezone = 'Europe/Berlin'; SET rollups = off;
            SELECT date_part('hour', time) AS h FROM events LIMIT 1;
            RESET timezone;
            SELECT setting, value FROM aura_settings WHERE setting IN ('rollups', 'timezone');
            """
        let outcome = try await server.aura(["query", "-o", "tsv"], input: script)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output
                == "h\n11\nsetting\tvalue\nrollups\toff\ntimezone\tUTC\n")
    }

    @Test func `what is wrong is shown where it stands in the script`() async throws {
        let outcome = try await server.aura(
            ["query"], input: "SELECT 1 AS one;\nSELECT clinc FROM events")
        #expect(outcome.status == 2)
        #expect(
            outcome.errors == """
                error: line 2: there is no column 'clinc'
                  SELECT clinc FROM events
                         ^^^^^
                hint: did you mean 'clinic'?

                """)
        let limit = try await server.aura("query", "SET memory_limit = '1000 GiB'")
        #expect(limit.status == 2 && limit.errors.contains("query.memory_limit"))
    }

    /// What takes long, in many steps.
    private static let long =
        "SELECT sum("
        + (0..<200).map { "levenshtein(repeat(note, 20) || '\($0)', repeat('ab', 400))" }
        .joined(separator: " + ") + ") FROM events"

    @Test func `an interrupt ends the query on the server too`() async throws {
        let command = try server.command(["query", Self.long])
        func running() async throws -> String {
            try await server.aura(
                "query", "-o", "csv", "SELECT count(*) AS n FROM aura_queries"
            ).output
        }
        #expect(try await eventually { try await running() == "n\n2\n" })
        command.signal(SIGINT)
        #expect(try await command.status() == 130)
        #expect(command.errors.contains("the query was cancelled"))
        #expect(try await eventually { try await running() == "n\n1\n" })
    }

    @Test func `Python asks the same and hears the same`() async throws {
        let rows = try await server.python(
            "query", "SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY type")
        #expect(rows.status == 0, "\(rows.errors)")
        #expect(
            rows.output == #"{"type": "call", "n": 333}"# + "\n"
                + #"{"type": "visit", "n": 167}"# + "\n")
        let values = try await server.python("query", Self.statements[1])
        #expect(
            values.output == #"{"i": {"months": 1, "days": 2, "microseconds": 3000000}, "h": 2, "#
                + #""d": 0.5, "b": true, "n": null, "t": "a", "ts": "2026-01-02T03:04:05.6", "#
                + #""tz": "2026-01-02T03:04:05Z", "day": "2026-01-02", "#
                + #""u": "01234567-89ab-cdef-0123-456789abcdef", "l": [[1, null], []]}"# + "\n")
        let long = try await server.python(
            "query", "SELECT note, unnest(range(100)) AS n FROM events ORDER BY 1, 2")
        #expect(long.lines.count == 50_000)
        let set = try await server.python(
            "query", "--set", "timezone=Europe/Berlin", "--parameter", "type=visit",
            "SELECT DISTINCT type, date_part('hour', time) AS h FROM events WHERE type = $type")
        #expect(set.output == #"{"type": "visit", "h": 11}"# + "\n")
        let wrong = try await server.python("query", "SELECT clinc FROM events")
        #expect(wrong.status == 1 && wrong.errors.contains("did you mean 'clinic'?"))
        let late = try await server.python("query", "--within", "0.3", Self.long)
        #expect(late.status == 6, "\(late.errors)")
    }
}
