import Foundation

/// What a key allows.
///
/// No scope contains another: a key that shall do two things carries both.
public enum Scope: String, CaseIterable, Hashable, Sendable {
    /// Write events.
    case ingest
    /// Ask questions.
    case read
    /// Change what the server does.
    case admin
}

/// An API key as the database knows it: everything but the secret, which is shown once and not kept.
///
/// Instants are microseconds since the epoch.
public struct APIKey: Hashable, Sendable, Identifiable {
    /// The most bytes a name may have.
    public static let maximumNameSize = 200

    /// Identifies the key for good; says nothing about the secret.
    public let id: String
    /// Who uses the key, in the creator's words.
    public let name: String
    /// The first characters of the secret, or of a certificate's fingerprint, by which people tell
    /// keys apart.
    public let prefix: String
    /// What the key allows.
    public let scopes: Set<Scope>
    /// When the key was created.
    public let createdAt: Int64
    /// From when on the key no longer counts; nil: never.
    public let expiresAt: Int64?
    /// When the key was revoked.
    public let revokedAt: Int64?
    /// When the key was last used, to the minute.
    public let lastUsedAt: Int64?

    /// Whether the key carries the scope.
    ///
    /// Says nothing about expiry or revocation.
    public func allows(_ scope: Scope) -> Bool {
        scopes.contains(scope)
    }

    /// Throws unless the key may be used now.
    func requireUsable(now: Int64) throws(MetadataError) {
        if let revokedAt { throw .revokedKey(prefix: prefix, at: revokedAt) }
        if let expiresAt, expiresAt <= now { throw .expiredKey(prefix: prefix, at: expiresAt) }
    }
}

extension APIKey {
    /// A key that is about to be stored.
    ///
    /// - Throws: `.invalidKeyName`, `.noScopes`, `.expiryNotInFuture`.
    init(
        new name: String, prefix: String, scopes: Set<Scope>, expiresAt: Int64?, now: Int64
    ) throws(MetadataError) {
        guard (1...APIKey.maximumNameSize).contains(name.utf8.count) else { throw .invalidKeyName }
        guard !scopes.isEmpty else { throw .noScopes }
        if let expiresAt, expiresAt <= now { throw .expiryNotInFuture(expiresAt) }
        self.init(
            id: UUID().uuidString.lowercased(), name: name, prefix: prefix, scopes: scopes,
            createdAt: now, expiresAt: expiresAt, revokedAt: nil, lastUsedAt: nil)
    }
}
