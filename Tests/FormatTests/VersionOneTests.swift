import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Foundation
import Testing

/// A whole data directory of format version 1 in `Formats/vectors/v1/`, one `.hex` for each file:
/// whatever Aura becomes, it opens it and finds what stands in `expected.json`.
@Suite struct VersionOneTests {
    /// What the directory holds.
    private struct Expectation: Codable {
        struct Sent: Codable, Equatable {
            let producer: String
            /// The number of its next batch.
            let next: UInt64
            /// Of its last batch.
            let hash: String
            let firstSequence: UInt64
            let rows: Int
        }

        let watermark: UInt64
        let counts: [String: Int]
        let sent: [Sent]
        let events: [VectorEvent]
    }

    private static let folder = GoldenVectors.root.appending(path: "Formats/vectors/v1")

    private func open(_ disk: SimulatedFileSystem) throws -> EventStore {
        var configuration = EventStoreConfiguration(
            directory: "/data", newIncarnation: 0x0123_4567_89AB_CDEF, fileSystem: disk,
            clock: { 1_700_000_000_000_000 })
        configuration.segmentSize = 64 << 10
        return try EventStore(configuration)
    }

    private func events(_ store: EventStore) throws -> [Event] {
        var events: [Event] = []
        try store.snapshot.forEachStrip { strip in
            events += strip.batch.events()
            return true
        }
        return events
    }

    private func submit(
        _ batch: EventBatch, _ origin: BatchOrigin, to store: EventStore
    ) async throws -> AppendOutcome {
        try await withCheckedContinuation { continuation in
            store.submit(batch.bytes, layout: batch.layout, origin: origin) {
                continuation.resume(returning: $0)
            }
        }.get()
    }

    private func open(
        producer: String, in store: EventStore
    ) async throws -> (origin: BatchOrigin, next: UInt64) {
        let outcome = try await withCheckedContinuation { continuation in
            store.open(producer: producer) { continuation.resume(returning: $0) }
        }.get()
        guard case .opened(let handle, let epoch, let next) = outcome else {
            preconditionFailure("an opening is answered by one: \(outcome)")
        }
        return (BatchOrigin(producer: handle, epoch: epoch, clientHash: 0), next)
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `the directory is made anew`() async throws {
        let disk = SimulatedFileSystem()
        let store = try open(disk)
        var generator = EventGenerator(seed: 1)
        var sent: [Expectation.Sent] = []
        for (name, batches) in [("clinic-7", 3), ("web-1", 1)] {
            var (origin, next) = try await open(producer: name, in: store)
            for _ in 0..<batches {
                let batch = try EventBatch(of: Array(generator.batch().prefix(12)))
                origin.sequence = next
                origin.clientHash = Checksum.hash64(batch.bytes)
                guard case .stored(let first, let rows) = try await submit(batch, origin, to: store)
                else { preconditionFailure("a new batch is stored") }
                sent.removeAll { $0.producer == name }
                next += 1
                sent.append(
                    Expectation.Sent(
                        producer: name, next: next, hash: String(origin.clientHash, radix: 16),
                        firstSequence: first, rows: rows))
            }
            // The first producer's batches are in a chunk, and in the checkpoint.
            if name == "clinic-7" { try await store.flush() }
        }
        _ = try await store.append(EventBatch(of: Array(generator.batch().prefix(5))))
        let events = try events(store)
        let watermark = store.snapshot.watermark
        try store.close()
        try write(disk)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let counts = Dictionary(grouping: events, by: \.type).mapValues(\.count)
        let expectation = Expectation(
            watermark: watermark, counts: counts, sent: sent,
            events: events.map { VectorEvent($0) })
        try encoder.encode(expectation).write(to: Self.folder.appending(path: "expected.json"))
    }

    @Test func `a directory of version 1 is opened, and has what it had`() async throws {
        let disk = try read()
        let data = try Data(contentsOf: Self.folder.appending(path: "expected.json"))
        let expected = try JSONDecoder().decode(Expectation.self, from: data)
        for chunks in 1...2 {
            let store = try open(disk)
            #expect(store.snapshot.watermark == expected.watermark)
            #expect(store.snapshot.chunkCount == chunks)
            let found = try events(store)
            let events = try expected.events.map { try $0.event() }
            #expect(Event.firstDifference(found, events) == nil)
            #expect(Dictionary(grouping: found, by: \.type).mapValues(\.count) == expected.counts)
            #expect(try store.count(CountQuery()).rows.first?.count == UInt64(events.count))
            for sent in expected.sent {
                var (origin, next) = try await open(producer: sent.producer, in: store)
                #expect(next == sent.next)
                origin.sequence = sent.next - 1
                origin.clientHash = try #require(UInt64(sent.hash, radix: 16))
                let again = EventBatch.anything
                #expect(
                    try await submit(again, origin, to: store)
                        == .duplicate(firstSequence: sent.firstSequence, rowCount: sent.rows))
            }
            // It goes on from there like any other, once more and for good.
            try await store.flush()
            try store.close()
        }
    }

    // MARK: Files

    private static func isKept(_ path: String) -> Bool {
        !path.hasSuffix("LOCK") && !path.hasSuffix(".spare") && !path.hasSuffix(".new")
    }

    private func write(_ disk: SimulatedFileSystem) throws {
        try? FileManager.default.removeItem(at: Self.folder)
        for path in disk.files where Self.isKept(path) {
            let name = path.dropFirst("/data/".count)
            let file = Self.folder.appending(path: name + ".hex")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            let text = GoldenVectors.hex(
                Self.fields(try disk.peek(path)), about: "\(name) of a store of version 1")
            try Data(text.utf8).write(to: file)
        }
    }

    /// The bytes, long runs of zeros apart.
    private static func fields(_ bytes: [UInt8]) -> AnnotatedBytes {
        var fields = AnnotatedBytes()
        var start = 0
        while start < bytes.count {
            let zeros = bytes[start...].prefix { $0 == 0 }.count
            if zeros > 64 {
                fields.append("zeros", bytes: Array(bytes[start..<start + zeros]))
                start += zeros
                continue
            }
            var end = start + max(zeros, 1)
            while end < bytes.count, !bytes[end...].prefix(65).allSatisfy({ $0 == 0 }) { end += 1 }
            fields.append("bytes", bytes: Array(bytes[start..<end]))
            start = end
        }
        return fields
    }

    private func read() throws -> SimulatedFileSystem {
        let disk = SimulatedFileSystem()
        let paths = try FileManager.default.subpathsOfDirectory(atPath: Self.folder.path)
        for path in paths.sorted() where path.hasSuffix(".hex") {
            let text = try String(
                contentsOf: Self.folder.appending(path: path), encoding: .utf8)
            let bytes = try #require(GoldenVectors.bytes(hex: text), "\(path)")
            let target = "/data/" + path.dropLast(4)
            try disk.createDirectory(
                String(target.prefix(upTo: try #require(target.lastIndex(of: "/")))))
            let file = try disk.open(target, .create)
            try file.write(bytes.rawSpan, at: 0)
            try file.sync()
        }
        return disk
    }
}

extension EventBatch {
    /// Some batch, for stores that look at its origin alone.
    fileprivate static var anything: EventBatch {
        let event = Event(type: "t", time: Timestamp(microseconds: 1))
        do { return try EventBatch(of: [event]) } catch { preconditionFailure("\(error)") }
    }
}
