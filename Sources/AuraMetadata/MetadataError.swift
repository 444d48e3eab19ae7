import Foundation

/// What the metadata refuses, and what to do about it.
///
/// No case carries a secret, so every text may be logged. Instants are microseconds since the epoch.
public enum MetadataError: Error, Hashable, Sendable {
    /// The text is not an API key: wrong kind, size, alphabet or checksum.
    case malformedKey
    /// The text is a well-formed API key that this database does not hold.
    case unknownKey
    /// The key was revoked.
    case revokedKey(prefix: String, at: Int64)
    /// The key's time is over.
    case expiredKey(prefix: String, at: Int64)
    /// No key has that id or prefix.
    case noSuchKey(String)
    /// The certificate of a new key is that of a key already, perhaps of a revoked one.
    case certificateTaken(prefix: String)
    /// A new key's name is empty or longer than `APIKey.maximumNameSize` bytes.
    case invalidKeyName
    /// A new key would allow nothing.
    case noScopes
    /// A new key would have expired already.
    case expiryNotInFuture(Int64)
    /// The database was written by a newer program.
    case newerSchema(path: String)
    /// SQLite or the machine refused.
    case database(operation: String, reason: String)

    /// What to do about it: a sentence.
    public var remedy: String {
        switch self {
        case .malformedKey:
            "Copy the whole key as it was shown, from 'aura_' to its last character."
        case .unknownKey:
            "Check that the key belongs to this server, or create one: aura keys create."
        case .revokedKey:
            "Create a new key: aura keys create."
        case .expiredKey:
            "Create a new key, with a later expiry if need be: aura keys create."
        case .noSuchKey:
            "List the keys there are: aura keys list."
        case .certificateTaken:
            "Use that key (aura keys list); if it was revoked, have another certificate issued."
        case .invalidKeyName:
            "Give the key a name of 1 to \(APIKey.maximumNameSize) bytes that says who uses it."
        case .noScopes:
            "Name at least one scope: \(Scope.allCases.map(\.rawValue).joined(separator: ", "))."
        case .expiryNotInFuture:
            "Choose a later expiry, or none."
        case .newerSchema:
            "Use the newer aura, or restore the database from before its upgrade."
        case .database:
            "Check free space, permissions and the health of the disk."
        }
    }
}

extension MetadataError: CustomStringConvertible {
    /// What is wrong: one line, without the remedy.
    public var description: String {
        switch self {
        case .malformedKey: "not an API key"
        case .unknownKey: "unknown API key"
        case .revokedKey(let prefix, let at): "API key \(prefix) was revoked at \(Self.text(at))"
        case .expiredKey(let prefix, let at): "API key \(prefix) expired at \(Self.text(at))"
        case .noSuchKey(let given): "no API key has the id or prefix '\(given)'"
        case .certificateTaken(let prefix): "the certificate is that of key \(prefix) already"
        case .invalidKeyName: "the API key's name is empty or too long"
        case .noScopes: "the API key has no scope"
        case .expiryNotInFuture(let at):
            "the API key's expiry \(Self.text(at)) is not in the future"
        case .newerSchema(let path): "\(path) was written by a newer aura"
        case .database(let operation, let reason): "cannot \(operation): \(reason)"
        }
    }

    /// RFC 3339 in UTC, to the second.
    private static func text(_ microseconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(microseconds / 1_000_000)).formatted(.iso8601)
    }
}
