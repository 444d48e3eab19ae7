import AuraClient
import AuraCore
import AuraEngine
import AuraQuery
import AuraServer
import AuraTesting
import AuraWire
import Testing

/// Answers to statements that are longer than what a client takes at once.
@Suite(.serialized) struct ServerStatementStreamTests {
    /// More than any frame or queue holds.
    private static let endless =
        "SELECT a.n, repeat('x', 200) AS text FROM events a JOIN events b ON true"

    /// Runs with a thousand events, thus a million rows.
    private func withRows(
        stallLimit: Duration = .seconds(60), concurrency: Int = 1,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await withServer(configure: { configuration in
            configuration.query.stallLimit = stallLimit
            configuration.query.concurrency = concurrency
            configuration.query.settings.memoryLimit = 16 << 20
        }) { world in
            _ = try world.greeted().append(someBatch(1_000))
            try await body(world)
        }
    }

    /// Waits until no statement is answered any more.
    private func waitUntilIdle(_ world: TestServer) async throws {
        for _ in 0..<500 where !world.store.runningQueries.all.isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(world.store.runningQueries.all.isEmpty)
    }

    /// Asks something short, which takes the only thread.
    private func expectFreeThread(_ world: TestServer) throws {
        let client = try world.greeted()
        try client.send(QueryRequest("SELECT 1 AS one", credit: 1 << 20), id: 1)
        #expect(try client.next(QueryRows.self, id: 1).columns[0].values == [.int64(1)])
    }

    @Test func `a client that grants no credit is not waited for`() async throws {
        try await withRows(stallLimit: .milliseconds(300)) { world in
            let client = try world.greeted()
            try client.send(QueryRequest(Self.endless, credit: 0), id: 3)
            let failure = try client.next(WireFailure.self, id: 3)
            #expect(failure.code == .limitReached)
            #expect(failure.message.contains("query.stall_limit"))
            try await waitUntilIdle(world)
            try expectFreeThread(world)
            // A short answer is not kept for ever either.
            try client.send(QueryRequest("SELECT 1", credit: 0), id: 3)
            #expect(try client.next(WireFailure.self, id: 3).code == .limitReached)
            #expect(try client.count() == 1_000)
        }
    }

    @Test func `credit byte by byte is no credit`() async throws {
        try await withRows(stallLimit: .milliseconds(300)) { world in
            let client = try world.greeted()
            try client.send(QueryRequest(Self.endless, credit: 1), id: 3)
            _ = try client.next(QueryRows.self, id: 3)
            for _ in 0..<40 {
                try client.send(Credit(bytes: 1), id: 3)
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try client.next(WireFailure.self, id: 3).code == .limitReached)
            try await waitUntilIdle(world)
        }
    }

    @Test func `a slow client gets all, one frame after another`() async throws {
        try await withRows(stallLimit: .milliseconds(500)) { world in
            let client = try world.greeted()
            let text = "SELECT n, repeat('x', 5000) AS text FROM events ORDER BY n"
            try client.send(QueryRequest(text, credit: 1), id: 3)
            var rows: [Value] = []
            while true {
                let frame = try client.next()
                try #require(frame.header.opcode == .result)
                rows += try QueryRows(payload: frame.payload.rawSpan).columns[0].values
                guard frame.header.flags.contains(.more) else { break }
                try await Task.sleep(for: .milliseconds(60))
                try client.send(Credit(bytes: UInt64(frame.payload.count)), id: 3)
            }
            #expect(rows == (0..<1_000).map { .int64($0) })
        }
    }

    @Test func `a client that cancels or goes away frees the thread`() async throws {
        try await withRows { world in
            let client = try world.greeted()
            try client.send(QueryRequest(Self.endless, credit: 1), id: 3)
            _ = try client.next(QueryRows.self, id: 3)
            #expect(world.store.runningQueries.all.count == 1)
            try client.send(Cancel(requestID: 3))
            #expect(try client.next(WireFailure.self, id: 3).code == .cancelled)
            try client.send(QueryRequest(Self.endless, credit: 1), id: 3)
            _ = try client.next(QueryRows.self, id: 3)
            client.close()
            try await waitUntilIdle(world)
            try expectFreeThread(world)
        }
    }

    @Test func `progress is told between the rows`() async throws {
        try await withRows { world in
            let client = try world.greeted()
            var request = QueryRequest(Self.endless, credit: 64 << 20)
            request.wantsProgress = true
            try client.send(request, id: 3)
            var seen: [Opcode?] = []
            while seen.last != .progress || !seen.contains(.result) {
                seen.append(try client.next().header.opcode)
                try #require(seen.count < 1_000)
                try client.send(Credit(bytes: 1 << 20), id: 3)
            }
        }
    }

    // MARK: - The client

    private func client(_ world: TestServer) -> AuraClient {
        AuraClient(ClientConfiguration(host: "127.0.0.1", port: world.port, producer: "reader"))
    }

    @Test func `the client gives rows as they come, and slows the server`() async throws {
        try await withRows { world in
            let client = client(world)
            var count = 0
            for try await rows in client.stream(Self.endless) {
                count += rows.rowCount
                #expect(rows.columns.map(\.name) == ["n", "text"])
                if count > 100_000 { break }
                if count < 20_000 { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(count < 110_000)
            try await waitUntilIdle(world)
            let whole = try await client.query("SELECT n FROM events ORDER BY n")
            #expect(whole.columns[0].values == (0..<1_000).map { .int64($0) })
            let task = Task {
                var count = 0
                for try await rows in client.stream(Self.endless) { count += rows.rowCount }
                return count
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: ClientError.cancelled) { try await task.value }
            try await waitUntilIdle(world)
            try await client.close()
        }
    }

    @Test func `what is wrong is thrown where rows are wanted`() async throws {
        try await withRows { world in
            let client = client(world)
            await #expect(throws: ClientError.self) {
                for try await _ in client.stream("SELECT nn FROM events") {}
            }
            // It breaks off behind rows.
            var count = 0
            await #expect(throws: ClientError.self) {
                let text =
                    "SELECT CASE WHEN a.n * b.n = 999 * 999 THEN CAST('x' || a.n AS BIGINT) "
                    + "ELSE a.n END FROM events a JOIN events b ON true"
                for try await rows in client.stream(text) { count += rows.rowCount }
            }
            #expect(count > 0 && count < 1_000_000)
            try await client.close()
        }
    }
}
