import GRDB

/// The database's tables, as the steps that led to them.
///
/// A step that has been released never changes: a change of the schema is a new step at the end.
enum Schema {
    /// Applies the steps that are missing.
    ///
    /// Only one process at a time may do so.
    ///
    /// - Throws: `MetadataError.newerSchema`, or what GRDB throws.
    static func migrate(_ pool: DatabasePool, path: String) throws {
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw MetadataError.newerSchema(path: path)
        }
        try migrator.migrate(pool)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 API keys") { db in
            try db.execute(
                sql: """
                    CREATE TABLE api_key (
                        id TEXT NOT NULL PRIMARY KEY,
                        name TEXT NOT NULL,
                        prefix TEXT NOT NULL UNIQUE,
                        hash BLOB NOT NULL CHECK (length(hash) = 32),
                        scopes TEXT NOT NULL CHECK (json_valid(scopes)),
                        created_at INTEGER NOT NULL,
                        expires_at INTEGER,
                        revoked_at INTEGER,
                        last_used_at INTEGER
                    ) STRICT
                    """)
        }
        return migrator
    }
}
