import AuraCore
import AuraServer
import AuraTesting
import AuraWire
import Testing

@Suite(.serialized) struct ServerQuestionTests {
    // MARK: - Counts

    @Test func `counts are grouped and filtered as asked`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(7, type: "a.one"))
            _ = try client.append(someBatch(5, type: "b.two"))
            var request = CountRequest()
            request.groupings = [.type]
            try client.send(request, id: 4)
            let counts = try client.next(Counts.self, id: 4)
            #expect(counts.watermark == 12)
            #expect(counts.isComplete)
            #expect(counts.rows.map(\.keys) == [[.type("a.one")], [.type("b.two")]])
            #expect(counts.rows.map(\.count) == [7, 5])
            #expect(counts.rows[0].first.microseconds == TestClock.start - 1_000_000)
            request.groupings = [.bucket(microseconds: 60_000_000), .attribute("n")]
            request.types = ["b.two"]
            request.filters = [.init(attribute: "n", values: [.int64(1), .int64(3), .string("2")])]
            request.start = Timestamp(microseconds: 0)
            request.end = Timestamp(microseconds: TestClock.start)
            try client.send(request, id: 5)
            let minute = (TestClock.start - 1_000_000) / 60_000_000 * 60_000_000
            let rows = try client.next(Counts.self, id: 5).rows
            #expect(
                rows.map(\.keys)
                    == [1, 3].map {
                        [
                            .bucket(Timestamp(microseconds: minute)), .attribute(.int64($0)),
                        ]
                    })
            request.end = Timestamp(microseconds: TestClock.start - 1_000_000)
            try client.send(request, id: 6)
            #expect(try client.next(Counts.self, id: 6).rows.isEmpty)
        }
    }

    @Test func `a long answer comes in several frames`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(15_000))
            var request = CountRequest()
            request.groupings = [.attribute("n")]
            try client.send(request, id: 4)
            var rows: [Counts.Row] = []
            var frames = 0
            while true {
                let frame = try client.next()
                try #require(frame.header.opcode == .counts)
                #expect(frame.header.flags.contains(.response))
                rows += try Counts(payload: frame.payload.rawSpan).rows
                frames += 1
                if !frame.header.flags.contains(.more) { break }
            }
            #expect(frames > 2)
            #expect(rows.map(\.keys) == (0..<15_000).map { [.attribute(.int64($0))] })
            #expect(rows.allSatisfy { $0.count == 1 })
        }
    }

    @Test func `a question that makes no sense is refused with a reason`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            var request = CountRequest()
            request.groupings = [.bucket(microseconds: 1)]
            try client.send(request, id: 4)
            let failure = try client.next(WireFailure.self, id: 4)
            #expect(failure.code == .badQuery)
            #expect(failure.failureClass == .fixRequest)
            #expect(failure.message.contains("millisecond"))
            #expect(try client.count() == 0)
        }
    }

    @Test func `a count that is cancelled is answered once`() async throws {
        try await withServer(configure: { configuration in
            configuration.queryThreads = 1
        }) { world in
            let client = try world.greeted()
            for index in 0..<4 { _ = try client.append(someBatch(1_000, from: index * 1_000)) }
            var request = CountRequest()
            request.groupings = [.attribute("n")]
            var bytes: [UInt8] = []
            for id in 1...6 { bytes += RawClient.frame(request, id: UInt32(id)) }
            for id in 2...6 { bytes += RawClient.frame(Cancel(requestID: UInt32(id))) }
            try client.send(bytes)
            var answered: [UInt32: Int] = [:]
            var last = Set<UInt32>()
            while last.count < 6 {
                let frame = try client.next()
                if frame.header.opcode == .error {
                    let failure = try WireFailure(payload: frame.payload.rawSpan)
                    #expect(failure.code == .cancelled)
                }
                if !frame.header.flags.contains(.more) {
                    answered[frame.header.requestID, default: 0] += 1
                    last.insert(frame.header.requestID)
                }
            }
            #expect(answered == [1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1])
            #expect(try client.count() == 4_000)
        }
    }

    @Test func `an id that is in use is a mistake`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let subscribe = Subscribe(from: 0, credit: 1_000)
            try client.send(subscribe, id: 4)
            _ = try client.nextEvents(id: 4)
            try client.send(subscribe, id: 4)
            #expect(try client.nextFailure() == .malformed)
        }
    }

    // MARK: - Subscriptions

    @Test func `a subscription gets what is there and what comes`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            let writer = try world.greeted()
            _ = try writer.append(someBatch(10))
            try client.send(Subscribe(from: 1, credit: 1 << 30), id: 4)
            let beginning = try client.nextEvents(id: 4)
            #expect(beginning.head.first == 1 && beginning.head.last == 0)
            var seen: [UInt64] = []
            var events: [Event] = []
            func read(to count: Int) throws {
                while seen.count < count {
                    let next = try client.nextEvents(id: 4)
                    seen += next.sequences
                    events += next.events
                }
            }
            try read(to: 10)
            for index in 1...20 { _ = try writer.append(someBatch(10, from: index * 10)) }
            try read(to: 210)
            #expect(seen == Array(1...210))
            #expect(events == someEvents(210))
            try client.send(Cancel(requestID: 4))
            #expect(try client.next(End.self, id: 4).next == 211)
            _ = try writer.append(someBatch(1))
            #expect(try client.count() == 211)
        }
    }

    @Test func `from now on means what comes`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(10))
            try client.send(Subscribe(from: 0, credit: 1 << 30), id: 4)
            #expect(try client.nextEvents(id: 4).head.first == 11)
            try client.append(someBatch(3), AppendHead(sequence: 0), id: 5)
            var sequences: [UInt64] = []
            while sequences.isEmpty {
                let frame = try client.next()
                if frame.header.opcode == .appendAck { continue }
                sequences = try EventsHead(payload: frame.payload.rawSpan).sequences(rowCount: 3)
            }
            #expect(sequences == [11, 12, 13])
        }
    }

    @Test func `a subscription may begin within a batch`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(10))
            try client.send(Subscribe(from: 7, credit: 1 << 30), id: 4)
            _ = try client.nextEvents(id: 4)
            let next = try client.nextEvents(id: 4)
            #expect(next.sequences == [7, 8, 9, 10])
            #expect(next.events == Array(someEvents(10)[6...]))
            #expect(next.head.last == 10)
        }
    }

    @Test func `a filter on types keeps the sequence numbers`() async throws {
        for seed in 0..<UInt64(Effort.count(5)) {
            var random = SeededRandom(seed: seed)
            let types = ["a", "b", "c"]
            let all = (0..<6_500).map { index in
                Event(
                    type: random.element(of: types),
                    time: Timestamp(microseconds: TestClock.start),
                    attributes: [Attribute("n", .int64(Int64(index)))])
            }
            let wanted: Set = ["a", random.element(of: types)]
            let expected = all.enumerated().filter { wanted.contains($0.element.type) }
            try await withServer { world in
                let client = try world.greeted()
                _ = try client.append(encoded(Array(all[..<6_200])))
                for index in 6_200..<6_500 {
                    try client.append(
                        encoded([all[index]]), AppendHead(sequence: 0), id: UInt32(index))
                }
                for _ in 0..<300 { _ = try client.next(AppendAck.self) }
                try client.send(
                    Subscribe(from: 1, types: Array(wanted), credit: 1 << 30), id: 4)
                var sequences: [UInt64] = []
                var events: [Event] = []
                while sequences.count < expected.count {
                    let next = try client.nextEvents(id: 4)
                    sequences += next.sequences
                    events += next.events
                    // Whoever goes on behind `last` misses nothing and sees nothing twice.
                    let done = expected.prefix { UInt64($0.offset + 1) <= next.head.last }
                    #expect(sequences.count == done.count, "seed \(seed)")
                }
                #expect(sequences == expected.map { UInt64($0.offset + 1) }, "seed \(seed)")
                #expect(events == expected.map(\.element), "seed \(seed)")
            }
        }
    }

    @Test func `a search without a match says how far it has come`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            for index in 0..<4 { _ = try client.append(someBatch(40_000, from: index)) }
            try client.send(Subscribe(from: 1, types: ["none"], credit: 1 << 20), id: 4)
            #expect(try client.nextEvents(id: 4).head.last == 0)
            let next = try client.nextEvents(id: 4)
            #expect(next.events.isEmpty)
            #expect(next.head.first == 1 && next.head.last == 80_000)
        }
    }

    @Test func `no more is sent than was granted, but for the frame that exceeds it`() async throws
    {
        try await withServer { world in
            let client = try world.greeted()
            for index in 0..<10 { _ = try client.append(someBatch(1_000, from: index * 1_000)) }
            try client.send(Subscribe(from: 1, credit: 1), id: 4)
            _ = try client.nextEvents(id: 4)
            var seen = 0
            for round in 1...9 {
                let next = try client.nextEvents(id: 4)
                seen += next.sequences.count
                #expect(seen == round * 1_000)
                // Nothing more comes by itself: the answer to a later question is the next frame.
                try client.send(Ping(value: UInt64(round)), id: 5)
                #expect(try client.next(Pong.self, id: 5).value == UInt64(round))
                // What exceeded the credit is owed; one byte beyond it is worth a frame.
                let spent = EventsHead.size + next.head.batchSize
                try client.send(Credit(bytes: UInt64(spent)), id: 4)
            }
        }
    }

    @Test func `a start beyond the last event is refused`() async throws {
        try await withServer { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(10))
            try client.send(Subscribe(from: 12, credit: 1), id: 4)
            #expect(try client.next(WireFailure.self, id: 4).code == .badStart)
            try client.send(Subscribe(from: 11, credit: 1), id: 4)
            #expect(try client.nextEvents(id: 4).head.first == 11)
        }
    }

    @Test func `subscriptions of one connection are limited and take turns`() async throws {
        try await withServer(configure: { configuration in
            configuration.maximumSubscriptions = 3
        }) { world in
            let client = try world.greeted()
            _ = try client.append(someBatch(100))
            for id in 1...4 {
                try client.send(Subscribe(from: 1, credit: 1 << 20), id: UInt32(id))
            }
            var counts: [UInt32: Int] = [:]
            var refused = 0
            while counts.values.reduce(0, +) < 300 || refused == 0 {
                let frame = try client.next()
                if frame.header.opcode == .error {
                    #expect(frame.header.requestID == 4)
                    refused += 1
                    continue
                }
                let head = try EventsHead(payload: frame.payload.rawSpan)
                guard head.batchSize > 0 else { continue }
                counts[frame.header.requestID, default: 0] += Int(head.last - head.first + 1)
            }
            #expect(counts == [1: 100, 2: 100, 3: 100])
        }
    }

    // MARK: - Status

    @Test func `the status says what was done`() async throws {
        try await withServer(memoryLimit: 1_000_000) { world in
            let client = try world.greeted()
            let other = try world.greeted()
            _ = try other.append(someBatch(10))
            try other.waitForStable(10)
            world.clock.set(TestClock.start + 5_000_000)
            try client.send(StatusRequest(), id: 4)
            let info = try client.next(StatusInfo.self, id: 4)
            #expect(info.serverTime == TestClock.start + 5_000_000)
            #expect(info.uptime == 5_000_000)
            #expect(info.incarnation == 77)
            #expect(info.visible == 10 && info.stable == 10)
            #expect(info.memoryBytes > 0 && info.memoryLimit == 1_000_000)
            #expect(info.connections == 2 && info.maximumConnections == 1_024)
            #expect(info.isWritable)
            #expect(info.counters.contains(StatusInfo.Counter("events.stored", 10)))
            #expect(info.counters.contains(StatusInfo.Counter("batches.stored", 1)))
        }
    }
}
