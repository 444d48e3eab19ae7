import Foundation

/// A file of the repository, as the rules look at it.
struct SourceFile {
    /// From the repository's root: `Sources/AuraCore/Event.swift`.
    let path: String
    /// The text, line by line.
    let lines: [Substring]
    /// For Swift the same lines without comments and without what strings hold, else empty.
    let code: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = Self.lines(of: text)
        code = path.hasSuffix(".swift") ? Self.lines(of: SwiftCode.strip(text)) : []
    }

    /// The file's name without its folders.
    var name: Substring { path.split(separator: "/").last ?? "" }

    /// The module under `Sources`, or nil for a file elsewhere.
    var module: Substring? {
        let folders = path.split(separator: "/")
        return folders.count > 2 && folders[0] == "Sources" ? folders[1] : nil
    }

    var isScript: Bool { lines.first?.hasPrefix("#!") == true }

    private static func lines(of text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// The files that the rules look at.
enum Repository {
    private static let folders = ["Sources", "Tests", "Benchmarks", "Tools", ".ci"]
    private static let endings: Set<String> = ["", "swift", "c", "h", "py", "js", "css", "sql"]

    /// The root: three steps up from this file.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file of ours, ordered by path; hidden folders hold builds and downloads.
    static func files() throws -> [SourceFile] {
        let paths = try ["Package.swift"] + folders.flatMap(paths)
        return try paths.sorted().map { path in
            let bytes = try Data(contentsOf: root.appending(path: path))
            return SourceFile(path: path, text: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Whether a path from the root leads somewhere.
    static func holds(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func paths(in folder: String) throws -> [String] {
        let base = root.appending(path: folder)
        guard holds(folder) else { return [] }
        let names = try FileManager.default.subpathsOfDirectory(atPath: base.path)
        return try names.filter { name in
            let file = base.appending(path: name)
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            guard !isHidden, endings.contains(file.pathExtension) else { return false }
            return try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
        }.map { "\(folder)/\($0)" }
    }
}
