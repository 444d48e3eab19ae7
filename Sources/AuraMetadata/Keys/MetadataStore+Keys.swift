import Foundation
import GRDB

extension MetadataStore {
    /// How often a key's last use is written down, at most: in microseconds.
    static let touchInterval: Int64 = 60_000_000

    /// Creates a key and returns it with its secret, which cannot be had again.
    ///
    /// - Parameters:
    ///   - name: Who will use the key: 1…`APIKey.maximumNameSize` bytes; need not be unique.
    ///   - scopes: What it allows: at least one.
    ///   - expiresAt: From when on it no longer counts, in microseconds since the epoch; nil: never.
    ///   - now: The present, in microseconds since the epoch.
    /// - Throws: `.invalidKeyName`, `.noScopes`, `.expiryNotInFuture`, `.database`.
    public func createKey(
        name: String, scopes: Set<Scope>, expiresAt: Int64?, now: Int64
    ) throws(MetadataError) -> (key: APIKey, secret: String) {
        let secret = KeySecret(for: scopes)
        let key = try APIKey(
            new: name, prefix: secret.prefix, scopes: scopes, expiresAt: expiresAt, now: now)
        try write("create an API key") { try KeyRow(key, hash: secret.hash).insert($0) }
        return (key, secret.text)
    }

    /// All keys, revoked and expired ones too, oldest first.
    public func listKeys() throws(MetadataError) -> [APIKey] {
        try read("list API keys") { db in
            try KeyRow.order(Column("created_at"), Column("id")).fetchAll(db).map(\.key)
        }
    }

    /// Revokes a key for good.
    ///
    /// Revoking it again changes nothing and returns the first revocation.
    ///
    /// - Throws: `.noSuchKey`, `.database`.
    @discardableResult
    public func revokeKey(_ idOrPrefix: String, now: Int64) throws(MetadataError) -> APIKey {
        try write("revoke an API key") { db in
            try db.execute(
                sql: """
                    UPDATE api_key SET revoked_at = ?
                    WHERE (id = ? OR prefix = ?) AND revoked_at IS NULL
                    """,
                arguments: [now, idOrPrefix, idOrPrefix])
            let named = Column("id") == idOrPrefix || Column("prefix") == idOrPrefix
            guard let row = try KeyRow.filter(named).fetchOne(db) else {
                throw MetadataError.noSuchKey(idOrPrefix)
            }
            return row.key
        }
    }

    /// The key that a secret belongs to, if it may be used now.
    ///
    /// A text that is no key is refused without a look into the database; hashes are compared in
    /// constant time.
    ///
    /// - Throws: `.malformedKey`, `.unknownKey`, `.revokedKey`, `.expiredKey`, `.database`.
    public func verify(_ secret: String, now: Int64) throws(MetadataError) -> APIKey {
        let secret = try KeySecret(parsing: secret)
        let row = try read("verify an API key") { db in
            try KeyRow.filter(Column("prefix") == secret.prefix).fetchOne(db)
        }
        guard let row, secret.matches(row.hash) else { throw .unknownKey }
        try row.key.requireUsable(now: now)
        return row.key
    }

    /// The present state of a key verified earlier, if it may still be used: for connections that
    /// outlive a revocation.
    ///
    /// - Throws: `.noSuchKey`, `.revokedKey`, `.expiredKey`, `.database`.
    public func recheckKey(id: String, now: Int64) throws(MetadataError) -> APIKey {
        let row = try read("recheck an API key") { try KeyRow.fetchOne($0, key: id) }
        guard let row else { throw .noSuchKey(id) }
        try row.key.requireUsable(now: now)
        return row.key
    }

    /// Writes down that a key is in use, at most once a minute per key.
    ///
    /// - Parameter key: As `verify` or `recheckKey` has just returned it.
    /// - Returns: Whether anything was written.
    @discardableResult
    public func touchKey(_ key: APIKey, now: Int64) throws(MetadataError) -> Bool {
        let due = now - Self.touchInterval
        guard (key.lastUsedAt ?? due) <= due else { return false }
        return try write("touch an API key") { db in
            try db.execute(
                sql: """
                    UPDATE api_key SET last_used_at = ?
                    WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)
                    """,
                arguments: [now, key.id, due])
            return db.changesCount > 0
        }
    }
}
