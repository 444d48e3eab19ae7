import AuraCore
import AuraServer
import AuraWire
import Testing

@Suite(.serialized) struct ServerOrderTests {
    @Test func `an order is carried out while other requests are answered`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(7, type: "a.one"))
            try client.send(
                Order(.erase(attribute: "n", values: [.int64(3), .string("3")])), id: 4)
            try client.send(Order(.compact), id: 5)
            let refusal = try client.next(WireFailure.self, id: 5)
            #expect(refusal.code == .tooManyRequests)
            let done = try client.next(OrderDone.self, id: 4)
            #expect(done.events == 1)
            #expect(done.isFinished)
            #expect(done.subject.count == 2)
            #expect(done.sequence == 7)
            try client.send(CountRequest(), id: 6)
            #expect(try client.next(Counts.self, id: 6).rows.map(\.count) == [6])
        }
    }

    @Test func `a dry run changes nothing`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(7, type: "a.one"))
            let end = Timestamp(microseconds: TestClock.start + 1_000_000)
            try client.send(Order(.deleteBefore(end), isDryRun: true), id: 4)
            let done = try client.next(OrderDone.self, id: 4)
            #expect(done.events == 7)
            #expect(done.tombstone == 0)
            try client.send(CountRequest(), id: 6)
            #expect(try client.next(Counts.self, id: 6).rows.map(\.count) == [7])
            try client.send(Order(.deleteBefore(end)), id: 7)
            #expect(try client.next(OrderDone.self, id: 7).events == 7)
            try client.send(CountRequest(), id: 8)
            #expect(try client.next(Counts.self, id: 8).rows.isEmpty)
        }
    }
}
