import AuraCore
import AuraTesting
import Foundation
import Testing

/// The vectors of released versions, by their hashes in `Formats/vectors/frozen.txt`: they stay as they
/// are, whatever else is added.
@Suite struct FrozenVectorsTests {
    private static let folder = GoldenVectors.root.appending(path: "Formats/vectors")
    private static let list = folder.appending(path: "frozen.txt")

    /// The hash of each frozen file, by its path in the folder.
    private static func frozen() throws -> [String: String] {
        guard FileManager.default.fileExists(atPath: list.path) else { return [:] }
        let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
        let pairs = lines.map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return (String(parts.last ?? ""), String(parts.first ?? ""))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// The path of each file of bytes in the folder.
    private static func paths() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".hex") }.sorted()
    }

    /// Comments and line breaks may change, the bytes may not.
    private static func hash(_ path: String) throws -> String {
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        let bytes = try #require(GoldenVectors.bytes(hex: text), "\(path)")
        let hash = Checksum.hash128(bytes.rawSpan)
        return [hash.high, hash.low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    @Test(.enabled(if: GoldenVectors.isRewriting))
    func `new vectors are added to those that stay`() throws {
        var frozen = try Self.frozen()
        for path in try Self.paths() where frozen[path] == nil {
            frozen[path] = try Self.hash(path)
        }
        let lines = frozen.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)\n" }
        try Data(lines.joined().utf8).write(to: Self.list)
    }

    @Test(.enabled(if: !GoldenVectors.isRewriting))
    func `the vectors of released versions are what they were`() throws {
        let frozen = try Self.frozen()
        let paths = try Self.paths()
        #expect(Set(paths) == Set(frozen.keys), "a vector that is missing, or is not in the list")
        for path in paths { #expect(try Self.hash(path) == frozen[path], "\(path)") }
    }
}
