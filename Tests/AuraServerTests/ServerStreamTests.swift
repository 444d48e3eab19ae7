import AuraCore
import AuraServer
import AuraTesting
import AuraWire
import Glibc
import Testing

/// Frames in pieces: a stream has no places where it prefers to be cut.
@Suite(.serialized) struct ServerStreamTests {
    /// Requests whose answers are always the same, in their order: good ones and some that are
    /// refused without an end.
    private static func requests() throws -> [UInt8] {
        let head = AppendHead(producer: 1, epoch: 1, sequence: 1)
        var count = CountRequest()
        count.groupings = [.type]
        var unknown = RawClient.frame(StatusRequest(), id: 14)
        unknown[6] = 0x7E
        unknown.store(little: Checksum.hash32(unknown.rawSpan.slice(0, 20)), at: 20)
        return [
            RawClient.frame(Ping(value: 7), id: 10),
            RawClient.append(try someBatch(1), head, id: 11),
            RawClient.append(Array(try someBatch(1).dropLast(8)), head, id: 12),
            RawClient.append([], head, id: 13), unknown,
            RawClient.frame(ProducerOpen(name: ""), id: 15),
            RawClient.append(
                try someBatch(1, from: 1), AppendHead(producer: 1, epoch: 1, sequence: 2), id: 16),
            RawClient.frame(Cancel(requestID: 99), id: 17),
            RawClient.frame(count, id: 18),
        ].flatMap { $0 }
    }

    /// CANCEL has none.
    private static let answerCount = 8

    /// A store with the batches of the script, so that they are duplicates whenever they come.
    private func prepare(_ world: TestServer) throws {
        let client = try world.greeted()
        let state = try client.openProducer("p")
        for number in 1...2 as ClosedRange<UInt64> {
            let head = AppendHead(producer: state.producer, epoch: state.epoch, sequence: number)
            _ = try client.append(someBatch(1, from: Int(number) - 1), head)
        }
    }

    /// What a client hears of the requests: payload, id and opcode of each answer.
    private func answers(_ client: RawClient) throws -> [[UInt8]] {
        var answers: [[UInt8]] = []
        while answers.count < Self.answerCount {
            let frame = try client.next()
            var answer = frame.payload
            answer.append(little: frame.header.requestID)
            answer.append(frame.header.code)
            answers.append(answer)
        }
        // Answers of the log come when it has them: the order among kinds is free.
        return answers.sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test func `a cut at any byte changes no answer`() async throws {
        try await withServer { world in
            try prepare(world)
            let stream = try Self.requests()
            let whole = try world.greeted()
            try whole.send(stream)
            let expected = try answers(whole)
            for cut in 0...stream.count {
                let client = try world.client()
                // What comes with the greeting is read with it; then the rest comes.
                try client.send(RawClient.frame(Hello(clientName: "cut"), id: 1) + stream[..<cut])
                _ = try client.next(HelloAck.self, id: 1)
                try client.send(Array(stream[cut...]))
                #expect(try answers(client) == expected, "cut at \(cut)")
            }
        }
    }

    @Test func `a greeting may come a byte at a time`() async throws {
        try await withServer { world in
            let client = try world.client()
            for byte in RawClient.frame(Hello(clientName: "slow"), id: 1) {
                try client.send([byte])
            }
            _ = try client.next(HelloAck.self, id: 1)
            #expect(try client.count() == 0)
        }
    }

    @Test func `random pieces of any size change no answer`() async throws {
        try await withServer { world in
            try prepare(world)
            let stream = try Self.requests()
            let whole = try world.greeted()
            try whole.send(stream)
            let expected = try answers(whole)
            for seed in 0..<UInt64(Effort.count(100)) {
                var random = SeededRandom(seed: seed)
                let client = try world.greeted()
                var place = 0
                while place < stream.count {
                    let largest = random.element(of: [1, 7, 40, 400, stream.count])
                    let end = min(stream.count, place + 1 + random.below(largest))
                    try client.send(Array(stream[place..<end]))
                    if random.chance(50) { sched_yield() }
                    place = end
                }
                #expect(try answers(client) == expected, "seed \(seed)")
            }
        }
    }

    @Test func `large frames in random pieces arrive whole, small ones between them too`()
        async throws
    {
        try await withServer(segmentSize: 16 << 20, configure: { $0.receiveBufferSize = 4_096 }) {
            world in
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SeededRandom(seed: seed)
            let client = try world.greeted()
            var rows = 0
            var stream: [UInt8] = []
            for id in 1...12 as ClosedRange<UInt32> {
                let count = random.element(of: [1, 300, 20_000])
                rows += count
                stream += RawClient.append(
                    try someBatch(count), AppendHead(sequence: UInt64(id)), id: id)
                stream += RawClient.frame(Ping(value: UInt64(id)), id: 100 + id)
            }
            var place = 0
            while place < stream.count {
                let end = min(stream.count, place + 1 + random.below(50_000))
                try client.send(Array(stream[place..<end]))
                place = end
            }
            var acknowledged = 0
            var pongs: [UInt32] = []
            while pongs.count < 12 || acknowledged < rows {
                let frame = try client.next()
                if frame.header.opcode == .pong {
                    pongs.append(frame.header.requestID - 100)
                } else {
                    try #require(frame.header.opcode == .appendAck, "seed \(seed)")
                    acknowledged += Int(try AppendAck(payload: frame.payload.rawSpan).rowCount)
                }
            }
            #expect(pongs == Array(1...12), "seed \(seed)")
            #expect(try client.count() == UInt64(rows), "seed \(seed)")
        }
    }
}
