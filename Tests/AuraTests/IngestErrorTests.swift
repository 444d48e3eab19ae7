import Foundation
import Testing

/// Files that are not as they should be, through `aura ingest`.
struct IngestErrorTests {
    private let folder: Folder
    private let server: TestServer

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
    }

    /// The rejected rows: line, reason, text.
    private func rejects(_ name: String) -> [[String]] {
        folder.text(name).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private func stored() async throws -> String? {
        try await server.aura("count", "--no-header").rows(headers: 0).first?.first
    }

    @Test func `lines that are no events are named with reason and text, the rest is stored`()
        async throws
    {
        let name = String(repeating: "n", count: 129)
        var bytes = Data(
            """
            {"type":"a","time":"2026-01-01T00:00:00Z"}
            not JSON
            {"type":"a","time":"2026-01-01T00:00:00Z"
            [1,2]
            {"type":"a"}
            {"time":"2026-01-01T00:00:00Z"}
            {"type":"a","time":"yesterday at noon"}
            {"type":"\(name)","time":"2026-01-01T00:00:00Z"}
            {"type":"a","time":"2999-01-01T00:00:00Z"}
            {"type":"a","time":"2026-01-01T00:00:00Z"}

            """.utf8)
        bytes +=
            Data(#"{"type":"a"#.utf8) + [0xFF]
            + Data("\",\"time\":\"2026-01-01T00:00:00Z\"}\n".utf8)
        try bytes.write(to: folder.url.appending(path: "bad.ndjson"))
        let outcome = try await server.aura("ingest", folder.path("bad.ndjson"))
        #expect(outcome.status == 7)
        #expect(outcome.output.contains("2 events stored, 9 rows rejected, see "))
        #expect(outcome.output.contains("bad.ndjson.rejects"))
        let rows = rejects("bad.ndjson.rejects")
        try #require(rows.map { $0[0] } == ["2", "3", "4", "5", "6", "7", "8", "9", "11"])
        let reasons = [
            "column 1: expected '{'", "expected", "column 1: expected '{'",
            "no time: map a column to it with time=COLUMN",
            "no type: map a column to it with type=COLUMN",
            "'yesterday at noon' is no time in the given format; map it with time=COLUMN",
            "has 129 bytes; a name has 1 to 128",
            "the time 2999-01-01T00:00:00Z lies in the future",
            "expected UTF-8",
        ]
        try #require(rows.allSatisfy { $0.count == 3 })
        for (row, reason) in zip(rows, reasons) {
            #expect(row[1].contains(reason), "\(row)")
            #expect(!row[2].isEmpty)
        }
        #expect(rows[0][2] == "not JSON")
        #expect(try await stored() == "2")
        // The same file again: nothing is stored twice, the same rows are told.
        let again = try await server.aura("ingest", folder.path("bad.ndjson"))
        #expect(again.status == 7)
        #expect(again.output.contains("0 events stored, 2 were there before, 9 rows rejected"))
        #expect(try await stored() == "2")
    }

    @Test func `CSV rows of the wrong size are named, a value of another type is kept as text`()
        async throws
    {
        let path = try folder.write(
            "bad.csv",
            """
            type,time,n
            a,2026-01-01T00:00:00Z,1
            a,2026-01-01T00:00:00Z
            a,2026-01-01T00:00:00Z,1,2
            a,2026-01-01T00:00:00Z,many

            """)
        let outcome = try await server.aura(
            "ingest", path, "--map", "type=type,time=time,n=n:int64")
        #expect(outcome.status == 7)
        let rows = rejects("bad.csv.rejects")
        try #require(rows.map { $0[0] } == ["3", "4"])
        #expect(rows[0][1].contains("2") && rows[0][1].contains("3"), "\(rows[0])")
        #expect(rows[1][1].contains("4") && rows[1][1].contains("3"), "\(rows[1])")
        let tail = try await server.aura("tail", "--from", "1")
        #expect(tail.lines.map { $0.hasSuffix(#""attributes":{"n":1}}"#) } == [true, false])
        #expect(tail.lines.last?.hasSuffix(#""attributes":{"n":"many"}}"#) == true)
    }

    @Test func `a file that cannot be read is named with the reason`() async throws {
        let missing = try await server.aura("ingest", "none.ndjson")
        #expect(missing.status == 1)
        #expect(
            missing.errors == """
                error: cannot read none.ndjson: No such file or directory
                hint: check the path, or give '-' for the standard input

                """)
        let directory = try await server.aura("ingest", folder.path)
        #expect(directory.status == 1)
        #expect(directory.errors == "error: cannot read \(folder.path): Is a directory\n")
        let locked = try folder.write("locked.ndjson", "")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: locked)
        // Root may read everything, and becomes somebody else for it.
        let program = "\(Command.program.path) ingest \(locked)"
        let shell = try Command(
            ["-c", getuid() == 0 ? "setpriv --reuid=65534 --clear-groups \(program)" : program],
            in: folder, executable: URL(filePath: "/bin/bash"))
        #expect(try await shell.status() == 1)
        #expect(shell.errors == "error: cannot read \(locked): Permission denied\n")
        let gzip = try await server.aura("ingest", cutGzip())
        #expect(gzip.status == 1)
        #expect(gzip.errors.contains("cut.ndjson.gz: the compressed input ends in the middle"))
        #expect(try await stored() == "0")
    }

    /// A compressed file without its end.
    private func cutGzip() async throws -> String {
        let line = #"{"type":"a","time":"2026-01-01T00:00:00Z"}"#
        let path = try folder.write("whole.ndjson", line + "\n")
        let script = "gzip -c \(path) | head -c 40 > \(folder.path("cut.ndjson.gz"))"
        let shell = try Command(
            ["-c", script], in: folder, executable: URL(filePath: "/bin/bash"))
        #expect(try await shell.status() == 0)
        return folder.path("cut.ndjson.gz")
    }

    @Test func `wrong mappings and flags are told before anything is read`() async throws {
        let path = try folder.write("a.csv", "type,time\na,2026-01-01T00:00:00Z\n")
        for (arguments, text) in [
            (["--map", "n=n:int"], "type 'int' is none of bool, int64"),
            (["--time-zone", "Mars/Olympus"], "time zone 'Mars/Olympus' is unknown"),
            (["--retry-for", "soon"], "'soon' is no duration for --retry-for"),
            (["--in-flight", "65"], "--in-flight 65 is not within 1...64"),
            (["--batch-size", "0"], "--batch-size 0 is not within 1...65536"),
            (["--delimiter", "ab"], "--delimiter 'ab' is no single byte"),
            (["--delimiter", "\""], "--delimiter '\"' is no single byte"),
        ] {
            let command = try server.command(["ingest", path] + arguments)
            #expect(try await command.status() == 2, "\(arguments)")
            #expect(command.errors.contains(text), "\(command.errors)")
        }
        #expect(try await stored() == "0")
    }

    @Test(arguments: ["^", "#", " ", "\u{1}", "x", "tab"])
    func `any character may stand between fields`(_ delimiter: String) async throws {
        let between = delimiter == "tab" ? "\t" : delimiter
        let rows = [["type", "time", "note"], ["a.b", "2026-01-01T00:00:00Z", "1,2;3"]]
        let text = rows.map { $0.joined(separator: between) }.joined(separator: "\n")
        let path = try folder.write("delimited.csv", text + "\n")
        let ingest = try await server.aura("ingest", path, "--delimiter", delimiter)
        #expect(ingest.status == 0, "\(ingest.errors)")
        let counted = try await server.aura("count", "--where", "note=1,2;3", "--by", "type")
        #expect(counted.rows.map { Array($0.prefix(2)) } == [["a.b", "1"]], "\(counted.output)")
    }

    @Test func `rejected rows that cannot be kept end the run, and another place mends it`()
        async throws
    {
        let path = try folder.write(
            "a.ndjson", "nothing\n" + #"{"type":"a","time":"2026-01-01T00:00:00Z"}"#)
        let refused = try await server.aura("ingest", path, "--reject-file", "/proc/none")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("error: cannot make the reject file /proc/none: "))
        #expect(refused.errors.contains("hint: name another one with --reject-file"))
        let mended = try await server.aura(
            "ingest", path, "--reject-file", folder.path("mine.tsv"))
        #expect(mended.status == 7)
        #expect(rejects("mine.tsv").map { $0[0] } == ["1"])
        #expect(try await stored() == "1")
    }

    @Test func `Ctrl-C ends it with a hint, and the same command goes on`() async throws {
        let line = #"{"type":"a","time":"2026-01-01T00:00:00Z"}"# + "\n"
        let path = try folder.write("a.ndjson", String(repeating: line, count: 2_000))
        let arguments = ["ingest", path, "--batch-size", "10", "--rate", "50"]
        let command = try server.command(arguments)
        let isUnderWay = try await eventually {
            try await self.stored().flatMap { Int($0) } ?? 0 >= 20
        }
        #expect(isUnderWay, "\(command.errors)")
        command.signal(SIGINT)
        #expect(try await command.status() == 130)
        #expect(command.errors.contains("error: interrupted"))
        #expect(command.errors.contains("hint: run the same command again to go on"))
        let rest = try await server.aura("ingest", path, "--batch-size", "10")
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(rest.output.contains("were there before"))
        #expect(try await stored() == "2000")
    }
}

extension Outcome {
    /// The cells of tab-separated output behind so many lines.
    fileprivate func rows(headers: Int) -> [[String]] {
        lines.dropFirst(headers).map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
