import AuraMetadata
import AuraServer
import AuraWire
import Logging

/// Tells the listener what keys and client certificates grant, from the metadata of the data directory.
enum KeyAuthenticator {
    /// An authenticator that asks the store each time, so that a revocation counts at once.
    static func of(_ metadata: MetadataStore, logger: Logger) -> Authenticator {
        { credential in
            do throws(MetadataError) {
                let now = WallClock.microseconds()
                let key =
                    switch credential {
                    case .key(let secret): try metadata.verify(secret, now: now)
                    case .certificate(let bytes):
                        try metadata.verify(certificate: bytes, now: now)
                    }
                touch(key, metadata, now, logger)
                return .success(AccessGrant(scopes: scopes(key.scopes), keyID: key.id))
            } catch {
                return .failure(denial(error))
            }
        }
    }

    /// Notes when the key was used.
    ///
    /// That it cannot, as on a full disk, must not lock its holder out.
    private static func touch(
        _ key: APIKey, _ metadata: MetadataStore, _ now: Int64, _ logger: Logger
    ) {
        do throws(MetadataError) {
            try metadata.touchKey(key, now: now)
        } catch {
            logger.warning("when key \(key.id) was used is not noted: \(error)")
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
