import AuraCore
import AuraQuery
import AuraServer
import AuraTesting
import AuraWire
import Testing

@Suite(.serialized) struct ServerStatementTests {
    private let credit: UInt64 = 1 << 20

    /// All frames of an answer.
    private func frames(_ client: RawClient, id: UInt32) throws -> [QueryRows] {
        var frames: [QueryRows] = []
        while true {
            let frame = try client.next()
            try #require(frame.header.requestID == id)
            if frame.header.opcode == .progress { continue }
            try #require(frame.header.opcode == .result)
            frames.append(try QueryRows(payload: frame.payload.rawSpan))
            if !frame.header.flags.contains(.more) { return frames }
            try client.send(Credit(bytes: UInt64(frame.payload.count)), id: id)
        }
    }

    @Test func `a statement is answered with names, types and rows`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(7, type: "a.one"))
            _ = try client.append(someBatch(5, type: "b.two"))
            let text = "SELECT type, count(*) AS n, [max(n)] AS l FROM events GROUP BY 1 ORDER BY 1"
            try client.send(QueryRequest(text, credit: credit), id: 4)
            let rows = try client.next(QueryRows.self, id: 4)
            #expect(rows.watermark == 12 && rows.rowCount == 2 && rows.missing.isEmpty)
            #expect(rows.changes.isEmpty)
            #expect(
                rows.columns == [
                    .init(name: "type", type: .text, values: [.text("a.one"), .text("b.two")]),
                    .init(name: "n", type: .int64, values: [.int64(7), .int64(5)]),
                    .init(
                        name: "l", type: .list(.int64),
                        values: [.list([.int64(6)]), .list([.int64(4)])]),
                ])
            try client.send(QueryRequest("SELECT n FROM events WHERE n > 99", credit: 0), id: 5)
            // Not even the frame without rows is sent before there is credit.
            try client.send(Ping(value: 1), id: 6)
            _ = try client.next(Pong.self, id: 6)
            try client.send(Credit(bytes: 1), id: 5)
            let none = try client.next(QueryRows.self, id: 5)
            #expect(none.rowCount == 0 && none.columns.map(\.name) == ["n"])
        }
    }

    @Test func `a long answer comes as credit allows`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            for index in 0..<4 { _ = try client.append(someBatch(20_000, from: index * 20_000)) }
            try client.send(
                QueryRequest("SELECT n FROM events ORDER BY n", credit: 1), id: 4)
            let first = try client.next(QueryRows.self, id: 4)
            #expect(first.rowCount > 1_000 && first.rowCount < 80_000)
            // Others are answered while this one waits.
            let other = try world.greeted()
            #expect(try other.count() == 80_000)
            try client.send(Ping(value: 1), id: 6)
            _ = try client.next(Pong.self, id: 6)
            try client.send(Credit(bytes: 1 << 30), id: 4)
            let all = try [first] + frames(client, id: 4)
            #expect(all.count > 2)
            let values = all.flatMap { $0.columns[0].values }
            #expect(values == (0..<80_000).map { .int64($0) })
        }
    }

    @Test func `settings and parameters go with the statement and change with it`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            var request = QueryRequest("SET rollups = off", credit: credit)
            try client.send(request, id: 1)
            let set = try client.next(QueryRows.self, id: 1)
            #expect(set.columns.isEmpty)
            #expect(set.changes == [.init(name: "rollups", value: "off")])
            request = QueryRequest(
                "SELECT value FROM aura_settings WHERE setting = $name", credit: credit)
            request.settings = [.init(name: "memory_limit", value: "2 MiB")]
            request.parameters = [.init(name: "name", type: .text, value: .text("memory_limit"))]
            try client.send(request, id: 2)
            let shown = try client.next(QueryRows.self, id: 2)
            #expect(shown.columns[0].values == [.text("2097152")])
            #expect(shown.changes.isEmpty)
            request = QueryRequest("RESET memory_limit", credit: credit)
            request.settings = [.init(name: "memory_limit", value: "2 MiB")]
            try client.send(request, id: 3)
            let reset = try client.next(QueryRows.self, id: 3)
            #expect(reset.changes == [.init(name: "memory_limit", value: nil)])
            request = QueryRequest("SELECT ? + $2, now()", credit: credit)
            request.parameters = [
                .init(name: "1", type: .int64, value: .int64(40)),
                .init(name: "2", type: .float64, value: .float64(2)),
            ]
            try client.send(request, id: 4)
            let sum = try client.next(QueryRows.self, id: 4)
            #expect(sum.columns.map(\.values) == [[.float64(42)], [.instant(TestClock.start)]])
        }
    }

    @Test func `what is wrong is told with its place`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(3))
            try client.send(QueryRequest("SELECT nn FROM events", credit: credit), id: 1)
            let failure = try client.next(WireFailure.self, id: 1)
            #expect(failure.code == .badQuery)
            #expect(failure.place == 7 && failure.condition == 2)
            #expect(failure.message == "there is no column 'nn'\ndid you mean 'n'?")
            try client.send(QueryRequest("SELECT 1; SELECT 2", credit: credit), id: 2)
            #expect(try client.next(WireFailure.self, id: 2).code == .badQuery)
            try client.send(QueryRequest("", credit: credit), id: 3)
            #expect(try client.next(WireFailure.self, id: 3).code == .badQuery)
            var request = QueryRequest("SELECT 1", credit: credit)
            request.settings = [.init(name: "thread", value: "1")]
            try client.send(request, id: 4)
            let setting = try client.next(WireFailure.self, id: 4)
            #expect(setting.message == "there is no setting 'thread'\ndid you mean threads?")
            #expect(try client.count() == 3)
        }
    }

    /// What takes long, in many steps.
    private static let long =
        "SELECT sum("
        + (0..<200).map { "levenshtein(repeat(n::VARCHAR, 20) || '\($0)', repeat('ab', 400))" }
        .joined(separator: " + ") + ") FROM events"

    @Test func `limits hold, and nobody asks for more than they are`() async throws {
        try await withServer(configure: { configuration in
            configuration.query.settings.timeLimit = 300_000
            configuration.query.settings.bounds.time = 300_000
            configuration.query.settings.bounds.memory = 1 << 30
            configuration.query.settings.bounds.threads = 2
        }) { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(1_000))
            try client.send(QueryRequest(Self.long, credit: credit), id: 1)
            let late = try client.next(WireFailure.self, id: 1)
            #expect(late.code == .limitReached)
            #expect(late.message.contains("time_limit"))
            for (id, text) in [
                "SET time_limit = '1 s'", "SET time_limit = 'none'", "SET memory_limit = '2 GiB'",
                "SET threads = 3",
            ].enumerated() {
                try client.send(QueryRequest(text, credit: credit), id: UInt32(id + 2))
                let failure = try client.next(WireFailure.self, id: UInt32(id + 2))
                #expect(failure.code == .badQuery, "\(text)")
            }
            try client.send(QueryRequest("SET time_limit = '200 ms'", credit: credit), id: 9)
            #expect(
                try client.next(QueryRows.self, id: 9).changes
                    == [.init(name: "time_limit", value: "00:00:00.2")])
        }
    }

    @Test func `a statement tells how far it is, is listed, and can be cancelled`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(1_000))
            var request = QueryRequest(Self.long, credit: credit)
            request.wantsProgress = true
            try client.send(request, id: 1)
            let progress = try client.next(QueryProgress.self, id: 1)
            #expect(progress.total >= 1_000 && progress.done <= progress.total)
            // Counts and other statements are answered meanwhile.
            let other = try world.greeted()
            #expect(try other.count() == 1_000)
            try other.send(
                QueryRequest("SELECT text FROM aura_queries ORDER BY query", credit: credit), id: 2)
            let listed = try other.next(QueryRows.self, id: 2).columns[0].values
            #expect(listed.first == .text(Self.long) && listed.count == 2)
            try client.send(Cancel(requestID: 1))
            while true {
                let frame = try client.next()
                if frame.header.opcode == .progress { continue }
                #expect(frame.header.opcode == .error)
                #expect(try WireFailure(payload: frame.payload.rawSpan).code == .cancelled)
                break
            }
            // It lets go of its thread.
            var isGone = false
            for _ in 0..<100 where !isGone {
                try await Task.sleep(for: .milliseconds(50))
                try other.send(
                    QueryRequest("SELECT count(*) FROM aura_queries", credit: credit), id: 3)
                isGone = try other.next(QueryRows.self, id: 3).columns[0].values == [.int64(1)]
            }
            #expect(isGone)
        }
    }

    @Test func `a row that fits no frame is refused`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            try client.send(
                QueryRequest("SELECT repeat('x', 5000000) AS long", credit: credit), id: 1)
            let failure = try client.next(WireFailure.self, id: 1)
            #expect(failure.code == .limitReached)
            #expect(failure.message.contains("row 1 has 4 MiB, and a frame takes 4"))
        }
    }
}
