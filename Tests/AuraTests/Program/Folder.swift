import Foundation
import Synchronization

/// A folder of one test, removed with the value.
final class Folder: Sendable {
    let url: URL
    private let count = Atomic(0)
    private let isRemoved: Bool

    /// A new, empty folder.
    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "aura-test-\(UUID().uuidString)")
        isRemoved = true
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    private init(_ url: URL) throws {
        self.url = url
        isRemoved = false
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        if isRemoved { try? FileManager.default.removeItem(at: url) }
    }

    var path: String { url.path }

    /// The path of something in the folder.
    func path(_ name: String) -> String { url.appending(path: name).path }

    /// A folder in this one, of a name of its own.
    func subfolder() throws -> Folder {
        let number = count.add(1, ordering: .relaxed).newValue
        return try Folder(url.appending(path: ".run-\(number)"))
    }

    /// Writes a file and opens it for reading and writing.
    func file(_ name: String, holding text: String = "") throws -> FileHandle {
        let url = url.appending(path: name)
        try Data(text.utf8).write(to: url)
        return try FileHandle(forUpdating: url)
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: url.appending(path: name))
        return path(name)
    }

    /// What a file holds; nothing if it is not there.
    func text(_ name: String) -> String {
        let data = FileManager.default.contents(atPath: path(name)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    func contains(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }
}
