import AuraClient
import AuraCore
import AuraWire
import Foundation
import Testing

@testable import aura

/// `count`, `tail`, `status`, `ping` and `test-events` against a server.
struct QuestionTests {
    private let server: TestServer
    private let folder: Folder

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
    }

    /// Seven events: three types, two days, two clinics, one without a clinic.
    private func ingestSample() async throws {
        let lines = [
            #"{"type":"visit","time":"2026-03-02T10:00:00Z","clinic":1,"patient":"a"}"#,
            #"{"type":"visit","time":"2026-03-02T11:30:00Z","clinic":2,"patient":"b"}"#,
            #"{"type":"visit","time":"2026-03-08T23:59:59.5Z","clinic":1,"patient":"a"}"#,
            #"{"type":"call","time":"2026-03-09T00:00:00Z","clinic":1,"patient":"a"}"#,
            #"{"type":"call","time":"2026-03-31T08:00:00Z","clinic":"1","patient":"c"}"#,
            #"{"type":"note, \"long\"","time":"2026-04-01T00:00:00Z","patient":"c"}"#,
            #"{"type":"visit","time":"2026-04-01T08:15:00+02:00","clinic":2,"patient":"c"}"#,
        ]
        let path = try folder.write("sample.ndjson", lines.joined(separator: "\n"))
        let outcome = try await server.aura("ingest", path)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func `counts by type, time and attribute`() async throws {
        try await ingestSample()
        let all = try await server.aura("count")
        #expect(
            all.output == """
                count\tfirst\tlast
                7\t2026-03-02T10:00:00Z\t2026-04-01T06:15:00Z

                """)
        let types = try await server.aura("count", "--by", "type")
        #expect(
            types.rows.map { [$0[0], $0[1]] } == [
                ["call", "2"], ["note, \"long\"", "1"], ["visit", "4"],
            ])
        let days = try await server.aura("count", "--by", "day,type", "--type", "visit")
        #expect(
            days.rows.map { Array($0.prefix(3)) } == [
                ["2026-03-02", "visit", "2"], ["2026-03-08", "visit", "1"],
                ["2026-04-01", "visit", "1"],
            ])
        let clinics = try await server.aura("count", "--by", "clinic", "--null", "none")
        #expect(
            clinics.rows.map { [$0[0], $0[1]] } == [
                ["none", "1"], ["1", "3"], ["2", "2"], ["1", "1"],
            ])
    }

    @Test func `texts that only look alike are counted apart`() {
        let names = ["\u{E9}", "e\u{301}"]
        let counts = names.map { name in
            Counts.Row(
                keys: [.type(name), .attribute(.string(name))], count: 1,
                first: Timestamp(seconds: 1), last: Timestamp(seconds: 1))
        }
        let byType = CountFold(dimensions: [.type], distinct: "x").answer(counts)
        #expect(
            byType.rows.map { Array($0.prefix(3)) }
                == names.map { [.text($0), .count(1), .count(1)] })
        let all = CountFold(dimensions: [], distinct: "x").answer(counts)
        #expect(all.rows.map { Array($0.prefix(2)) } == [[.count(2), .count(2)]])
    }

    @Test func `weeks begin on Monday, months on their first, and distinct values count once`()
        async throws
    {
        try await ingestSample()
        let weeks = try await server.aura("count", "--by", "week", "--distinct", "patient")
        #expect(
            weeks.rows.map { Array($0.prefix(3)) } == [
                ["2026-03-02", "3", "2"], ["2026-03-09", "1", "1"], ["2026-03-30", "3", "1"],
            ])
        let months = try await server.aura("count", "--by", "month", "--distinct", "patient")
        #expect(
            months.rows.map { Array($0.prefix(3)) } == [
                ["2026-03-01", "5", "3"], ["2026-04-01", "2", "1"],
            ])
        let none = try await server.aura(
            "count", "--distinct", "clinic", "--type", "note, \"long\"")
        #expect(none.rows.first?.prefix(2) == ["1", "0"])
    }

    @Test func `times and conditions narrow a count`() async throws {
        try await ingestSample()
        let half = try await server.aura(
            "count", "--from", "2026-03-09", "--to", "2026-04-01", "--no-header")
        #expect(half.output.hasPrefix("2\t"))
        let clinic = try await server.aura("count", "--where", "clinic=1", "--no-header")
        #expect(clinic.output.hasPrefix("4\t"))
        let both = try await server.aura(
            "count", "--where", "clinic=1", "--where", "patient=a", "--type", "visit", "--no-header"
        )
        #expect(both.output.hasPrefix("2\t"))
        let past = try await server.aura("count", "--from", "-1h", "--no-header")
        #expect(past.output.hasPrefix("0\t"))
    }

    @Test func `answers come in every format`() async throws {
        try await ingestSample()
        func answer(_ format: String) async throws -> String {
            try await server.aura("count", "--by", "type", "--from", "2026-04-01", "-o", format)
                .output
        }
        let first = "2026-04-01T00:00:00Z"
        let last = "2026-04-01T06:15:00Z"
        let lines = try await answer("csv").split(separator: "\n")
        #expect(
            lines == [
                "type,count,first,last", #""note, ""long""",1,"# + "\(first),\(first)",
                "visit,1,\(last),\(last)",
            ])
        let objects = try await answer("jsonl").split(separator: "\n")
        #expect(
            objects == [
                #"{"type":"note, \"long\"","count":1,"first":""#
                    + #"\#(first)","last":"\#(first)"}"#,
                #"{"type":"visit","count":1,"first":"\#(last)","last":"\#(last)"}"#,
            ])
        let array = try JSONSerialization.jsonObject(with: Data(try await answer("json").utf8))
        #expect((array as? [[String: Any]])?.map { $0["count"] as? Int } == [1, 1])
        #expect(
            try await answer("markdown").hasPrefix(
                "| type | count | first | last |\n| --- | ---: |"))
        #expect(
            try await answer("table").hasPrefix(
                """
                type          count  first                 last
                note, "long"      1  \(first)  \(first)
                visit             1  \(last)
                """))
    }

    @Test func `a wrong question is told with a remedy`() async throws {
        for (arguments, text) in [
            (["--from", "yesterdya"], "'yesterdya' is no time for --from"),
            (["--from", "now", "--to", "-1h"], "is not before --to"),
            (["--where", "clinic"], "'clinic' is no condition for --where"),
            (["--by", "a,b,c,d,e"], "5 groupings; at most 4 are possible"),
        ] {
            let command = try server.command(["count"] + arguments)
            #expect(try await command.status() == 2)
            #expect(command.errors.contains("error: "), "\(arguments)")
            #expect(command.errors.contains(text), "\(arguments)")
            #expect(command.errors.contains("\nhint: "), "\(arguments)")
            #expect(command.output.isEmpty)
        }
    }

    @Test func `a type without events is told with the one that was meant`() async throws {
        try await ingestSample()
        for (type, text) in [
            ("user.logn", "did you mean 'user.login'?"), ("vist", "did you mean 'visit'?"),
            ("something else", "'aura count --by type' lists them"),
        ] {
            let outcome = try await server.aura("count", "--type", type)
            #expect(outcome.status == 0)
            #expect(outcome.errors == "hint: no events of type '\(type)'; \(text)\n")
        }
        let none = try await server.aura("count", "--type", "call", "--to", "2026-01-01")
        #expect(none.errors.isEmpty)
    }

    @Test func `an answer that cannot be written is told`() async throws {
        let script = "\(Command.program.path) count > /dev/full"
        let shell = try Command(
            ["-c", script], in: folder, variables: ["AURA_URL": server.address],
            executable: URL(filePath: "/bin/bash"))
        #expect(try await shell.status() == 1)
        #expect(
            shell.errors == """
                error: cannot write the answer: No space left on device
                hint: what was written is not whole

                """)
    }

    @Test func `a terminal gets a table that fits it, with colours where they are welcome`()
        async throws
    {
        try await ingestSample()
        func table(_ variables: [String: String]) async throws -> [Substring] {
            // The command `script` makes a terminal and shows what comes there.
            let command = "\(Command.program.path) count --by type"
            let shell = try Command(
                ["-qec", command, "/dev/null"], in: folder,
                variables: variables.merging(["AURA_URL": server.address, "TERM": "xterm"]) { $1 },
                executable: URL(filePath: "/usr/bin/script"))
            #expect(try await shell.status() == 0)
            return shell.output.split(whereSeparator: \.isNewline)
        }
        let wide = try await table(["COLUMNS": "200"])
        #expect(wide.first?.hasPrefix("\u{1B}[1mtype\u{1B}[0m") == true)
        #expect(wide.contains { $0.hasSuffix("2026-03-31T08:00:00Z") })
        let plain = try await table(["COLUMNS": "40", "NO_COLOR": "1"])
        #expect(!plain.joined().contains("\u{1B}"))
        #expect(plain.first?.hasPrefix("type") == true)
        #expect(plain.prefix(4).allSatisfy { $0.count <= 40 }, "\(plain)")
        #expect(plain.contains { $0.hasPrefix("visit") && $0.contains("4") && $0.contains("…") })
    }

    @Test func `test events are recorded, and an unknown type is told`() async throws {
        let some = try await server.aura("test-events", "--count", "62", "--event-type", "all")
        #expect(some.output == "recorded 62 events of 31 types\n")
        let types = try await server.aura("count", "--by", "type", "--no-header")
        #expect(types.lines.count == 31)
        #expect(types.lines.allSatisfy { $0.split(separator: "\t")[1] == "2" })
        let logins = try await server.aura(
            "test_analytics", "--event-type", "user.login", "--count", "5")
        #expect(logins.output == "recorded 5 events of user.login\n")
        let own = try await server.aura(
            "test-events", "--event-type", "episode.closed", "--count", "1")
        #expect(own.status == 0)
        let unknown = try await server.aura("test-events", "--event-type", "user.logn")
        #expect(unknown.status == 2)
        #expect(
            unknown.errors
                == "error: unknown event type 'user.logn'\nhint: did you mean 'user.login'?\n")
        #expect(try await server.aura("test-events", "--count", "0").status == 2)
    }

    @Test func `the same seed records the same events`() async throws {
        for _ in 0..<2 {
            _ = try await server.aura("test-events", "--seed", "7", "--count", "3")
        }
        let lines = try await server.aura("tail").lines.map { line in
            line.split(separator: "\"attributes\":").last
        }
        #expect(lines.count == 6)
        #expect(Array(lines[0..<3]) == Array(lines[3..<6]))
    }

    @Test func `a tail shows the last events as JSON`() async throws {
        try await ingestSample()
        let last = try await server.aura("tail", "--from", "-2")
        #expect(
            last.output == """
                {"sequence":6,"time":"2026-04-01T00:00:00Z","type":"note, \\"long\\"","attributes":{"patient":"c"}}
                {"sequence":7,"time":"2026-04-01T06:15:00Z","type":"visit","attributes":{"clinic":2,"patient":"c"}}

                """)
        let calls = try await server.aura("tail", "--from", "1", "--type", "call")
        #expect(try TailedLine.all(calls.output).map(\.sequence) == [4, 5])
        #expect(try await server.aura("tail", "--from", "99").output.isEmpty)
        let wrong = try await server.aura("tail", "--from", "end")
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("'end' is no place for --from"))
    }

    @Test func `a tail follows what comes, over a restart, until Ctrl-C`() async throws {
        let tail = try server.command(["tail", "-f", "--type", "user.login"])
        // It follows what comes once it has asked.
        let client = AuraClient(ClientConfiguration(port: server.port))
        let hasAsked = try await eventually {
            try await client.status().counters.contains { $0.name == "questions" && $0.value > 0 }
        }
        try #require(hasAsked)
        try await client.close()
        for round in 1...2 {
            _ = try await server.aura("test-events", "--event-type", "user.login", "--count", "3")
            _ = try await server.aura("test-events", "--event-type", "user.logout", "--count", "3")
            #expect(try await eventually { tail.output.split(separator: "\n").count == 3 * round })
            if round == 1 {
                try await server.kill()
                try await server.restart()
            }
        }
        tail.signal(SIGINT)
        #expect(try await tail.status() == 130)
        #expect(tail.errors.isEmpty)
        #expect(try TailedLine.all(tail.output).map(\.sequence) == [1, 2, 3, 7, 8, 9])
    }

    @Test func `a reader that goes ends a tail quietly`() async throws {
        _ = try await server.aura("test-events", "--count", "500")
        let script = "\(Command.program.path) tail --from 1 -f | head -n 2; echo ${PIPESTATUS[0]}"
        let shell = try Command(
            ["-c", script], in: folder, variables: ["AURA_URL": server.address],
            executable: URL(filePath: "/bin/bash"))
        #expect(try await shell.status() == 0)
        let lines = shell.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last == "141")
        #expect(shell.errors.isEmpty)
    }

    @Test func `status and ping tell how the server is`() async throws {
        _ = try await server.aura("test-events", "--count", "12")
        let status = try await server.aura("status", "--json")
        #expect(status.status == 0)
        let object = try JSONSerialization.jsonObject(with: Data(status.output.utf8))
        let properties = try #require(object as? [String: Any])
        #expect(properties["status"] as? String == "healthy")
        #expect(properties["events"] as? Int == 12)
        #expect(properties["server"] as? String == server.address)
        let seed = try await server.aura("analytics_admin", "status", "--json")
        #expect(seed.status == 0)
        let ping = try await server.aura("ping")
        #expect(ping.output.hasPrefix("\(server.address) answered in "))
    }

    @Test func `a server that is not there is told with status 4`() async throws {
        try await server.kill()
        for arguments in [["count"], ["ping"], ["status"], ["tail"], ["test-events"]] {
            let command = try server.command(arguments)
            #expect(try await command.status() == 4, "\(arguments)")
            #expect(command.errors.contains("error: nothing listens at \(server.address); "))
            #expect(command.errors.contains("hint: start one with 'aura serve'"))
        }
        let nowhere = try await server.aura("ping", "--server", "no such host")
        #expect(nowhere.status == 2)
        #expect(nowhere.errors.contains("'no such host' is no server"))
    }
}
