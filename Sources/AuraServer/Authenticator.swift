public import AuraWire

/// Tells what an API key, or the client certificate that stands for one, grants.
///
/// Called on a queue of its own, where it may block; never on an event loop.
public typealias Authenticator =
    @Sendable (_ credential: Credential) -> Result<AccessGrant, AccessDenial>

/// What a client shows to be let in.
public enum Credential: Hashable, Sendable {
    /// Whatever the client sent as its API key: 1…`WireLimits.keyBytes` bytes.
    case key(String)
    /// The client's certificate, in DER, signed by an authority that the server accepts.
    case certificate([UInt8])
}

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
