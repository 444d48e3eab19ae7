import AuraCore
import AuraFiles
import AuraTesting
import Foundation
import Testing

@testable import AuraClient

/// The spool's files beside `Formats/spool.md` and its vectors, both ways.
@Suite struct SpoolFormatTests {
    private static let vectors = GoldenVectors("spool")

    /// What a spool holds.
    private struct Meaning: Codable, Hashable {
        struct Batch: Codable, Hashable {
            let id: UInt64
            let row: UInt32
            let rows: Int
            let isWhole: Bool
            let hash: String
        }

        let about: String
        let producer: String
        let first: UInt64?
        let number: UInt64?
        let stored: UInt64?
        let incarnation: UInt64?
        let batches: [Batch]
    }

    private func open(_ bytes: [UInt8]) throws -> SpoolFiles {
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/spool")
        try disk.open("/spool/\(SpoolFiles.name(1))", .create).write(bytes.rawSpan, at: 0)
        return try SpoolFiles(
            in: "/spool", disk, producer: nil, drawn: (producer: "nobody", identity: 1))
    }

    private func meaning(_ bytes: [UInt8], about: String) throws -> Meaning {
        var files = try open(bytes)
        var batches: [Meaning.Batch] = []
        while true {
            let next = try files.nextBatches()
            if next.isEmpty { break }
            batches += next.map {
                Meaning.Batch(
                    id: $0.batch.id, row: $0.batch.position.row, rows: $0.batch.rowCount,
                    isWhole: $0.batch.part == nil, hash: String($0.batch.hash, radix: 16))
            }
        }
        return Meaning(
            about: about, producer: files.producer, first: files.mark?.first.id,
            number: files.mark?.number, stored: files.mark?.stored,
            incarnation: files.mark?.incarnation, batches: batches)
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return encoder
    }()

    @Test func `the code reads what the vectors say, and refuses what breaks a condition`() throws {
        let good = try SpoolVectors.good()
        let bad = try SpoolVectors.bad()
        if GoldenVectors.isRewriting { try Self.vectors.removeAll() }
        for vector in good {
            let text = GoldenVectors.hex(vector.bytes, about: vector.about)
            let found = try meaning(vector.bytes.bytes, about: vector.about)
            if GoldenVectors.isRewriting {
                let json = try Self.encoder.encode(found)
                try Self.vectors.write(text, vector.name, "hex")
                try Self.vectors.write(
                    String(decoding: json, as: UTF8.self) + "\n", vector.name, "json")
            }
            #expect(try Self.vectors.text(vector.name, "hex") == text)
            let json = try Self.vectors.text(vector.name, "json")
            let said = try JSONDecoder().decode(Meaning.self, from: Data(json.utf8))
            #expect(said == found, "\(vector.name)")
            #expect(try meaning(try Self.vectors.bytes(vector.name), about: vector.about) == said)
        }
        for vector in bad {
            let text = GoldenVectors.hex(vector.bytes, about: vector.about)
            let condition = try #require(vector.condition)
            if GoldenVectors.isRewriting {
                try Self.vectors.write(text, vector.name, "hex")
                try Self.vectors.write("\(condition): \(vector.about)\n", vector.name, "error")
            }
            #expect(try Self.vectors.text(vector.name, "hex") == text)
            #expect(try Self.vectors.condition(vector.name) == condition)
            do {
                _ = try open(try Self.vectors.bytes(vector.name))
                Issue.record("\(vector.name) was opened")
            } catch SpoolError.damaged(_, let error) {
                #expect(
                    error.format == .spool && error.condition == condition,
                    "\(vector.name): \(error)")
            }
        }
        #expect(try Self.vectors.names("json") == good.map(\.name).sorted())
        #expect(try Self.vectors.names("error") == bad.map(\.name).sorted())
    }

    @Test(arguments: ["fresh", "unsent", "divided"])
    func `the code writes the bytes of the vectors`(name: String) throws {
        let bytes = try Self.vectors.bytes(name)
        let header = try SpoolFileHeader(bytes.rawSpan, number: 1)
        var parser = SpoolParser(header, Array(bytes[SpoolFileHeader.size...]), at: 192)
        var written = header.encoded
        while parser.remaining > 0 {
            let (record, synced) = try parser.next()
            // What follows a sync begins a page.
            let size = record.encoded(in: header, at: 0, synced: 0).count
            written += [UInt8](repeating: 0, count: parser.place - size - written.count)
            written += record.encoded(in: header, at: written.count, synced: synced)
        }
        #expect(written == bytes)
    }

    @Test func `the document lists each vector, and each condition has one`() throws {
        let document = try Document("spool")
        let good = try SpoolVectors.good().map { ["`\($0.name)`", $0.about] }
        let bad = try SpoolVectors.bad().map {
            ["`\($0.name)`", String($0.condition ?? 0), $0.about]
        }
        let listed = document.table("Vectors").filter { $0[0] != "vector" }
        #expect(Set(listed) == Set(good + bad))
        #expect(document.conditions == Array(1...11))
        #expect(try Set(SpoolVectors.bad().compactMap(\.condition)) == Set(1...11))
    }
}
