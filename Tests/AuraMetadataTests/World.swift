import AuraMetadata
import Foundation

/// 2026-01-01 in microseconds since the epoch; the present of these tests.
let start: Int64 = 1_767_225_600_000_000
let second: Int64 = 1_000_000
let day: Int64 = 86_400_000_000

/// Runs `body` with the path of a directory that does not exist yet and is removed afterwards.
func withDirectory<Value>(_ body: (String) throws -> Value) throws -> Value {
    let directory = FileManager.default.temporaryDirectory
        .appending(path: "aura-metadata-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
}

/// Runs `body` with a new store.
func withStore<Value>(_ body: (MetadataStore, String) throws -> Value) throws -> Value {
    try withDirectory { directory in
        let store = try MetadataStore.open(in: directory)
        let value = try body(store, directory)
        try store.close()
        return value
    }
}

/// Another process: runs SQL on the database and returns the rows as Python prints them.
@discardableResult
func foreignSQL(_ sql: String, in directory: String) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
        "python3", "-c",
        """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        print(db.execute(sys.argv[2]).fetchall())
        """,
        "\(directory)/\(MetadataStore.fileName)", sql,
    ]
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ForeignProcessFailed() }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
}

struct ForeignProcessFailed: Error {}
