import AuraClient
import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Synchronization
import Testing

/// A server whose store cannot be read in part says so in every answer that lacks something.
@Suite(.serialized) struct ServerMissingTests {
    /// Runs with three chunks of ten events each, of which the one of that number rots.
    private func withRot(
        _ number: Int, tail: Int, _ body: (TestServer) async throws -> Void
    ) async throws {
        try await withServer { world in
            let writer = try world.greeted()
            for part in 0..<3 {
                _ = try writer.append(someBatch(10, type: "t\(part)", from: part * 10))
                try await world.store.flush()
            }
            if tail > 0 { _ = try writer.append(someBatch(tail, from: 30)) }
            try world.disk.flipBit("/data/chunks/000000000000000\(number).chunk", 64 * 8)
            try await body(world)
        }
    }

    @Test func `counts and status name what is missing`() async throws {
        try await withRot(2, tail: 5) { world in
            let client = try world.greeted()
            try client.send(CountRequest(), id: 4)
            let counts = try client.next(Counts.self, id: 4)
            #expect(counts.rows.map(\.count) == [25] && !counts.isComplete)
            let missing = try #require(counts.missing.first)
            #expect(missing.chunk == "chunks/0000000000000002.chunk" && missing.count == 10)
            #expect(missing.sequences == 11...20)
            try client.send(StatusRequest(), id: 5)
            let status = try client.next(StatusInfo.self, id: 5)
            #expect(status.missing == counts.missing && status.isWritable)
            var other = CountRequest()
            other.start = Timestamp(microseconds: TestClock.start)
            try client.send(other, id: 6)
            #expect(try client.next(Counts.self, id: 6).isComplete)
        }
    }

    @Test func `a short answer is made anew, a long one breaks off once`() async throws {
        try await withRot(2, tail: 5) { world in
            let client = try world.greeted()
            try client.send(QueryRequest("SELECT * FROM events", credit: 1 << 20), id: 4)
            let rows = try client.next(QueryRows.self, id: 4)
            #expect(rows.rowCount == 25 && rows.missing.map(\.sequences) == [11...20])
        }
        try await withRot(2, tail: 5) { world in
            let client = try world.greeted()
            let long = QueryRequest(
                "SELECT *, repeat('x', 100000) AS text FROM events", credit: 1 << 30)
            try client.send(long, id: 4)
            var last = try client.next()
            while last.header.opcode == .result { last = try client.next() }
            #expect(try WireFailure(payload: last.payload.rawSpan).code == .internalError)
            let next = try world.greeted()
            try next.send(long, id: 5)
            var missing: [[ClosedRange<UInt64>]] = []
            var count = 0
            while count < 25 {
                let rows = try next.next(QueryRows.self, id: 5)
                missing.append(rows.missing.map(\.sequences))
                count += rows.rowCount
            }
            #expect(missing.first == [11...20] && missing.last == [11...20])
            let inner = missing.dropFirst().dropLast()
            #expect(inner.joined().isEmpty)
        }
    }

    @Test func `a subscription is told once, before the events behind`() async throws {
        try await withRot(2, tail: 0) { world in
            let client = try world.greeted()
            try client.send(Subscribe(from: 5, credit: 1 << 20), id: 4)
            _ = try client.nextEvents(id: 4)
            let missing = try client.next(MissingEvents.self, id: 4)
            #expect(missing.sequences == 11...20)
            var seen: [UInt64] = []
            while seen.last ?? 0 < 30 { seen += try client.nextEvents(id: 4).2 }
            #expect(seen == Array(5...10) + Array(21...30))
            _ = try client.append(someBatch(3, from: 30))
            #expect(try client.nextEvents(id: 4).2 == [31, 32, 33])
        }
    }

    @Test(arguments: [1, 2, 3])
    func `the client's tail ends, also where the last events are missing`(
        number: Int
    ) async throws {
        try await withRot(number, tail: 0) { world in
            let client = AuraClient(
                ClientConfiguration(host: "127.0.0.1", port: world.port, producer: "reader"))
            let missing = Mutex<[MissingEvents]>([])
            var seen: [UInt64] = []
            let tail = client.tail(
                from: 1, through: 30, onMissing: { part in missing.withLock { $0.append(part) } })
            for try await event in tail { seen.append(event.sequence) }
            let lacking = UInt64(number * 10 - 9)...UInt64(number * 10)
            #expect(seen == (1...30).filter { !lacking.contains($0) })
            #expect(missing.withLock { $0.map(\.sequences) } == [lacking])
            let counts = try await client.count(CountRequest())
            #expect(!counts.isComplete && counts.missing.map(\.sequences) == [lacking])
            try await client.close()
        }
    }

    @Test func `a tail that is followed goes on behind what is missing`() async throws {
        try await withRot(3, tail: 0) { world in
            let client = try world.greeted()
            try client.send(Subscribe(from: 1, types: ["t2", "late"], credit: 1 << 20), id: 4)
            _ = try client.nextEvents(id: 4)
            #expect(try client.next(MissingEvents.self, id: 4).sequences == 21...30)
            #expect(try client.nextEvents(id: 4).0.last == 30)
            _ = try client.append(someBatch(1, type: "late", from: 30))
            #expect(try client.nextEvents(id: 4).2 == [31])
        }
    }
}
