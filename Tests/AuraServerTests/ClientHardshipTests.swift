import AuraCore
import AuraServer
import AuraTesting
import AuraWire
import NIOCore
import Synchronization
import Testing

@testable import AuraClient

/// Refuses so many batches for now before it takes any.
private final class ReluctantPolicy: BatchPolicy {
    private let refusals: Mutex<[FailureCode]>

    init(_ refusals: [FailureCode]) { self.refusals = Mutex(refusals) }

    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let refusal = refusals.withLock { $0.popLast() }
        return refusal.map { .refuse($0, reason: "for now") } ?? .accept(warnings: [])
    }
    var counters: [StatusInfo.Counter] { [] }
}

/// Servers that are full, closed or locked for a time or for good, and buffers that are small.
@Suite struct ClientHardshipTests {
    @Test func `a server that takes nothing for a time is waited for, and its end told`()
        async throws
    {
        let notices = Notices()
        let policy = ReluctantPolicy([.overloaded, .internalError, .overloaded, .overloaded])
        try await ClientWorld.run(policy: policy) { world in
            let client = AuraClient(
                world.configuration {
                    $0.onNotice = notices.add
                    $0.connectTimeout = .seconds(3_600)
                    $0.silenceLimit = .seconds(3_600)
                    $0.deadline = .seconds(3_600)
                })
            try await client.record(ClientEvents.event(1, 0))
            try await client.record(ClientEvents.event(1, 1))
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: [0, 1]])
            try await client.close()
        }
        // Each refusal makes it wait once.
        let waits = notices.all.map { if case .waiting = $0 { true } else { false } }
        #expect(waits == [false, true, true, true, false, true, false], "\(notices.all)")
        #expect(notices.all.filter { $0 == .connected }.count == 3)
    }

    @Test(.enabled(if: Effort.isLong, "a full disk asks for a wait of 5 s"))
    func `a full disk is waited for`() async throws {
        let notices = Notices()
        try await ClientWorld.run { world in
            let client = AuraClient(
                world.configuration {
                    $0.batchRows = 1
                    $0.onNotice = notices.add
                })
            world.disk?.diskCapacity = 1
            let text = String(repeating: "x", count: 100_000)
            // More than the segments that are ready can take.
            for number in 0..<60 {
                try await client.recordBuffered(
                    clientEvent("t", [Attribute("text", .string(text + String(number)))]))
            }
            await notices.wait { $0.description.contains("the disk is full") }
            world.disk?.diskCapacity = nil
            try await client.flush()
            let stored = try world.storedEvents().map(\.attributes)
            #expect(
                stored == (0..<60).map { [Attribute("text", .string(text + String($0)))] })
            try await client.close()
        }
        #expect(notices.all.last == .connected)
    }

    @Test func `a key revoked in the middle stops the client, and says of each event what it can`()
        async throws
    {
        let isRevoked = Mutex(false)
        let authenticator: Authenticator = { _ in
            isRevoked.withLock { $0 }
                ? .failure(.revoked)
                : .success(AccessGrant(scopes: [.ingest, .read], keyID: "k"))
        }
        try await ClientWorld.run(
            authenticator: authenticator,
            configure: { $0.authenticationInterval = .milliseconds(20) }
        ) { world in
            let client = AuraClient(world.configuration { $0.apiKey = "key" })
            var stored = 0
            var error: ClientError?
            while error == nil {
                error = await clientFailure {
                    try await client.record(ClientEvents.event(1, stored))
                }
                if error == nil { stored += 1 }
                isRevoked.withLock { $0 = true }
            }
            #expect(error?.description.contains("revoked") == true)
            let numbers = try ClientEvents.numbers(world.storedEvents())[1] ?? []
            #expect(numbers == Array(0..<stored) || numbers == Array(0...stored))
            let later = await clientFailure { try await client.record(clientEvent("a")) }
            guard case .unauthorised = later else {
                Issue.record("the client goes on")
                return
            }
            try await client.close()
        }
    }

    @Test func `a buffer that is full before its batch is due does not wait for it`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(
                world.configuration {
                    $0.bufferBytes = 2_000
                    $0.linger = .seconds(3_600)
                    $0.deadline = .seconds(3_600)
                })
            for number in 0..<200 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            try await client.flush()
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<200)])
            try await client.close()
        }
    }

    @Test func `a batch that no server takes is refused before it is sent`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let session = try await client.openImport(producer: "file")
            let large = [UInt8](repeating: 0, count: Limits.batchBytes + 1)
            let error = await clientFailure {
                try await session.send(large, rowCount: 1, number: 1)
            }
            guard case .refused = error else {
                Issue.record("\(String(reflecting: error))")
                return
            }
            try await session.finish()
            try await client.close()
        }
    }

    @Test func `a search without a match costs a tail no credit`() throws {
        var tail = TailState(from: 1, types: ["rare"])
        func received(_ head: EventsHead) throws -> Int {
            var frame = ByteBuffer()
            FrameEncoder.append(head, batch: [UInt8]().rawSpan, requestID: 1, to: &frame)
            frame.moveReaderIndex(forwardBy: FrameHeader.size)
            return try tail.received(frame)
        }
        #expect(try received(EventsHead(first: 1, last: 0)) == 0)
        #expect(try received(EventsHead(first: 1, last: 65_536)) == EventsHead.size)
        #expect(tail.next == 65_537)
    }
}
