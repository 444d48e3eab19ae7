import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite(.serialized) struct LogFormatTests {
    private let vectors = GoldenVectors("log")

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try vectors.removeAll()
        for vector in FileVector.log {
            let bytes = try ReferenceFile(meaning: vector.meaning).write()
            try vectors.write(
                GoldenVectors.hex(bytes, about: vector.meaning.about), vector.name, "hex")
            try vectors.write(vector.meaning.text(), vector.name, "json")
        }
        for damage in try FileDamage.log {
            let name = "bad-\(damage.name)"
            try vectors.write(GoldenVectors.hex(damage.bytes, about: damage.about), name, "hex")
            try vectors.write("\(damage.condition): \(damage.about)\n", name, "error")
        }
    }

    @Test func `the vectors are those that are described here`() throws {
        let damages = try FileDamage.log
        let names = Set(FileVector.log.map(\.name)).union(damages.map { "bad-\($0.name)" })
        #expect(names.count == FileVector.log.count + damages.count)
        #expect(try Set(vectors.names("hex")) == names)
        #expect(try vectors.names("json") == FileVector.log.map(\.name).sorted())
        #expect(try vectors.names("error").count == damages.count)
        for vector in FileVector.log {
            let bytes = try ReferenceFile(meaning: vector.meaning).write().bytes
            #expect(try vectors.bytes(vector.name) == bytes, "\(vector.name)")
            let meaning = try FileMeaning.read(vectors.text(vector.name, "json"))
            #expect(meaning == vector.meaning, "\(vector.name)")
        }
        for damage in damages {
            let name = "bad-\(damage.name)"
            #expect(try vectors.bytes(name) == damage.bytes.bytes, "\(name)")
            #expect(try vectors.condition(name) == damage.condition, "\(name)")
        }
    }

    @Test func `the bytes of each vector mean what stands beside them, both ways`() throws {
        for name in try vectors.names("json") {
            let meaning = try FileMeaning.read(vectors.text(name, "json"))
            let bytes = try vectors.bytes(name)
            let store = try VectorStore()
            #expect(try store.meaning(of: bytes, as: meaning) == meaning, "\(name)")
            #expect(try store.bytes(of: meaning) == bytes, "\(name)")
        }
    }

    @Test func `each damaged vector breaks the condition that stands beside it`() throws {
        for name in try vectors.names("error") {
            let store = try VectorStore()
            try store.makeManifest(segmentSize: 8_192, promise: 1)
            try store.write(vectors.bytes(name), "log/0000000000000001.log")
            let broken = store.broken()
            #expect(try broken?.condition == vectors.condition(name), "\(name)")
            #expect(broken?.format == .log, "\(name)")
            #expect(broken?.file == "log/0000000000000001.log", "\(name)")
            #expect(
                try store.read("log/0000000000000001.log") == vectors.bytes(name),
                "\(name) was changed")
        }
    }

    @Test func `a store opens with the segment of each vector and shows its events once`() throws {
        for name in try vectors.names("json") where name != "fresh" {
            let meaning = try FileMeaning.read(vectors.text(name, "json"))
            let store = try VectorStore()
            try store.makeManifest(segmentSize: meaning.size, promise: 0)
            try store.write(vectors.bytes(name), "log/0000000000000001.log")
            let storage = try store.open()
            var numbers: Set<UInt64> = []
            let batches = meaning.groups.filter { numbers.insert($0.number).inserted }
                .flatMap(\.records).compactMap(\.batch)
            var events: [Event] = []
            try storage.snapshot.forEachStrip {
                events += $0.batch.events()
                return true
            }
            let expected = try batches.flatMap {
                try EventBatch(validating: GoldenVectors("batch").bytes($0)).events()
            }
            #expect(expected.count > 1)
            #expect(Event.firstDifference(events, expected) == nil, "\(name)")
            #expect(storage.recovery.groups == meaning.groups.last?.number, "\(name)")
            #expect(storage.recovery.tornTails == [], "\(name)")
            #expect(storage.producers.count == 1, "\(name)")
        }
    }

    @Test func `a file of a later version or with an unknown feature is left to a newer Aura`()
        throws
    {
        for field in ["file version", "file features"] {
            var reference = ReferenceFile(meaning: FileVector.log[0].meaning)
            reference.changeFileHeader = {
                if field == "file version" {
                    $0.damage(field, "newer", UInt32(2))
                } else {
                    $0.damage(field, "unknown", UInt64(1))
                }
            }
            let store = try VectorStore()
            try store.makeManifest(segmentSize: 32_768, promise: 0)
            try store.write(reference.write().bytes, "log/0000000000000001.log")
            let expected = StorageError.newerFormat(
                file: "log/0000000000000001.log", found: field == "file version" ? 2 : 1,
                supported: 1)
            #expect(throws: expected) { try store.open() }
        }
    }
}
