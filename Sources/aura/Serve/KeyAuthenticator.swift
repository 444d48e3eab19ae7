import AuraMetadata
import AuraServer
import AuraWire

/// Tells the listener what keys grant, from the metadata of the data directory.
enum KeyAuthenticator {
    /// An authenticator that asks the store each time, so that a revocation counts at once.
    static func of(_ metadata: MetadataStore) -> Authenticator {
        { secret in
            do throws(MetadataError) {
                let now = WallClock.microseconds()
                let key = try metadata.verify(secret, now: now)
                try metadata.touchKey(key, now: now)
                return .success(AccessGrant(scopes: scopes(key.scopes), keyID: key.id))
            } catch {
                return .failure(denial(error))
            }
        }
    }

    private static func scopes(_ scopes: Set<Scope>) -> AccessScopes {
        scopes.reduce(into: AccessScopes()) { granted, scope in
            switch scope {
            case .ingest: granted.insert(.ingest)
            case .read: granted.insert(.read)
            case .admin: granted.insert(.admin)
            }
        }
    }

    private static func denial(_ error: MetadataError) -> AccessDenial {
        switch error {
        case .malformedKey, .unknownKey, .noSuchKey: .unknown
        case .expiredKey: .expired
        case .revokedKey: .revoked
        default: .unavailable(error.description)
        }
    }
}
