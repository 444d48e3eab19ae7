import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraStorage

/// Chunks beside `Formats/chunk.md` and its vectors, both ways.
@Suite struct ChunkFormatTests {
    private static let vectors = GoldenVectors("chunk")

    /// The manifest's word for a vector, and of a valid one what it holds.
    private struct Meaning: Codable, Equatable {
        var about: String
        var rows: Int
        var fileSize: Int64
        var times: [Int64]
        var sequences: [UInt64]
        var footerHash: String
        /// Each as its description, in the order of the sequence numbers.
        var events: [String]?

        init(_ vector: ChunkVector) throws {
            about = vector.about
            rows = vector.entry.rowCount
            fileSize = vector.entry.fileSize
            times = [vector.entry.timeRange.lowerBound, vector.entry.timeRange.upperBound]
            sequences = [
                vector.entry.sequenceRange.lowerBound, vector.entry.sequenceRange.upperBound,
            ]
            let hash = vector.entry.footerHash
            footerHash = String(hash.low, radix: 16) + " " + String(hash.high, radix: 16)
            guard vector.condition == nil else { return }
            events = try vector.events().map { event in
                let values = event.attributes.map { "\($0.name)=\($0.value.type):\($0.value)" }
                return ([String(event.time.microseconds), event.type] + values)
                    .joined(separator: " ")
            }
        }

        func text() throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }

    private static func hex(_ vector: ChunkVector) -> String {
        var fields = AnnotatedBytes()
        let size = vector.bytes.count
        let parts = [
            0..<min(64, size), min(64, size)..<max(64, size - 40), max(64, size - 40)..<size,
        ]
        for (name, part) in zip(["header", "blocks and footer", "trailer"], parts) {
            fields.append(name, bytes: Array(vector.bytes[part]))
        }
        return GoldenVectors.hex(fields, about: vector.about)
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try Self.vectors.removeAll()
        for vector in try ChunkVector.good() + ChunkVector.bad() {
            try Self.vectors.write(Self.hex(vector), vector.name, "hex")
            let meaning = try Meaning(vector).text()
            guard let condition = vector.condition else {
                try Self.vectors.write(meaning, vector.name, "json")
                continue
            }
            try Self.vectors.write(meaning, vector.name, "entry")
            try Self.vectors.write("\(condition): \(vector.about)\n", vector.name, "error")
        }
    }

    @Test func `the code writes the bytes of each vector, and reads what stands beside them`()
        throws
    {
        for var vector in try ChunkVector.good() {
            let bytes = try Self.vectors.bytes(vector.name)
            #expect(vector.bytes == bytes, "\(vector.name)")
            vector.bytes = bytes
            #expect(try Meaning(vector).text() == Self.vectors.text(vector.name, "json"))
        }
        let names = try ChunkVector.good().map(\.name).sorted()
        #expect(try Self.vectors.names("json") == names)
    }

    @Test func `each encoding and each kind of block is in some vector`() throws {
        let blocks = try ChunkVector.good().flatMap { try ChunkSurgery($0).footer.blocks }
        #expect(Set(blocks.map(\.key.kind.rawValue)) == Set(0...11))
        #expect(Set(blocks.map(\.encoding.rawValue)).isSuperset(of: 0...10))
    }

    @Test func `each damaged vector breaks the condition that stands beside it`() throws {
        let bad = try ChunkVector.bad()
        for var vector in bad {
            vector.bytes = try Self.vectors.bytes(vector.name)
            #expect(try Meaning(vector).text() == Self.vectors.text(vector.name, "entry"))
            #expect(try Self.vectors.condition(vector.name) == vector.condition)
            do {
                _ = try vector.events()
                Issue.record("\(vector.name) is read")
            } catch StorageError.corrupt(_, let error) {
                #expect(
                    error.format == .chunk && error.condition == vector.condition,
                    "\(vector.name): \(error)")
            }
        }
        #expect(try Self.vectors.names("error") == bad.map(\.name).sorted())
        #expect(Set(bad.compactMap(\.condition)) == Set(1...12))
    }
}
