public import AuraWire

/// Tells what an API key grants.
///
/// Called on a queue of its own, where it may block; never on an event loop. The key is whatever the
/// client sent, at most `WireLimits.keyBytes` long.
public typealias Authenticator = @Sendable (_ key: String) -> Result<AccessGrant, AccessDenial>

/// What a key grants.
public struct AccessGrant: Hashable, Sendable {
    /// What its holder may do.
    public var scopes: AccessScopes
    /// Names the key without giving it away.
    public var keyID: String

    /// A grant of these parts.
    public init(scopes: AccessScopes, keyID: String) {
        self.scopes = scopes
        self.keyID = keyID
    }
}

/// Why a key grants nothing.
public enum AccessDenial: Error, Hashable, Sendable {
    /// No such key.
    case unknown
    /// Its time is over.
    case expired
    /// It was taken back.
    case revoked
    /// Keys cannot be checked at present; the reason is for the log, not for the client.
    case unavailable(String)

    var code: FailureCode {
        switch self {
        case .unknown: .badKey
        case .expired: .expiredKey
        case .revoked: .revokedKey
        case .unavailable: .internalError
        }
    }
}
