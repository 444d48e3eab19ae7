import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraStorage

/// Checkpoints beside `Formats/checkpoint.md` and its vectors, both ways.
@Suite struct CheckpointFormatTests {
    /// What a checkpoint says.
    private struct Meaning: Codable, Equatable {
        struct Batch: Codable, Equatable {
            var number: UInt64
            var firstEvent: UInt64
            var rows: UInt32
            var clientHash: UInt64
        }

        struct Producer: Codable, Equatable {
            var handle: UInt32
            var name: String
            var epoch: UInt32
            var next: UInt64
            var time: Int64
            var batches: [Batch]
        }

        var about: String
        var ingestTime: Int64
        var lastHandle: UInt32
        var producers: [Producer]
    }

    private struct Damage {
        let name: String
        let condition: Int
        let about: String
        let bytes: AnnotatedBytes
    }

    private static let vectors = GoldenVectors("checkpoint")
    private static let incarnation: UInt64 = 0x0123_4567_89AB_CDEF

    private static let good: [(name: String, meaning: Meaning)] = [
        (
            "fresh",
            Meaning(
                about: "A store before its first record", ingestTime: .min, lastHandle: 0,
                producers: [])
        ),
        ("producers", producers),
    ]

    private static let producers = Meaning(
        about: "Two producers, and one between them that was forgotten",
        ingestTime: 1_700_000_000_000_000, lastHandle: 4,
        producers: [
            Meaning.Producer(
                handle: 1, name: "clinic-7", epoch: 3, next: 66, time: 1_700_000_000_000_000,
                batches: [
                    Meaning.Batch(number: 64, firstEvent: 190, rows: 3, clientHash: 0xAB),
                    Meaning.Batch(number: 65, firstEvent: 193, rows: 1, clientHash: 0xCD),
                ]),
            Meaning.Producer(
                handle: 3, name: "größer", epoch: 1, next: 1, time: 1_699_999_999_000_000,
                batches: []),
        ])

    /// The bytes, field by field, from the document and not from the code.
    private static func bytes(
        _ meaning: Meaning, magic: String = "AURACKT1", number: UInt64 = 7
    ) -> AnnotatedBytes {
        var bytes = AnnotatedBytes()
        bytes.append("magic", magic, bytes: Array(magic.utf8))
        bytes.append("incarnation", incarnation)
        bytes.append("number", number)
        bytes.append("ingest time", meaning.ingestTime)
        bytes.append("last handle", meaning.lastHandle)
        bytes.append("producers", UInt32(meaning.producers.count))
        for producer in meaning.producers {
            let name = "producer \(producer.handle)"
            bytes.append("\(name): handle", producer.handle)
            bytes.append("\(name): name size", UInt32(producer.name.utf8.count))
            bytes.append("\(name): name", producer.name, bytes: Array(producer.name.utf8))
            bytes.append("\(name): epoch", producer.epoch)
            bytes.append("\(name): next number", producer.next)
            bytes.append("\(name): time", producer.time)
            bytes.append("\(name): batches", UInt32(producer.batches.count))
            for batch in producer.batches {
                bytes.append("\(name), batch \(batch.number): number", batch.number)
                bytes.append("\(name), batch \(batch.number): first event", batch.firstEvent)
                bytes.append("\(name), batch \(batch.number): rows", batch.rows)
                bytes.append("\(name), batch \(batch.number): client hash", batch.clientHash)
            }
        }
        bytes.append("hash", Checksum.hash64(bytes.bytes.rawSpan))
        return bytes
    }

    private static func changed(_ change: (inout Meaning) -> Void) -> AnnotatedBytes {
        var meaning = producers
        change(&meaning)
        return bytes(meaning)
    }

    private static var bad: [Damage] {
        var rotten = bytes(producers)
        rotten.damage("last handle", "a bit that fell over", UInt32(5))
        var short = bytes(producers)
        short.truncate(to: 7)
        return [
            Damage(name: "short", condition: 1, about: "Less than a hash", bytes: short),
            Damage(
                name: "trailing", condition: 1, about: "A producer more than are counted",
                bytes: {
                    var plain = bytes(producers)
                    plain.damage("producers", "one too few", UInt32(1))
                    plain.damage(
                        "hash", "of what is here",
                        Checksum.hash64(Array(plain.bytes.dropLast(8)).rawSpan))
                    return plain
                }()),
            Damage(
                name: "handle-0", condition: 1, about: "A producer without a handle",
                bytes: changed { $0.producers[0].handle = 0 }),
            Damage(
                name: "handle-above", condition: 1, about: "A handle that was never given",
                bytes: changed { $0.lastHandle = 2 }),
            Damage(
                name: "two-names", condition: 1, about: "Two producers of one name",
                bytes: changed { $0.producers[1].name = "clinic-7" }),
            Damage(
                name: "no-name", condition: 1, about: "A producer without a name",
                bytes: changed { $0.producers[1].name = "" }),
            Damage(
                name: "epoch-0", condition: 1, about: "A producer that was never opened",
                bytes: changed { $0.producers[1].epoch = 0 }),
            Damage(
                name: "next-0", condition: 1, about: "A producer whose next batch has no number",
                bytes: changed { $0.producers[1].next = 0 }),
            Damage(
                name: "batch-ahead", condition: 1, about: "A batch that was not sent yet",
                bytes: changed { $0.producers[0].next = 65 }),
            Damage(
                name: "batches-descend", condition: 1, about: "Batches in another order",
                bytes: changed { $0.producers[0].batches.reverse() }),
            Damage(
                name: "hash", condition: 2, about: "A bit that fell over", bytes: rotten),
            Damage(
                name: "magic", condition: 3, about: "The magic of another version",
                bytes: bytes(producers, magic: "AURACKT9")),
            Damage(
                name: "number", condition: 3, about: "Another checkpoint of the store",
                bytes: bytes(producers, number: 8)),
        ]
    }

    private func meaning(_ bytes: [UInt8], about: String) throws -> Meaning {
        let checkpoint = try Checkpoint(bytes.rawSpan, incarnation: Self.incarnation, number: 7)
        #expect(checkpoint.encoded(incarnation: Self.incarnation, number: 7) == bytes)
        let producers = checkpoint.producers.producers.sorted { $0.key < $1.key }
        return Meaning(
            about: about, ingestTime: checkpoint.lastIngestTime,
            lastHandle: checkpoint.producers.lastHandle,
            producers: producers.map { handle, producer in
                let batches = producer.window.filter { $0.producerSequence > 0 }
                    .sorted { $0.producerSequence < $1.producerSequence }
                return Meaning.Producer(
                    handle: handle, name: producer.name.text, epoch: producer.epoch,
                    next: producer.nextSequence, time: producer.time,
                    batches: batches.map {
                        Meaning.Batch(
                            number: $0.producerSequence, firstEvent: $0.firstSequence,
                            rows: UInt32($0.rowCount), clientHash: $0.clientHash)
                    })
            })
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try Self.vectors.removeAll()
        for (name, meaning) in Self.good {
            try Self.vectors.write(
                Self.bytes(meaning), name, about: meaning.about, meaning: meaning)
        }
        for damage in Self.bad {
            try Self.vectors.write(
                damaged: damage.bytes, damage.name, about: damage.about,
                condition: damage.condition)
        }
    }

    @Test func `the bytes of each vector mean what stands beside them, both ways`() throws {
        for (name, meaning) in Self.good {
            let bytes = try Self.vectors.bytes(name)
            #expect(bytes == Self.bytes(meaning).bytes, "\(name)")
            let json = try Self.vectors.text(name, "json")
            #expect(try JSONDecoder().decode(Meaning.self, from: Data(json.utf8)) == meaning)
            #expect(try self.meaning(bytes, about: meaning.about) == meaning, "\(name)")
        }
        #expect(try Self.vectors.names("json") == Self.good.map(\.name).sorted())
    }

    @Test func `each damaged vector breaks the condition that stands beside it`() throws {
        for damage in Self.bad {
            let name = "bad-\(damage.name)"
            let bytes = try Self.vectors.bytes(name)
            #expect(bytes == damage.bytes.bytes, "\(name)")
            let error = #expect(throws: FormatError.self, "\(name)") {
                _ = try Checkpoint(bytes.rawSpan, incarnation: Self.incarnation, number: 7)
            }
            #expect(error?.format == .checkpoint)
            #expect(error?.condition == damage.condition, "\(name): \(error as Any)")
            #expect(try Self.vectors.condition(name) == damage.condition, "\(name)")
        }
        #expect(try Self.vectors.names("error").count == Self.bad.count)
    }
}
