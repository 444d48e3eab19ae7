import Foundation

/// A folder of `Formats/vectors/`: examples of a format, bytes beside meaning.
///
/// `x.hex` holds bytes: two hexadecimal digits each, blanks and line ends between, `00*9` for a byte
/// nine times, `#` begins a comment. `x.json` beside it says what they mean; or `x.error` which condition of the format's
/// document they break: its number, then a colon and words.
public struct GoldenVectors: Sendable {
    private let folder: URL

    /// The vectors of the format of that name.
    public init(_ format: String) {
        folder = GoldenVectors.root.appending(path: "Formats/vectors/\(format)")
    }

    /// The top folder of the project.
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Whether tests shall write the vectors anew instead of comparing: `AURA_REWRITE_VECTORS=1`.
    public static let isRewriting =
        ProcessInfo.processInfo.environment["AURA_REWRITE_VECTORS"] == "1"

    /// The names of all vectors that have a file of that extension, without it, ascending.
    public func names(_ pathExtension: String) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return files.filter { $0.pathExtension == pathExtension }
            .map { $0.deletingPathExtension().lastPathComponent }.sorted()
    }

    /// The text of a file of the folder.
    public func text(_ name: String, _ pathExtension: String) throws -> String {
        try String(contentsOf: file(name, pathExtension), encoding: .utf8)
    }

    /// The bytes that a vector's `.hex` writes.
    public func bytes(_ name: String) throws -> [UInt8] {
        let text = try text(name, "hex")
        guard let bytes = GoldenVectors.bytes(hex: text) else {
            throw CocoaError(
                .fileReadCorruptFile, userInfo: [NSFilePathErrorKey: file(name, "hex").path])
        }
        return bytes
    }

    /// The number of the condition that a vector's `.error` names.
    public func condition(_ name: String) throws -> Int? {
        try text(name, "error").split(separator: ":").first.flatMap { Int($0) }
    }

    /// Writes a file of the folder, which is created if it is missing.
    public func write(_ text: String, _ name: String, _ pathExtension: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file(name, pathExtension))
    }

    /// Writes a vector with what it means beside it.
    public func write(
        _ bytes: AnnotatedBytes, _ name: String, about: String, meaning: some Encodable
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try write(GoldenVectors.hex(bytes, about: about), name, "hex")
        try write(String(decoding: encoder.encode(meaning), as: UTF8.self) + "\n", name, "json")
    }

    /// Writes a vector that breaks a condition, and which.
    public func write(
        damaged bytes: AnnotatedBytes, _ name: String, about: String, condition: Int
    ) throws {
        try write(GoldenVectors.hex(bytes, about: about), "bad-" + name, "hex")
        try write("\(condition): \(about)\n", "bad-" + name, "error")
    }

    /// Removes all files of the folder.
    public func removeAll() throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        try FileManager.default.removeItem(at: folder)
    }

    private func file(_ name: String, _ pathExtension: String) -> URL {
        folder.appending(path: "\(name).\(pathExtension)")
    }

    /// The bytes of a text in the form of `.hex` files; nil if it is not in that form.
    public static func bytes(hex text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for line in text.split(separator: "\n") {
            let content = line.prefix { $0 != "#" }
            for word in content.split(separator: " ") {
                let parts = word.split(separator: "*", omittingEmptySubsequences: false)
                guard parts.count <= 2, parts[0].utf8.count == 2, parts[0].allSatisfy(\.isHexDigit),
                    let byte = UInt8(parts[0], radix: 16),
                    let count = parts.count == 1 ? 1 : Int(parts[1]), (1...1 << 20).contains(count)
                else { return nil }
                bytes.append(contentsOf: repeatElement(byte, count: count))
            }
        }
        return bytes
    }

    /// The text of a `.hex` file: 16 bytes a line, a comment with offset and meaning for each field.
    ///
    /// Fields of many zeros take one line.
    public static func hex(_ annotated: AnnotatedBytes, about: String) -> String {
        var text = "# \(about)\n"
        var offset = 0
        for field in annotated.fields {
            var comment = "# \(offset) \(field.name)"
            if !field.detail.isEmpty { comment += ": \(field.detail)" }
            var start = 0
            if field.bytes.count > 64, field.bytes.allSatisfy({ $0 == 0 }) {
                let digits = "00*\(field.bytes.count)"
                text += digits + String(repeating: " ", count: 48 - digits.count) + comment + "\n"
                start = field.bytes.count
            }
            while start < max(field.bytes.count, 1) {
                let line = field.bytes[start..<min(start + 16, field.bytes.count)]
                var digits = line.map(twoDigits).joined(separator: " ")
                if start == 0 {
                    digits += String(repeating: " ", count: max(0, 48 - digits.count)) + comment
                }
                text += digits + "\n"
                start += 16
            }
            offset += field.bytes.count
        }
        return text
    }

    private static func twoDigits(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
