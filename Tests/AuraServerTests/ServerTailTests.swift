import AuraCore
import AuraEngine
import AuraServer
import AuraTesting
import AuraWire
import Testing

/// Subscriptions over many connections, and questions that are taken back.
@Suite(.serialized) struct ServerTailTests {
    /// The event of a sequence number; every third is of type a.
    private static func event(_ sequence: UInt64) -> Event {
        Event(
            type: ["a", "b", "c"][Int(sequence % 3)],
            time: Timestamp(microseconds: TestClock.start),
            attributes: [Attribute("n", .int64(Int64(sequence)))])
    }

    /// Appends the events of all numbers up to `total` in batches of random sizes.
    private static func write(_ total: UInt64, seed: UInt64, to world: TestServer) throws {
        var random = SeededRandom(seed: seed)
        let writer = try world.greeted()
        var next: UInt64 = 1
        while next <= total {
            let end = min(total, next + UInt64(random.below(300)))
            _ = try writer.append(encoded((next...end).map(event)))
            next = end + 1
        }
    }

    @Test func `a reader that comes and goes sees each event once, in order`() async throws {
        let total: UInt64 = 3_000
        for seed in 0..<UInt64(Effort.count(4)) {
            var random = SeededRandom(seed: seed)
            // The last event is wanted always, so that the end can be waited for.
            let wanted = random.element(of: [[], ["a"], ["a", "c"]])
            try await withServer { world in
                let writing = BlockingWork { try Self.write(total, seed: seed, to: world) }
                var next: UInt64 = 1
                var seen: [UInt64] = []
                while next <= total {
                    // What is granted is spent by a frame at most; the rest is given back for it.
                    let reader = try world.greeted()
                    try reader.send(
                        Subscribe(from: next, types: wanted, credit: 1 + random.next() % 9_000),
                        id: 4)
                    for _ in 0...random.below(9) where next <= total {
                        let (head, events, sequences) = try reader.nextEvents(id: 4)
                        #expect(events == sequences.map(Self.event), "seed \(seed)")
                        seen += sequences
                        next = head.last + 1
                        let spent = head.encodedSize + head.batchSize
                        try reader.send(Credit(bytes: UInt64(spent)), id: 4)
                    }
                }
                let expected = (1...total).filter {
                    wanted.isEmpty || wanted.contains(Self.event($0).type)
                }
                #expect(seen == expected, "seed \(seed)")
                try writing.finish()
            }
        }
    }

    @Test func `a reader that sleeps with all credit misses nothing, and holds nobody up`()
        async throws
    {
        try await withServer(segmentSize: 8 << 20) { world in
            let writer = try world.greeted()
            let text = String(repeating: "x", count: 100_000)
            func append(_ number: Int) throws {
                // Texts of their own each, so that nothing shrinks.
                let events = (0..<4).map { index in
                    Event(
                        type: "t", time: Timestamp(microseconds: TestClock.start),
                        attributes: [Attribute("text", .string("\(number).\(index) " + text))])
                }
                _ = try writer.append(encoded(events))
            }
            try append(0)
            let reader = try world.greeted()
            try reader.send(Subscribe(from: 1, credit: 1 << 60), id: 4)
            _ = try reader.nextEvents(id: 4)
            // More than the sockets take, while the reader sleeps.
            for number in 1..<50 { try append(number) }
            #expect(try writer.count() == 200)
            var seen: [UInt64] = []
            while seen.count < 200 { seen += try reader.nextEvents(id: 4).sequences }
            #expect(seen == Array(1...200))
            try reader.send(Cancel(requestID: 4))
            #expect(try reader.next(End.self, id: 4).next == 201)
        }
    }

    @Test func `an idle subscription is kept while its client answers pings`() async throws {
        try await withServer(configure: { $0.idleTimeout = .milliseconds(800) }) { world in
            let reader = try world.greeted()
            try reader.send(Subscribe(from: 0, credit: 1 << 20), id: 4)
            _ = try reader.nextEvents(id: 4)
            for _ in 0..<3 {
                let ping = try reader.next(AuraWire.Ping.self)
                try reader.send(Pong(value: ping.value), flags: .response)
            }
            _ = try world.greeted().append(someBatch(2))
            var sequences: [UInt64] = []
            while sequences.isEmpty {
                let frame = try reader.next()
                if frame.header.opcode == .ping {
                    try reader.send(Pong(value: 0), flags: .response)
                    continue
                }
                try #require(frame.header.opcode == .events)
                sequences = try EventsHead(payload: frame.payload.rawSpan).sequences(rowCount: 2)
            }
            #expect(sequences == [1, 2])
            // And let go when it does not.
            var last = try reader.next()
            while last.header.opcode == .ping { last = try reader.next() }
            #expect(try WireFailure(payload: last.payload.rawSpan).code == .idleTimeout)
            #expect(try reader.isClosed())
        }
    }

    @Test func `what is taken back ends once, and its id may be used again at once`()
        async throws
    {
        try await withServer { world in
            let client = try world.greeted()
            for number in 0..<3 { _ = try client.append(someBatch(2_000, from: number * 2_000)) }
            for round in 0..<Effort.count(20) {
                // In one write, so that some steps are still on their way when the end comes.
                let subscribe = RawClient.frame(Subscribe(from: 1, credit: 1 << 30), id: 4)
                let cancel = RawClient.frame(Cancel(requestID: 4))
                try client.send(subscribe + cancel + subscribe + cancel)
                try client.send(Cancel(requestID: 77))
                var ends = 0
                var expected: UInt64 = 0
                while ends < 2 {
                    let frame = try client.next()
                    try #require(frame.header.requestID == 4, "round \(round)")
                    if frame.header.opcode == .end {
                        #expect(try End(payload: frame.payload.rawSpan).next == expected)
                        ends += 1
                        expected = 0
                        continue
                    }
                    let head = try EventsHead(payload: frame.payload.rawSpan)
                    // A frame of the first would say 1 to 2,000 before the second has begun.
                    if expected > 0 { #expect(head.first == expected) }
                    expected = head.last + 1
                }
            }
            #expect(try client.count() == 6_000)
        }
    }

    @Test func `counts and tails of a client that has gone are given up`() async throws {
        try await withServer(configure: { $0.queryThreads = 1 }) { world in
            let witness = try ServerWitness(world)
            for _ in 0..<Effort.count(20) {
                let client = try world.greeted()
                var request = CountRequest()
                request.groupings = [.attribute("n")]
                let frames =
                    (10..<20).map { RawClient.frame(request, id: $0) }
                    + (20..<25).map { RawClient.frame(Subscribe(from: 1, credit: 1 << 40), id: $0) }
                try client.send(frames.flatMap { $0 })
                client.close()
            }
            try witness.waitForNext()
            let (events, _) = try witness.end()
            #expect(try world.greeted().count() == UInt64(events))
        }
    }
}
