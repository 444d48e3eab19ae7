import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraStorage

/// Ledgers of erasures beside `Formats/ledger.md` and its vectors, both ways.
@Suite struct LedgerFormatTests {
    /// What a ledger says.
    fileprivate struct Meaning: Codable, Equatable {
        struct Erasure: Codable, Equatable {
            var incarnation: UInt64
            var number: UInt64
            var lastEvent: UInt64
            var segment: UInt64
            var time: Int64
            var attribute: String
            /// Low and high halves.
            var values: [[UInt64]]
        }

        var about: String
        var erasures: [Erasure]
    }

    private struct Damage {
        let name: String
        let condition: Int
        let about: String
        let bytes: AnnotatedBytes
    }

    private static let vectors = GoldenVectors("ledger")

    private static let erasures = Meaning(
        about: "Three erasures of two stores",
        erasures: [
            Meaning.Erasure(
                incarnation: 0x0123_4567_89AB_CDEF, number: 2, lastEvent: 1_000, segment: 3,
                time: 1_700_000_000_000_000, attribute: "patient_id",
                values: [[0x6666, 0x7777], [0x8888, 0x9999]]),
            Meaning.Erasure(
                incarnation: 0x0123_4567_89AB_CDEF, number: 5, lastEvent: 0, segment: 0,
                time: -1, attribute: "größe", values: [[1, 2]]),
            Meaning.Erasure(
                incarnation: 77, number: 1, lastEvent: 9, segment: 1,
                time: 1_700_000_000_000_001, attribute: "user_id", values: [[3, 4]]),
        ])

    private static let good = [
        (name: "empty", meaning: Meaning(about: "No erasure", erasures: [])),
        (name: "erasures", meaning: erasures),
    ]

    /// The bytes, field by field, from the document and not from the code.
    private static func bytes(_ meaning: Meaning, magic: String = "AULEDER1") -> AnnotatedBytes {
        var bytes = AnnotatedBytes()
        bytes.append("magic", magic, bytes: Array(magic.utf8))
        for (index, erasure) in meaning.erasures.enumerated() {
            let name = "erasure \(index + 1)"
            bytes.append("\(name): incarnation", erasure.incarnation)
            bytes.append("\(name): tombstone", erasure.number)
            bytes.append("\(name): last event", erasure.lastEvent)
            bytes.append("\(name): segment", erasure.segment)
            bytes.append("\(name): time", erasure.time)
            bytes.append("\(name): values", UInt64(erasure.values.count))
            for value in erasure.values.joined() {
                bytes.append("\(name): value hash, half", value)
            }
            bytes.append("\(name): attribute size", UInt32(erasure.attribute.utf8.count))
            bytes.append(
                "\(name): attribute", erasure.attribute, bytes: Array(erasure.attribute.utf8))
        }
        let hash = Checksum.hash128(bytes.bytes.rawSpan)
        bytes.append("hash, low", hash.low)
        bytes.append("hash, high", hash.high)
        return bytes
    }

    private static func changed(_ change: (inout Meaning) -> Void) -> AnnotatedBytes {
        var meaning = erasures
        change(&meaning)
        return bytes(meaning)
    }

    private static var bad: [Damage] {
        var short = bytes(erasures)
        short.truncate(to: 23)
        var rotten = bytes(erasures)
        rotten.damage("erasure 1: last event", "a bit that fell over", UInt64(1_001))
        return [
            Damage(name: "short", condition: 1, about: "Less than magic and hash", bytes: short),
            Damage(name: "hash", condition: 2, about: "A bit that fell over", bytes: rotten),
            Damage(
                name: "magic", condition: 3, about: "The magic of another version",
                bytes: bytes(erasures, magic: "AULEDER2")),
            Damage(
                name: "number-0", condition: 4, about: "An erasure without number",
                bytes: changed { $0.erasures[0].number = 0 }),
            Damage(
                name: "no-value", condition: 4, about: "A subject that nothing means",
                bytes: changed { $0.erasures[0].values = [] }),
            Damage(
                name: "no-name", condition: 4, about: "A subject without name",
                bytes: changed { $0.erasures[2].attribute = "" }),
        ]
    }

    /// A store's place with that ledger.
    private func ledger(_ bytes: [UInt8]) throws -> ErasureLedger {
        let place = StorePlace(fileSystem: SimulatedFileSystem(), directory: "/store")
        try place.fileSystem.createDirectory("/store")
        try place.fileSystem.open(place.path(FileName.ledger), .create).write(bytes.rawSpan, at: 0)
        return ErasureLedger(place, at: nil)
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

    @Test func `ledgers are read as they mean, and written the same`() throws {
        #expect(try Self.vectors.names("json") == Self.good.map(\.name).sorted())
        for (name, meaning) in Self.good {
            let bytes = try Self.vectors.bytes(name)
            #expect(bytes == Self.bytes(meaning).bytes, "\(name)")
            let text = try Self.vectors.text(name, "json")
            #expect(try JSONDecoder().decode(Meaning.self, from: Data(text.utf8)) == meaning)
            let ledger = try ledger(bytes)
            let place = StorePlace(fileSystem: SimulatedFileSystem(), directory: "/store")
            try place.fileSystem.createDirectory("/store")
            let again = ErasureLedger(place, at: nil)
            for erasure in meaning.erasures {
                let read = try ledger.entries(of: erasure.incarnation)
                let tombstone = try #require(read.first { $0.number == erasure.number })
                #expect(tombstone == erasure.tombstone, "\(name)")
                try again.append(tombstone, of: erasure.incarnation)
            }
            if meaning.erasures.isEmpty { continue }
            let written = try place.fileSystem.open(place.path(FileName.ledger), .read)
            #expect(try written.read(at: 0, count: bytes.count + 1) == bytes, "\(name)")
        }
    }

    @Test func `damaged ledgers are refused`() throws {
        #expect(try Self.vectors.names("error").count == Self.bad.count)
        for damage in Self.bad {
            let name = "bad-\(damage.name)"
            let bytes = try Self.vectors.bytes(name)
            #expect(bytes == damage.bytes.bytes, "\(name)")
            #expect(try Self.vectors.condition(name) == damage.condition, "\(name)")
            let ledger = try ledger(bytes)
            do throws(StorageError) {
                _ = try ledger.entries(of: 77)
                Issue.record("\(name) is read")
            } catch {
                guard case .corrupt(_, let reason) = error else {
                    Issue.record("\(name): \(error)")
                    continue
                }
                #expect(reason.format == .ledger, "\(name)")
                #expect(reason.condition == damage.condition, "\(name): \(reason)")
            }
        }
    }
}

extension LedgerFormatTests.Meaning.Erasure {
    fileprivate var tombstone: Tombstone {
        Tombstone(
            number: number, sequence: lastEvent, segment: segment, time: time,
            target: .subject(
                SubjectHash(
                    attribute: ExactText(attribute),
                    values: values.map { Hash128(low: $0[0], high: $0[1]) })))
    }
}
