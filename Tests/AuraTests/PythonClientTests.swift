import AuraClient
import AuraCore
import AuraTesting
import AuraWire
import Foundation
import Testing

@testable import aura

/// The Python client against a real server: what it says and hears is what the Swift client does.
struct PythonClientTests {
    private let server: TestServer
    private let folder: Folder

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
    }

    // MARK: - Events

    /// Events of three types with every type of value, as the Python client writes them.
    private static let lines = [
        #"{"time":"2026-03-02T10:00:00Z","type":"lab.result","id":"order 7","attributes":"#
            + #"{"abnormal":false,"analyte":"glucose µ","count":-5,"#
            + #""order":{"uuid":"01234567-89ab-cdef-0123-456789abcdef"},"#
            + #""peer_ip":{"ip_prefix":"192.0.2.0/24"},"#
            + #""taken_at":{"timestamp":"2026-03-02T09:58:00.000001Z"},"value":0.1}}"#,
        #"{"time":"1969-12-31T23:59:59.999999Z","type":"lab.result","#
            + #""id":{"uuid":"01234567-89ab-cdef-0000-000000000000"},"attributes":"#
            + #"{"peer_ip":{"ip_prefix":"2001:db8:7::/48"},"value":{"float64":"7ff8000000001234"}}}"#,
        #"{"time":"2026-03-02T11:00:00Z","type":"visit","attributes":{"code":[7,"seven"]}}"#,
        #"{"time":"2026-03-02T10:30:00Z","type":"ping","attributes":{}}"#,
    ]

    /// The same events.
    private static let events: [Event] = [
        Event(
            type: "lab.result", time: Timestamp(microseconds: 1_772_445_600_000_000),
            id: .text("order 7"),
            attributes: [
                Attribute("abnormal", .bool(false)), Attribute("analyte", .string("glucose µ")),
                Attribute("count", .int64(-5)),
                Attribute(
                    "order",
                    .uuid(UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: 0x0123_4567_89AB_CDEF))),
                Attribute("peer_ip", .ipPrefix(IPPrefix(v4: 192, 0, 2))),
                Attribute(
                    "taken_at", .timestamp(Timestamp(microseconds: 1_772_445_480_000_001))),
                Attribute("value", .float64(0.1)),
            ]),
        Event(
            type: "lab.result", time: Timestamp(microseconds: -1),
            id: .uuid(UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: 0)),
            attributes: [
                Attribute("peer_ip", .ipPrefix(IPPrefix(v6: 0x2001, 0xDB8, 7))),
                Attribute("value", .float64(Double(bitPattern: 0x7FF8_0000_0000_1234))),
            ]),
        Event(
            type: "visit", time: Timestamp(microseconds: 1_772_449_200_000_000),
            attributes: [
                Attribute("code", .int64(7)), Attribute("code", .string("seven")),
            ]),
        Event(type: "ping", time: Timestamp(microseconds: 1_772_447_400_000_000)),
    ]

    private func append(_ arguments: String...) async throws {
        let command = try server.startPython(
            ["append"] + arguments, input: Self.lines.joined(separator: "\n"))
        #expect(try await command.status() == 0, "\(command.errors)")
        #expect(
            command.output == """
                {"batches": 2, "events": 4, "duplicates": 0, "rewritten": 0, "skipped": 0}

                """)
    }

    /// What the Swift client reads, from the first event on.
    private func stored(_ count: Int) async throws -> [Event] {
        let client = AuraClient(ClientConfiguration(port: server.port))
        var events: [Event] = []
        for try await tailed in client.tail(from: 1) {
            events.append(tailed.event)
            if events.count == count { break }
        }
        try await client.close()
        return events
    }

    @Test func `what Python appends the Swift client reads, bit by bit`() async throws {
        try await append("--batch", "3")
        #expect(Event.firstDifference(try await stored(4), Self.events) == nil)
    }

    @Test func `what the Swift client appends Python tails`() async throws {
        let client = AuraClient(ClientConfiguration(port: server.port))
        for events in [Self.events.prefix(1), Self.events.dropFirst()] {
            var builder = BatchBuilder()
            for event in events { try #require(try builder.append(event)) }
            let bytes = builder.finish()
            _ = try await client.append(EventBatch(validating: try #require(bytes)))
        }
        try await client.close()
        let tail = try await server.python("tail", "--from", "1", "--limit", "4")
        #expect(tail.status == 0, "\(tail.errors)")
        let numbered = Self.lines.enumerated().map { #"{"sequence":\#($0 + 1),"# + $1.dropFirst() }
        #expect(tail.lines.map(String.init) == numbered)
        let some = try await server.python(
            "tail", "--from", "1", "--type", "visit", "--type", "ping", "--limit", "2")
        #expect(some.lines.map(String.init) == Array(numbered.suffix(2)))
    }

    // MARK: - Questions

    @Test func `Python counts as the program does`() async throws {
        try await append("--batch", "2")
        let all = try await server.python("count")
        #expect(
            all.output == """
                {"watermark": 4, "complete": true, "rows": [{"keys": [], "count": 4, \
                "first": "1969-12-31T23:59:59.999999Z", "last": "2026-03-02T11:00:00Z"}]}

                """)
        for (arguments, counts) in [
            (["--by", "type"], [#"["lab.result"]: 2"#, #"["ping"]: 1"#, #"["visit"]: 1"#]),
            (
                ["--by", "hour", "--by", "code", "--start", "2026-03-02T10:30:00Z"],
                [
                    #"["2026-03-02T10:00:00Z", null]: 1"#,
                    #"["2026-03-02T11:00:00Z", "seven"]: 1"#,
                ]
            ),
            (
                ["--where", #"order={"uuid":"01234567-89ab-cdef-0123-456789abcdef"}"#],
                ["[]: 1"]
            ),
            (["--where", "value=0.1", "--where", "analyte=glucose µ"], ["[]: 1"]),
            (["--where", "code=7", "--where", "code=8", "--type", "visit"], ["[]: 1"]),
            (["--where", "abnormal=true"], []),
            (["--end", "1970-01-01T00:00:00Z"], ["[]: 1"]),
        ] {
            let command = try server.startPython(["count"] + arguments)
            #expect(try await command.status() == 0, "\(command.errors)")
            let rows = command.output.matches(of: #/"keys": (\[.*?\]), "count": (\d+)/#)
            #expect(rows.map { "\($0.1): \($0.2)" } == counts, "\(arguments)")
        }
    }

    @Test func `Python asks for the state, pings, and cancels`() async throws {
        try await append("--batch", "2")
        let status = try await server.python("status")
        #expect(status.output.contains(#""visible": 4, "stable": 4"#), "\(status.output)")
        #expect(status.output.contains(#""batches.stored": 2"#))
        #expect(try await server.python("ping").output.hasPrefix(#"{"milliseconds": "#))
        let cancelled = try await server.script(
            """
            from aura import wire
            from aura.connection import Connection
            connection = Connection((host, port))
            connection.send(wire.SUBSCRIBE, {"from": 3, "types": [], "credit": 1 << 20}, 9)
            frames = [connection.receive() for _ in range(2)]
            connection.send(wire.CANCEL, {"request id": 9})
            frames.append(connection.receive())
            print([frame.opcode for frame in frames], [frame.flags for frame in frames])
            print(frames[0].fields["first"], frames[1].fields["last"], frames[2].fields["next"])
            """)
        #expect(cancelled.output == "[49, 49, 50] [3, 3, 1]\n3 4 5\n", "\(cancelled.errors)")
    }

    // MARK: - Failures

    @Test func `a batch that is sent again is stored once, and what does not fit is told`()
        async throws
    {
        let outcome = try await server.script(
            """
            from aura import batch, wire
            from aura.connection import Connection
            from aura.events import Event
            connection = Connection((host, port))
            granted = connection.credit

            def ask(opcode, fields):
                request = connection.new_request()
                connection.send(opcode, fields, request)
                frame = connection.receive()
                while frame.request != request:
                    frame = connection.receive()
                return frame

            state = ask(wire.PRODUCER_OPEN, {"name": "resending"}).fields
            print(state["next sequence"])

            def append(sequence, data, **other):
                fields = {**state, "sequence": sequence, "batch": data, **other}
                fields = ask(wire.APPEND, fields).fields
                if "code" in fields:
                    print(fields["code"], fields["class"], fields["expected sequence"], fields["condition"])
                else:
                    print(fields["first sequence"], fields["rows"], fields["flags"], fields["level"])

            two = batch.encode([Event(time, "visit") for time in (1, 2)])
            append(1, two)
            append(1, two)
            append(3, two)
            append(1, batch.encode([Event(3, "visit")]))
            append(2, two[:-8])
            append(2, batch.encode([Event(250_000_000_000_000_000, "visit")]))
            append(2, two, epoch=state["epoch"] + 1)
            append(2, two)
            while connection.credit < granted:
                connection.receive()
            """)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output == """
                1
                1 2 0 2
                1 2 1 2
                501 0 2 0
                502 4 0 0
                401 2 0 1
                403 2 0 0
                504 3 0 0
                3 2 0 2

                """)
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("4\t"))
    }

    @Test func `a refused batch ends an append, and all before it is stored`() async throws {
        let far = #"{"time":"9000-01-01T00:00:00Z","type":"visit"}"#
        let outcome = try await server.python(
            "append", "--batch", "1", input: (Self.lines + [far]).joined(separator: "\n"))
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("error 403: batch 5: "), "\(outcome.errors)")
        let wrong = try await server.python(
            "append", "--batch", "1", input: Self.lines[3] + "\n{\"type\":\"x\"}")
        #expect(wrong.status == 2)
        #expect(wrong.errors == "error: line 2: an event is an object with a time and a type\n")
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("5\t"))
    }

    @Test func `a frame that is too large is refused, and the server goes on`() async throws {
        let outcome = try await server.script(
            """
            from aura import wire
            from aura.connection import Connection, Disconnected, ServerError
            connection = Connection((host, port))
            fields = {"producer": 0, "epoch": 0, "sequence": 1, "batch": bytes(connection.most)}
            connection.send(wire.APPEND, fields, 7)
            for _ in range(2):
                try:
                    connection.receive()
                except ServerError as error:
                    print(error.code, error.kind)
                except Disconnected:
                    print("closed")
            """)
        #expect(outcome.output == "104 2\nclosed\n", "\(outcome.errors)")
        #expect(try await server.python("ping").status == 0)
    }

    @Test func `a wrong key, a missing one and one of another scope end with status 5`()
        async throws
    {
        let folder = try Folder()
        let server = try await TestServer(in: folder, ["--auth-required", "true"])
        let made = try await aura(
            "keys", "create", "--name", "web", "--scope", "ingest", "--data-dir",
            folder.path("data"), in: folder)
        let key = String(try #require(made.lines.first))
        let forged = "aura_api_0000000000000000000000000000000000000000000"
        for (arguments, code) in [
            (["count"], 201), (["--key", forged, "count"], 202), (["--key", key, "count"], 205),
        ] {
            let command = try server.startPython(arguments)
            #expect(try await command.status() == 5)
            #expect(command.errors.hasPrefix("error \(code): "), "\(command.errors)")
        }
        let stored = try await server.python("--key", key, "append", input: Self.lines[0])
        #expect(stored.status == 0, "\(stored.errors)")
    }

    @Test func `a server that is not there is told with status 4`() async throws {
        try await server.kill()
        let outcome = try await server.python("--retry-for", "0.2", "ping")
        #expect(outcome.status == 4)
        #expect(outcome.errors.hasPrefix("error: cannot connect to \(server.address): "))
    }

    // MARK: - Kills

    @Test func `nothing is lost or doubled by kills of the server`() async throws {
        let stop = folder.path("stop")
        let command = try server.startScript(
            """
            from itertools import count
            from aura.client import Client
            from aura.events import Event
            from aura.producer import Producer
            producer = Producer(Client(host, port, retry_for=120), "python")
            for first in count(0, 2):
                if os.path.exists("\(stop)"):
                    break
                numbers = range(first, first + 2)
                producer.append(Event(1_700_000_000_000_000 + n, "tick", {"n": n}) for n in numbers)
            producer.close()
            print(first)
            """)
        let client = AuraClient(ClientConfiguration(port: server.port))
        var least: UInt64 = 0
        for _ in 0..<Effort.count(4) {
            let isGrowing = try await eventually { try await client.status().visible > least }
            try #require(isGrowing, "\(command.errors)")
            try await server.kill()
            try await server.restart()
            least = try await client.status().visible
        }
        _ = try folder.write("stop", "")
        #expect(try await command.status() == 0, "\(command.errors)")
        let total = try #require(Int(command.output.dropLast()))
        #expect(try await client.status().visible == UInt64(total))
        var next: Int64 = 0
        for try await tailed in client.tail(from: 1) {
            try #require(tailed.event["n"] == .int64(next))
            next += 1
            if next == total { break }
        }
        try await client.close()
    }

    @Test func `an append that was killed goes on with --resume`() async throws {
        let lines = (0..<200).map {
            #"{"time":"2026-03-02T10:00:00Z","type":"tick","attributes":{"n":\#($0)}}"#
        }
        let input = lines.joined(separator: "\n")
        let path = try folder.write("input", input)
        let killed = try await server.script(
            """
            import signal
            from itertools import islice
            from aura.client import Client
            from aura.producer import Producer
            from aura_client import batches
            producer = Producer(Client(host, port), "file", may_renumber=False)
            for events in islice(batches(open("\(path)"), 10), 7):
                producer.append(events)
            os.kill(os.getpid(), signal.SIGKILL)
            """)
        #expect(killed.status == 128 + SIGKILL)
        let arguments = ["append", "--producer", "file", "--batch", "10", "--resume"]
        let resumed = try server.startPython(arguments, input: input)
        #expect(try await resumed.status() == 0, "\(resumed.errors)")
        let again = try server.startPython(arguments, input: input)
        #expect(try await again.status() == 0)
        #expect(again.output.hasPrefix(#"{"batches": 0, "events": 0, "#))
        #expect(again.output.hasSuffix("\"skipped\": 20}\n"))
        let numbers = try await stored(200).map { $0["n"] }
        #expect(numbers == (0..<200).map { .int64(Int64($0)) })
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("200\t"))
    }
}

/// The Python client against a server that keeps an index.
struct PythonMetricTests {
    @Test func `Python reads the index as the program does`() async throws {
        let folder = try Folder()
        let server = try await TestServer(in: folder, ["--index", "true"])
        let lines = (0..<30).map {
            #"{"time":"2026-03-02T10:\#(10 + $0):00Z","type":"\#($0 % 3 == 0 ? "api.error" : "visit")","#
                + #""attributes":{"user_id":\#($0 % 4),"duration_ms":\#($0)}}"#
        }
        let appended = try await server.python("append", input: lines.joined(separator: "\n"))
        #expect(appended.status == 0, "\(appended.errors)")
        let metric = try await server.python(
            "metric", "--by", "type", "--by", "hour", "--part", "users", "--part", "values",
            "--type", "visit")
        #expect(metric.status == 0, "\(metric.errors)")
        #expect(
            metric.output.contains(
                #""rows": [{"type": "visit", "bucket": "2026-03-02T10:00:00Z", "count": 20, "#
                    + #""errors": 0, "values": {"count": 20, "sum": 300.0, "#), "\(metric.output)")
        #expect(metric.output.contains(#""users": {"count": 4, "exact": true}"#))
        let score = try await server.python(
            "score", "--bucket", "2026-03-02T10:39:30Z", "--width", "60", "--previous", "20")
        #expect(score.output.contains(#""value": 1.0, "closed": false"#), "\(score.output)")
        #expect(score.output.contains(#""samples": 20, "mean": 1.0"#))
        #expect(score.output.hasSuffix("\"z\": null, \"robust z\": null}\n"))
        let sights = try await server.python("sights")
        #expect(sights.output.contains(#"{"type": "visit", "event": "2026-03-02T10:39:00Z""#))
        #expect(sights.output.contains(#""name": "aura_client.py "#), "\(sights.output)")
        let refused = try await server.python("metric", "--where", "clinic=1")
        #expect(refused.status == 1 && refused.errors.hasPrefix("error 601: "))
    }
}
