import Foundation
import GRDB

/// A row of table `api_key`: a key and the hash of its secret.
struct KeyRow: FetchableRecord, PersistableRecord {
    static let databaseTableName = "api_key"

    let key: APIKey
    /// SHA-256 of the secret: 32 bytes.
    let hash: Data

    init(_ key: APIKey, hash: Data) {
        self.key = key
        self.hash = hash
    }

    init(row: Row) throws {
        let names = try JSONDecoder().decode([String].self, from: row["scopes"])
        key = APIKey(
            id: row["id"], name: row["name"], prefix: row["prefix"],
            // A scope that this program does not know grants nothing.
            scopes: Set(names.compactMap(Scope.init(rawValue:))),
            createdAt: row["created_at"], expiresAt: row["expires_at"],
            revokedAt: row["revoked_at"], lastUsedAt: row["last_used_at"])
        hash = row["hash"]
    }

    func encode(to container: inout PersistenceContainer) throws {
        container["id"] = key.id
        container["name"] = key.name
        container["prefix"] = key.prefix
        container["hash"] = hash
        let names = Scope.allCases.filter(key.scopes.contains).map(\.rawValue)
        container["scopes"] = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
        container["created_at"] = key.createdAt
        container["expires_at"] = key.expiresAt
        container["revoked_at"] = key.revokedAt
        container["last_used_at"] = key.lastUsedAt
    }
}
