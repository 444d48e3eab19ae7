import Foundation
import GRDB
import Synchronization
import Testing

@testable import AuraMetadata

@Suite struct MetadataStoreTests {
    @Test func `keys outlive a restart`() throws {
        try withDirectory { directory in
            let first = try MetadataStore.open(in: directory)
            let (key, secret) = try first.createKey(
                name: "n", scopes: Set(Scope.allCases), expiresAt: nil, now: start)
            let (gone, _) = try first.createKey(
                name: "m", scopes: [.ingest], expiresAt: nil, now: start + 1)
            let revoked = try first.revokeKey(gone.id, now: start + 2)
            try first.close()

            let second = try MetadataStore.open(in: directory)
            #expect(try second.listKeys() == [key, revoked])
            #expect(try second.verify(secret, now: start) == key)
            try second.close()
        }
    }

    @Test func `what another process commits is seen by the next call`() throws {
        try withStore { store, directory in
            let (key, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: nil, now: start)
            #expect(try store.verify(secret, now: start) == key)
            let sql = "UPDATE api_key SET revoked_at = \(start + 5) WHERE id = '\(key.id)'"
            try foreignSQL(sql, in: directory)
            let revoked = MetadataError.revokedKey(prefix: key.prefix, at: start + 5)
            #expect(throws: revoked) { try store.verify(secret, now: start) }
            #expect(throws: revoked) { try store.recheckKey(id: key.id, now: start) }
            try foreignSQL("DELETE FROM api_key", in: directory)
            #expect(throws: MetadataError.unknownKey) { try store.verify(secret, now: start) }
        }
    }

    @Test func `a scope of a newer program grants nothing`() throws {
        try withStore { store, directory in
            let (_, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: nil, now: start)
            let sql = #"UPDATE api_key SET scopes = '["read", "teleport"]'"#
            try foreignSQL(sql, in: directory)
            #expect(try store.verify(secret, now: start).scopes == [.read])
        }
    }

    @Test func `writes are synchronous and the log is SQLite's WAL`() throws {
        try withStore { store, directory in
            // FULL is 2.
            let settings = try store.onWriter("read the settings") { db in
                try ["synchronous", "journal_mode", "foreign_keys", "busy_timeout"].map {
                    try String.fetchOne(db, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["2", "wal", "1", "5000"])
            #expect(try foreignSQL("PRAGMA journal_mode", in: directory) == "[('wal',)]")
        }
    }

    @Test func `only the owner may read the files`() throws {
        try withStore { store, directory in
            _ = try store.createKey(name: "n", scopes: [.read], expiresAt: nil, now: start)
            let files = FileManager.default
            func mode(_ path: String) throws -> Int? {
                try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try mode(directory) == 0o700)
            let names = try files.contentsOfDirectory(atPath: directory)
            #expect(names.count == 4)
            for name in names { #expect(try mode("\(directory)/\(name)") == 0o600, "\(name)") }
        }
    }

    @Test func `a database of a newer program is refused and left alone`() throws {
        try withDirectory { directory in
            try MetadataStore.open(in: directory).close()
            try foreignSQL(
                "INSERT INTO grdb_migrations VALUES ('2 from the future')", in: directory)
            let path = "\(directory)/metadata.sqlite"
            #expect(throws: MetadataError.newerSchema(path: path)) {
                try MetadataStore.open(in: directory)
            }
        }
    }

    @Test func `a lock is held against others, and let go by an error too`() throws {
        try withStore { _, directory in
            let path = directory + "/a lock"
            try FileLock.hold(path, patience: 0) {
                let failure = #expect(throws: FileLock.Failure.self) {
                    try FileLock.hold(path, patience: 0.02) {}
                }
                #expect(failure?.reason == "\(path) is locked by another process")
            }
            #expect(throws: CancellationError.self) {
                try FileLock.hold(path, patience: 0) { throw CancellationError() }
            }
            #expect(try FileLock.hold(path, patience: 0) { 7 } == 7)
            let failure = #expect(throws: FileLock.Failure.self) {
                try FileLock.hold(directory, patience: 0) {}
            }
            #expect(failure?.reason == "cannot open \(directory): Is a directory")
        }
    }

    @Test func `a directory that cannot be used is refused with its path`() throws {
        try withDirectory { directory in
            try Data("a file".utf8).write(to: URL(filePath: directory))
            let error = #expect(throws: MetadataError.self) {
                try MetadataStore.open(in: directory)
            }
            #expect(
                error?.description.hasPrefix("cannot open \(directory)/metadata.sqlite: ") == true)
        }
    }

    @Test func `a file that is no database is refused and left as it was`() throws {
        try withDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let path = "\(directory)/\(MetadataStore.fileName)"
            let bytes = Data(repeating: 0x41, count: 8_192)
            try bytes.write(to: URL(filePath: path))
            let error = #expect(throws: MetadataError.self) {
                try MetadataStore.open(in: directory)
            }
            #expect(error?.description.contains("SQLite 26") == true, "\(error as Any)")
            #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
        }
    }

    @Test func `a closed store refuses, and closing twice is no error`() throws {
        try withDirectory { directory in
            let store = try MetadataStore.open(in: directory)
            try store.close()
            try store.close()
            #expect(throws: MetadataError.self) { try store.listKeys() }
        }
    }

    @Test func `many may open a new database at once, and write at once`() throws {
        for _ in 0..<5 {
            try withDirectory { directory in
                let failures = Mutex<[String]>([])
                DispatchQueue.concurrentPerform(iterations: 8) { number in
                    do {
                        let store = try MetadataStore.open(in: directory)
                        for turn in 0..<5 {
                            _ = try store.createKey(
                                name: "\(number).\(turn)", scopes: [.ingest], expiresAt: nil,
                                now: start)
                        }
                        try store.close()
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                }
                #expect(failures.withLock { $0 } == [])
                let store = try MetadataStore.open(in: directory)
                #expect(try store.listKeys().count == 40)
                try store.close()
            }
        }
    }
}
