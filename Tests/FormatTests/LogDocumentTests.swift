import AuraTesting
import Foundation
import Testing

/// The documents of what the store writes beside their vectors and the code; the vectors themselves are
/// tested where storage is.
@Suite struct LogDocumentTests {
    @Test(arguments: ["log", "manifest", "chunk", "checkpoint"])
    func `the document lists each vector with what it is about`(format: String) throws {
        struct Meaning: Decodable {
            let about: String
        }
        let vectors = GoldenVectors(format)
        let good = try vectors.names("json").map { name in
            let text = try vectors.text(name, "json")
            let meaning = try JSONDecoder().decode(Meaning.self, from: Data(text.utf8))
            return ["`\(name)`", meaning.about]
        }
        let bad = try vectors.names("error").map { name in
            let text = try vectors.text(name, "error")
            let parts = text.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            return ["`\(name)`"] + parts
        }
        let listed = try Document(format).table("Vectors").filter { $0[0] != "vector" }
        #expect(!good.isEmpty && !bad.isEmpty)
        #expect(Set(listed) == Set(good + bad))
        #expect(listed.count == good.count + bad.count)
    }

    @Test(arguments: ["log", "manifest"])
    func `each condition of the document has a damaged vector`(format: String) throws {
        let vectors = GoldenVectors(format)
        let stated = try Document(format).conditions
        let own = format == "log" ? Array(10...13) : [13, 20, 21, 22]
        #expect(stated == Array(1...9) + own)
        let broken = try vectors.names("error").compactMap { try vectors.condition($0) }
        #expect(Set(broken) == Set(stated))
    }

    @Test func `the code breaks no condition that neither document states`() throws {
        let stated = Set(try ["log", "manifest"].flatMap { try Document($0).conditions })
        let root = GoldenVectors.root.appending(path: "Sources/AuraStorage")
        var broken: Set<Int> = []
        for folder in ["Log", "Manifest"] {
            let files = try FileManager.default.contentsOfDirectory(
                at: root.appending(path: folder), includingPropertiesForKeys: nil)
            for file in files where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                let direct = #/(?:format|\.log|\.manifest|wrong\(|\?\?|\? \d+ :)[,\s]*(\d+), /#
                let choice = #/wrong\(\w+ \? (\d+) : (\d+),/#
                broken.formUnion(text.matches(of: direct).compactMap { Int($0.output.1) })
                for match in text.matches(of: choice) {
                    broken.formUnion([match.output.1, match.output.2].compactMap { Int($0) })
                }
            }
        }
        #expect(broken == stated)
    }
}
