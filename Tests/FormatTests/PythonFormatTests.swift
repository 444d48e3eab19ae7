import AuraCore
import AuraTesting
import Foundation
import Testing

/// The Python client of `Tools/`, written from the documents alone, against vectors and this code.
struct PythonFormatTests {
    private static let preamble = """
        import io, json, sys, unittest
        sys.dont_write_bytecode = True
        sys.path.insert(0, "\(GoldenVectors.root.path)/Tools")
        from aura import batch, wire, xxh3
        question = json.load(sys.stdin)

        """

    private func answer<Answer: Decodable>(
        _ script: String, to question: some Encodable
    ) throws -> Answer {
        try PythonOracle.answer(Self.preamble + script, to: question)
    }

    /// What a run of Python's own tests gave.
    private struct Run: Decodable {
        let tests: Int
        let failures: String
    }

    @Test func `golden vectors are read, written and refused by the Python client as by this code`()
        throws
    {
        let script = """
            import aura_client_test
            report = io.StringIO()
            suite = unittest.defaultTestLoader.loadTestsFromModule(aura_client_test)
            result = unittest.TextTestRunner(stream=report).run(suite)
            failures = "" if result.wasSuccessful() else report.getvalue()
            json.dump({"tests": result.testsRun, "failures": failures}, sys.stdout)
            """
        let run: Run = try answer(script, to: [String]())
        #expect(run.failures.isEmpty, "\(run.failures)")
        #expect(run.tests >= 8)
    }

    @Test func `both hash bytes of every length alike`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        // Each of XXH3's ways, the ends of its stripes and blocks among them.
        let sizes = Array(0...1_100) + (0..<Effort.count(20)).map { _ in random.below(20_000) }
        let pieces = sizes.map { random.bytes($0) }
        let hashes: [String] = try answer(
            "json.dump([str(xxh3.hash64(bytes.fromhex(h))) for h in question], sys.stdout)",
            to: pieces.map(hex))
        let expected = pieces.map { String(unsafe Checksum.hash64($0.span.bytes)) }
        for (size, pair) in zip(sizes, zip(hashes, expected)) {
            #expect(pair.0 == pair.1, "seed \(seed): \(size) bytes")
        }
    }

    @Test func `both write the same bytes for the same random events`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let batches = try (0..<UInt64(Effort.count(60))).map { try batch(seed: seed &+ $0) }
        let again: [String] = try answer(
            "json.dump([batch.encode(batch.decode(bytes.fromhex(h))).hex() for h in question], sys.stdout)",
            to: batches.map(hex))
        for (index, pair) in zip(batches.map(hex), again).enumerated() {
            #expect(pair.0 == pair.1, "seed \(seed &+ UInt64(index))")
        }
    }

    @Test func `both refuse the same damaged batches`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var mutator = Mutator(seed: seed)
        var damaged: [[UInt8]] = []
        for number in 0..<UInt64(Effort.count(40)) {
            let bytes = try batch(seed: seed &+ number)
            damaged += (0..<25).map { _ in mutator.mutate(bytes) }
        }
        let script = """
            def verdict(data):
                try:
                    batch.decode(data)
                except batch.Invalid:
                    return False
                return True
            json.dump([verdict(bytes.fromhex(h)) for h in question], sys.stdout)
            """
        let verdicts: [Bool] = try answer(script, to: damaged.map(hex))
        for (bytes, verdict) in zip(damaged, verdicts) {
            let isValid = (try? EventBatch(validating: bytes)) != nil
            #expect(isValid == verdict, "seed \(seed): \(hex(bytes))")
        }
        #expect(verdicts.contains(true) && verdicts.contains(false))
    }

    private func batch(seed: UInt64) throws -> [UInt8] {
        var generator = EventGenerator(seed: seed)
        var builder = BatchBuilder()
        for event in generator.batch() { try #require(try builder.append(event)) }
        let bytes = builder.finish()
        return try #require(bytes)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
