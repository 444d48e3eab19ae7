import AuraCore
import AuraTesting
import Testing

@Suite(.serialized) struct BatchFormatTests {
    private let vectors = GoldenVectors("batch")

    /// Bytes as Aura's encoder writes them.
    private func encode(_ events: [Event]) throws -> [UInt8] {
        var builder = BatchBuilder()
        for event in events { try #require(try builder.append(event)) }
        let bytes = builder.finish()
        return try #require(bytes)
    }

    private func condition(_ bytes: [UInt8]) -> Int? {
        do throws(FormatError) {
            _ = try EventBatch(validating: bytes)
            return nil
        } catch {
            return error.condition
        }
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `vectors are written anew`() throws {
        try vectors.removeAll()
        for vector in BatchVector.all {
            let bytes = ReferenceBatch.write(vector.events, style: vector.style)
            try vectors.write(
                GoldenVectors.hex(bytes, about: vector.about), vector.name, "hex")
            let meaning = BatchMeaning(
                about: vector.about, isAurasChoice: try encode(vector.events) == bytes.bytes,
                events: vector.events.map(VectorEvent.init))
            try vectors.write(meaning.text(), vector.name, "json")
        }
        for damage in BatchDamage.all {
            let name = "bad-\(damage.name)"
            try vectors.write(GoldenVectors.hex(damage.bytes, about: damage.about), name, "hex")
            try vectors.write("\(damage.condition): \(damage.about)\n", name, "error")
        }
    }

    @Test func `the bytes of each vector mean what stands beside them`() throws {
        for name in try vectors.names("json") {
            let meaning = try BatchMeaning.read(vectors.text(name, "json"))
            let bytes = try vectors.bytes(name)
            let expected = try meaning.events.map { try $0.event() }
            let events = try EventBatch(validating: bytes).events()
            #expect(Event.firstDifference(events, expected) == nil, "\(name)")
            #expect(try (encode(expected) == bytes) == meaning.isAurasChoice, "\(name)")
        }
    }

    @Test func `each damaged vector breaks the condition that stands beside it`() throws {
        for name in try vectors.names("error") {
            let bytes = try vectors.bytes(name)
            #expect(try condition(bytes) == vectors.condition(name), "\(name)")
        }
    }

    @Test func `the vectors are those that are described here`() throws {
        let damages = BatchDamage.all
        let names = Set(BatchVector.all.map(\.name)).union(damages.map { "bad-\($0.name)" })
        #expect(names.count == BatchVector.all.count + damages.count)
        #expect(try Set(vectors.names("hex")) == names)
        #expect(try vectors.names("json") == BatchVector.all.map(\.name).sorted())
        #expect(try vectors.names("error").count == damages.count)
        for vector in BatchVector.all {
            let bytes = ReferenceBatch.write(vector.events, style: vector.style).bytes
            #expect(try vectors.bytes(vector.name) == bytes, "\(vector.name)")
            let meaning = try BatchMeaning.read(vectors.text(vector.name, "json"))
            #expect(meaning.isAurasChoice == !vector.name.hasPrefix("choice"), "\(vector.name)")
        }
        for damage in damages {
            let name = "bad-\(damage.name)"
            #expect(try vectors.bytes(name) == damage.bytes.bytes, "\(name)")
            #expect(try vectors.condition(name) == damage.condition, "\(name)")
        }
    }

    @Test func `the document lists each vector with what it is about`() throws {
        let listed = try Document("batch").table("Vectors").filter { $0[0] != "vector" }
        let good = BatchVector.all.map { ["`\($0.name)`", $0.about] }
        let bad = BatchDamage.all.map { ["`bad-\($0.name)`", "\($0.condition)", $0.about] }
        #expect(Set(listed) == Set(good + bad))
        #expect(listed.count == good.count + bad.count)
    }

    @Test func `each condition of the document is in the code and has a damaged vector`() throws {
        let stated = Set(try Document("batch").conditions)
        #expect(stated == Set(1...stated.count))
        let source = try ["BatchValidation", "BatchColumnValidation"]
            .map { try Document.source("Sources/AuraCore/Batch/\($0).swift") }.joined()
        let thrown = source.matches(of: /\.batch, (\d+), at:/).compactMap { Int($0.output.1) }
        #expect(Set(thrown) == stated)
        let broken = try vectors.names("error").compactMap { try vectors.condition($0) }
        #expect(Set(broken) == stated)
    }

    @Test func `the encoder writes what a writer from the document alone writes`() throws {
        for seed in 0..<UInt64(Effort.count(300)) {
            var generator = EventGenerator(seed: seed)
            let events = generator.batch()
            let expected = ReferenceBatch.write(events)
            let bytes = try encode(events)
            guard bytes != expected.bytes else { continue }
            Issue.record("seed \(seed): \(difference(bytes, expected))")
        }
    }

    /// The first field in which bytes differ from annotated ones.
    private func difference(_ bytes: [UInt8], _ expected: AnnotatedBytes) -> String {
        var offset = 0
        for field in expected.fields {
            let end = offset + field.bytes.count
            guard end <= bytes.count, Array(bytes[offset..<end]) == field.bytes else {
                return "byte \(offset), \(field.name): \(field.detail)"
            }
            offset = end
        }
        return "\(bytes.count - offset) bytes more"
    }

    @Test func `whatever a writer may choose is read alike`() throws {
        for seed in 0..<UInt64(Effort.count(300)) {
            var generator = EventGenerator(seed: seed)
            let events = generator.batch()
            let style = ReferenceBatch.Style.drawn(SeededRandom(seed: seed))
            let bytes = ReferenceBatch.write(events, style: style).bytes
            let read = try EventBatch(validating: bytes).events()
            let difference = Event.firstDifference(read, events.map(\.canonical))
            #expect(difference == nil, "seed \(seed)")
            #expect(try encode(read) == encode(events), "seed \(seed)")
        }
    }

    @Test func `the limits of batch and string are checked at the exact size`() throws {
        func batch(_ strings: Int, last: Int) -> AnnotatedBytes {
            var event = Event(type: "t", time: Timestamp(seconds: 1))
            event.attributes = (0..<strings).map { index in
                let count = index == strings - 1 ? last : Limits.stringBytes
                let text = "\(index)" + String(repeating: "x", count: count - 1)
                return Attribute("\(index)", .string(text))
            }
            return ReferenceBatch.write([event])
        }
        #expect(condition(batch(1, last: Limits.stringBytes).bytes) == nil)
        #expect(condition(batch(1, last: Limits.stringBytes + 1).bytes) == 5)
        let overhead = batch(4, last: 8).count - 3 * Limits.stringBytes - 8
        let fits = batch(4, last: Limits.stringBytes - overhead - 4)
        #expect(fits.count == Limits.batchBytes)
        #expect(condition(fits.bytes) == nil)
        let tooLarge = batch(4, last: Limits.stringBytes - overhead + 4)
        #expect(tooLarge.count == Limits.batchBytes + 8)
        #expect(condition(tooLarge.bytes) == 1)
    }
}
