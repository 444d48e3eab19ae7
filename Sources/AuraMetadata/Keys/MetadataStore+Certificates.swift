import Foundation
import GRDB

extension MetadataStore {
    /// Creates a key whose secret is a client certificate: whoever shows that in a TLS handshake
    /// holds the key.
    ///
    /// It is listed, revoked and expires as every other key does. A revoked certificate stays
    /// revoked: it cannot be made a key again.
    ///
    /// - Parameters:
    ///   - certificate: The certificate in DER.
    ///   - name: As of `createKey`, like the others.
    /// - Throws: `.invalidKeyName`, `.noScopes`, `.expiryNotInFuture`, `.certificateTaken`,
    ///   `.database`.
    public func createKey(
        certificate: [UInt8], name: String, scopes: Set<Scope>, expiresAt: Int64?, now: Int64
    ) throws(MetadataError) -> APIKey {
        let fingerprint = CertificateFingerprint(of: certificate)
        let key = try APIKey(
            new: name, prefix: fingerprint.prefix, scopes: scopes, expiresAt: expiresAt, now: now)
        try write("create an API key") { db in
            if let taken = try KeyRow.filter(Column("prefix") == key.prefix).fetchOne(db) {
                throw MetadataError.certificateTaken(prefix: taken.key.prefix)
            }
            try KeyRow(key, hash: fingerprint.hash).insert(db)
        }
        return key
    }

    /// The key that a client certificate stands for, if it may be used now.
    ///
    /// - Parameter certificate: The certificate in DER. Whoever calls has checked that the client
    ///   holds its private key, and that an authority of the server has signed it.
    /// - Throws: `.unknownKey`, `.revokedKey`, `.expiredKey`, `.database`.
    public func verify(certificate: [UInt8], now: Int64) throws(MetadataError) -> APIKey {
        let fingerprint = CertificateFingerprint(of: certificate)
        let row = try read("verify a client certificate") { db in
            try KeyRow.filter(Column("prefix") == fingerprint.prefix).fetchOne(db)
        }
        guard let row, row.hash == fingerprint.hash else { throw .unknownKey }
        try row.key.requireUsable(now: now)
        return row.key
    }
}
