import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Testing

/// Valid conversations with a few bytes changed, over sockets, against a server that others use.
@Suite(.serialized) struct ServerFuzzTests {
    /// The frames of a client that uses everything.
    private static func conversation() throws -> [[UInt8]] {
        var count = CountRequest()
        count.types = ["user.login"]
        count.start = Timestamp(microseconds: TestClock.start - 5_000_000)
        count.end = Timestamp(microseconds: TestClock.start)
        count.filters = [.init(attribute: "n", values: [.int64(1), .string("x"), .bool(true)])]
        count.groupings = [.type, .bucket(microseconds: 60_000_000), .attribute("n")]
        let producer = AppendHead(producer: 1, epoch: 1, sequence: 1)
        return [
            RawClient.frame(Hello(clientName: "fuzz"), id: 1),
            RawClient.frame(Auth(key: "any"), id: 2),
            RawClient.frame(ProducerOpen(name: "f"), id: 3),
            RawClient.append(try someBatch(3), producer, id: 4),
            RawClient.append(try encoded(everyType()), AppendHead(sequence: 9), id: 5),
            RawClient.frame(count, id: 6), RawClient.frame(CountRequest(), id: 7),
            RawClient.frame(Subscribe(from: 1, types: ["user.login"], credit: 500), id: 8),
            RawClient.frame(Credit(bytes: 1_000), id: 8), RawClient.frame(StatusRequest(), id: 9),
            RawClient.frame(AuraWire.Ping(value: 3), id: 10),
            RawClient.frame(Cancel(requestID: 8)), RawClient.frame(Cancel(requestID: 6)),
        ]
    }

    private static func everyType() -> [Event] {
        let values: [AttributeValue] = [
            .bool(true), .int64(-1), .float64(0.5), .string("text"),
            .timestamp(Timestamp(seconds: 5)), .uuid(UUIDBytes(high: 1, low: 2)),
            .ipPrefix(IPPrefix(v4: 192, 0, 2)),
        ]
        return (0..<3).map { row in
            Event(
                type: "t\(row % 2)", time: Timestamp(microseconds: TestClock.start - Int64(row)),
                attributes: values.map { Attribute("the \($0.type.name)", $0) })
        }
    }

    /// Some frames of the conversation, damaged in the middle or in their order.
    private static func damaged(_ frames: [[UInt8]], seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var mutator = Mutator(seed: seed)
        var frames = frames
        for _ in 0...random.below(3) {
            let index = random.below(frames.count)
            switch random.below(8) {
            case 0: frames.swapAt(index, random.below(frames.count))
            case 1: frames.insert(random.element(of: frames), at: index)
            case 2 where frames.count > 1: frames.remove(at: index)
            default:
                let damaged = mutator.mutate(frames[index], donor: random.element(of: frames))
                // Hashes made good, so that most of it reaches what lies behind them.
                frames[index] = random.chance(85) ? mended(damaged, &random) : damaged
            }
        }
        return frames.flatMap { $0 }
    }

    private static func mended(_ frame: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        guard frame.count >= FrameHeader.size else { return frame }
        var frame = frame
        frame.replaceSubrange(0..<4, with: Array("AUR1".utf8))
        frame.store(little: FrameHeader.version, at: 4)
        frame.store(little: UInt32(frame.count - FrameHeader.size), at: 12)
        frame.store(little: UInt32(0), at: 16)
        frame.store(little: Checksum.hash32(frame.rawSpan.slice(0, FrameHeader.hashedSize)), at: 20)
        let fixed = Opcode(rawValue: frame[6])?.fixedPartSize ?? 0
        let start = min(FrameHeader.size + fixed, frame.count)
        let hash = Checksum.hash64(frame.rawSpan.slice(start, frame.count - start))
        frame.store(little: hash, at: 24)
        if fixed > 0, start == FrameHeader.size + fixed, random.chance(90) {
            frame.store(little: Checksum.hash32(frame.rawSpan.slice(32, 28)), at: 60)
        }
        return frame
    }

    /// What a client hears until the server closes.
    private func hearOut(_ client: RawClient) throws -> [RawClient.Frame] {
        var frames: [RawClient.Frame] = []
        while true {
            do { frames.append(try client.nextFrame()) } catch is RawClient.Closed { return frames }
        }
    }

    @Test func `damaged conversations end in order, and healthy clients are served`() async throws {
        let cases = UInt64(Effort.count(500))
        let disk = SimulatedFileSystem()
        var acknowledged = 0
        var codes: Set<FailureCode> = []
        try await withServer(
            fileSystem: disk,
            configure: { configuration in
                configuration.lingerTimeout = .milliseconds(20)
                configuration.maximumInFlight = 32
            }
        ) { world in
            let frames = try Self.conversation()
            let healthy = try world.greeted()
            for seed in 0..<cases {
                let client = try world.client()
                do { try client.send(Self.damaged(frames, seed: seed)) } catch is RawClient.Closed {
                }
                client.endSending()
                for frame in try hearOut(client) where frame.header.opcode == .error {
                    let failure = try WireFailure(payload: frame.payload.rawSpan)
                    let code = try #require(failure.code, "seed \(seed)")
                    codes.insert(code)
                    #expect(code != .internalError, "seed \(seed): \(failure)")
                }
                if seed % 50 == 0 {
                    acknowledged += Int(try healthy.append(someBatch(3)).rowCount)
                    #expect(try healthy.count() >= UInt64(acknowledged), "seed \(seed)")
                }
            }
            try expectSound(world.store)
        }
        // What was written can be read again.
        var options = EventStoreConfiguration(
            directory: "/data", newIncarnation: 1, fileSystem: disk, clock: { TestClock.start })
        options.segmentSize = 1 << 20
        let store = try EventStore(options)
        try expectSound(store)
        try store.close()
        #expect(codes.count >= 10, "\(codes)")
        print("fuzzed \(cases) conversations: \(codes.count) kinds of failures")
    }

    /// Every event of the store can be read.
    private func expectSound(_ store: EventStore) throws {
        var events = 0
        let snapshot = store.snapshot
        try snapshot.forEachStrip { strip in
            events += strip.batch.events().count
            return true
        }
        #expect(UInt64(events) == snapshot.watermark)
    }
}
