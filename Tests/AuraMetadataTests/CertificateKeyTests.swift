import AuraMetadata
import Foundation
import Testing

/// Keys whose secret is a client certificate.
@Suite struct CertificateKeyTests {
    /// Stands for the bytes of a certificate: the store only hashes them.
    private let certificate = Array("a certificate".utf8)

    @Test func `a certificate is verified, revoked and expires as a secret does`() throws {
        try withStore { store, _ in
            let key = try store.createKey(
                certificate: certificate, name: "web", scopes: [.ingest], expiresAt: start + day,
                now: start)
            // SHA-256 of the bytes.
            #expect(key.prefix == "cert_81acd762140fa692")
            #expect(try store.listKeys() == [key])
            #expect(try store.verify(certificate: certificate, now: start) == key)
            #expect(throws: MetadataError.unknownKey) {
                try store.verify(certificate: certificate + [0], now: start)
            }
            let expired = MetadataError.expiredKey(prefix: key.prefix, at: start + day)
            #expect(throws: expired) {
                try store.verify(certificate: certificate, now: start + day)
            }
            try store.revokeKey(key.prefix, now: start + 1)
            let revoked = MetadataError.revokedKey(prefix: key.prefix, at: start + 1)
            #expect(throws: revoked) { try store.verify(certificate: certificate, now: start + 2) }
        }
    }

    @Test func `a certificate is one key at most, also when that was revoked`() throws {
        try withStore { store, _ in
            func create() throws(MetadataError) -> APIKey {
                try store.createKey(
                    certificate: certificate, name: "n", scopes: [.read], expiresAt: nil,
                    now: start)
            }
            let key = try create()
            let taken = MetadataError.certificateTaken(prefix: key.prefix)
            #expect(throws: taken) { try create() }
            try store.revokeKey(key.id, now: start)
            #expect(throws: taken) { try create() }
            #expect(try store.listKeys().count == 1)
        }
    }

    @Test func `the same first digits with another rest are unknown`() throws {
        try withStore { store, directory in
            _ = try store.createKey(
                certificate: certificate, name: "n", scopes: [.read], expiresAt: nil, now: start)
            try foreignSQL("UPDATE api_key SET hash = zeroblob(32)", in: directory)
            #expect(throws: MetadataError.unknownKey) {
                try store.verify(certificate: certificate, now: start)
            }
        }
    }

    @Test func `a prefix is no secret, and a secret no certificate`() throws {
        try withStore { store, _ in
            let key = try store.createKey(
                certificate: certificate, name: "n", scopes: [.read], expiresAt: nil, now: start)
            #expect(throws: MetadataError.malformedKey) { try store.verify(key.prefix, now: start) }
            let (_, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: nil, now: start)
            #expect(throws: MetadataError.unknownKey) {
                try store.verify(certificate: Array(secret.utf8), now: start)
            }
        }
    }

    @Test func `keys that make no sense are refused with a certificate too`() throws {
        try withStore { store, _ in
            func create(
                _ name: String, _ scopes: Set<Scope>, _ expiresAt: Int64?
            ) throws(MetadataError) {
                _ = try store.createKey(
                    certificate: certificate, name: name, scopes: scopes, expiresAt: expiresAt,
                    now: start)
            }
            #expect(throws: MetadataError.invalidKeyName) { try create("", [.read], nil) }
            #expect(throws: MetadataError.noScopes) { try create("n", [], nil) }
            #expect(throws: MetadataError.expiryNotInFuture(start)) {
                try create("n", [.read], start)
            }
            let keys = try store.listKeys()
            #expect(keys == [])
        }
    }
}
