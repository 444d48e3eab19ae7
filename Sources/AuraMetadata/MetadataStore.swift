import Foundation
import GRDB

/// The product's own records in one SQLite database: API keys first of all.
///
/// Several processes may have the same database open: the server verifies keys while the command
/// line creates and revokes them. Nothing is cached here, so what one process has committed the next
/// read of every other one sees. A write that has returned survives a power failure.
///
/// Every call blocks on the file system: never make one on an event loop.
public final class MetadataStore: Sendable {
    /// The database's name in its directory.
    public static let fileName = "metadata.sqlite"

    /// How long a call waits for another process's write before it gives up.
    static let busySeconds: TimeInterval = 5

    private let pool: DatabasePool

    private init(pool: DatabasePool) {
        self.pool = pool
    }

    /// Opens the database in a directory, creating both where missing and bringing an older
    /// schema up to date.
    ///
    /// The directory is created for its owner alone (0700), the database likewise (0600).
    ///
    /// - Throws: `.newerSchema` where a newer program has migrated the database, `.database` where
    ///   the machine or SQLite refuses. Nothing stays open then.
    public static func open(in directory: String) throws(MetadataError) -> MetadataStore {
        let path = directory + "/" + fileName
        let pool = try attempt("open \(path)") {
            try createPrivateDirectory(directory)
            return try withLock(path) {
                createPrivateFile(path)
                let pool = try DatabasePool(path: path, configuration: configuration)
                // GRDB lowers this to NORMAL as it turns WAL on, after its hooks have run; with
                // NORMAL a revocation could come undone by a power failure.
                try pool.writeWithoutTransaction {
                    try $0.execute(sql: "PRAGMA synchronous = FULL")
                }
                try Schema.migrate(pool, path: path)
                return pool
            }
        }
        return MetadataStore(pool: pool)
    }

    /// Closes the database; every later call throws `.database`.
    ///
    /// - Throws: `.database` where calls are still under way; they finish, and the store stays open.
    public func close() throws(MetadataError) {
        try Self.attempt("close \(pool.path)") {
            try Self.withLock(pool.path) { try pool.close() }
        }
    }

    /// Reads one consistent state.
    func read<Value>(
        _ operation: String, _ body: (Database) throws -> Value
    ) throws(MetadataError) -> Value {
        try Self.attempt(operation) { try pool.read(body) }
    }

    /// Runs one transaction: all of it is committed and durable, or none of it.
    func write<Value>(
        _ operation: String, _ body: (Database) throws -> Value
    ) throws(MetadataError) -> Value {
        try Self.attempt(operation) { try pool.write(body) }
    }

    /// Runs `body` on the one connection that writes, outside a transaction.
    func onWriter<Value>(
        _ operation: String, _ body: (Database) throws -> Value
    ) throws(MetadataError) -> Value {
        try Self.attempt(operation) { try pool.writeWithoutTransaction(body) }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busySeconds)
        configuration.maximumReaderCount = 4
        configuration.label = "aura.metadata"
        return configuration
    }

    /// SQLite's busy timeout does not cover turning WAL on, migrating, nor the clean-up at the last
    /// close: processes take turns at these.
    private static func withLock<Value>(_ path: String, _ body: () throws -> Value) throws -> Value
    {
        try FileLock.hold(path + "-lock", patience: busySeconds, body)
    }

    private static func createPrivateDirectory(_ directory: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// SQLite would create the file for all to read; its WAL and index inherit the file's mode.
    static func createPrivateFile(_ path: String) {
        let files = FileManager.default
        guard !files.fileExists(atPath: path) else { return }
        // Where this fails, so does SQLite next, with a reason.
        _ = files.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }

    /// The border at which what the machine and SQLite throw becomes this module's error.
    private static func attempt<Value>(
        _ operation: String, _ body: () throws -> Value
    ) throws(MetadataError) -> Value {
        do {
            return try body()
        } catch let error as MetadataError {
            throw error
        } catch let error as DatabaseError {
            throw .database(
                operation: operation,
                reason:
                    "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
            )
        } catch let error as FileLock.Failure {
            throw .database(operation: operation, reason: error.reason)
        } catch {
            throw .database(operation: operation, reason: error.localizedDescription)
        }
    }
}
