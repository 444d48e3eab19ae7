import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite(.serialized) struct ManifestFormatTests {
    private let vectors = GoldenVectors("manifest")
    private var described: [FileDamage] {
        get throws { try FileDamage.manifest + FileDamage.current }
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try vectors.removeAll()
        for vector in FileVector.manifest {
            let bytes = try ReferenceFile(meaning: vector.meaning).write()
            try vectors.write(
                GoldenVectors.hex(bytes, about: vector.meaning.about), vector.name, "hex")
            try vectors.write(vector.meaning.text(), vector.name, "json")
        }
        let current = CurrentMeaning.example
        try vectors.write(
            GoldenVectors.hex(current.write(), about: current.about), "current", "hex")
        try vectors.write(current.text(), "current", "json")
        for damage in try described {
            let name = "bad-\(damage.name)"
            try vectors.write(GoldenVectors.hex(damage.bytes, about: damage.about), name, "hex")
            try vectors.write("\(damage.condition): \(damage.about)\n", name, "error")
        }
    }

    @Test func `the vectors are those that are described here`() throws {
        let damages = try described
        let good = FileVector.manifest.map(\.name) + ["current"]
        let names = Set(good).union(damages.map { "bad-\($0.name)" })
        #expect(names.count == good.count + damages.count)
        #expect(try Set(vectors.names("hex")) == names)
        #expect(try vectors.names("json") == good.sorted())
        #expect(try vectors.names("error").count == damages.count)
        for vector in FileVector.manifest {
            let bytes = try ReferenceFile(meaning: vector.meaning).write().bytes
            #expect(try vectors.bytes(vector.name) == bytes, "\(vector.name)")
            let meaning = try FileMeaning.read(vectors.text(vector.name, "json"))
            #expect(meaning == vector.meaning, "\(vector.name)")
        }
        #expect(try vectors.bytes("current") == CurrentMeaning.example.write().bytes)
        for damage in damages {
            let name = "bad-\(damage.name)"
            #expect(try vectors.bytes(name) == damage.bytes.bytes, "\(name)")
            #expect(try vectors.condition(name) == damage.condition, "\(name)")
        }
    }

    @Test func `the bytes of each vector mean what stands beside them, both ways`() throws {
        for name in try vectors.names("json") where name != "current" {
            let meaning = try FileMeaning.read(vectors.text(name, "json"))
            let bytes = try vectors.bytes(name)
            let store = try VectorStore()
            #expect(try store.meaning(of: bytes, as: meaning) == meaning, "\(name)")
            #expect(try store.bytes(of: meaning) == bytes, "\(name)")
        }
    }

    @Test func `a manifest of each vector is opened with the state that stands beside it`() throws {
        for name in try vectors.names("json") where name != "current" {
            let meaning = try FileMeaning.read(vectors.text(name, "json"))
            let store = try VectorStore()
            try store.write(vectors.bytes(name), VectorStore.manifestName)
            var report = RecoveryReport()
            let manifest = try Manifest.open(
                store.place, named: VectorStore.manifestName, report: &report)
            #expect(StateMeaning(manifest.state) == meaning.state, "\(name)")
            #expect(manifest.incarnation == meaning.incarnationNumber, "\(name)")
            #expect(report.tornTails == [], "\(name)")
        }
    }

    @Test func `CURRENT is read and written as its vector says`() throws {
        let meaning = try CurrentMeaning.read(vectors.text("current", "json"))
        let store = try VectorStore()
        try CurrentFile.write(meaning.manifest, in: store.place)
        #expect(try store.read("CURRENT") == vectors.bytes("current"))
        try store.write(vectors.bytes("current"), "CURRENT")
        #expect(try CurrentFile.read(store.place) == meaning.manifest)
    }

    @Test func `each damaged vector breaks the condition that stands beside it`() throws {
        for name in try vectors.names("error") {
            let isCurrent = name.hasPrefix("bad-current-")
            let store = try VectorStore()
            let manifest = isCurrent ? "every-edit" : name
            let current = isCurrent ? name : "current"
            try store.write(vectors.bytes(manifest), VectorStore.manifestName)
            try store.write(vectors.bytes(current), "CURRENT")
            let broken = store.broken()
            #expect(try broken?.condition == vectors.condition(name), "\(name)")
            #expect(broken?.format == .manifest, "\(name)")
            let file = isCurrent ? "CURRENT" : VectorStore.manifestName
            #expect(broken?.file == file, "\(name)")
            #expect(try store.read("CURRENT") == vectors.bytes(current), "\(name)")
            #expect(
                try store.read(VectorStore.manifestName) == vectors.bytes(manifest), "\(name)")
        }
    }
}
