import AuraMetadata
import Foundation
import Testing

@Suite struct KeyTests {
    @Test func `a new key is shown once, listed without its secret, and verified`() throws {
        try withStore { store, _ in
            let (key, secret) = try store.createKey(
                name: "clinic 7", scopes: [.ingest], expiresAt: start + 365 * day, now: start)
            #expect(key.name == "clinic 7")
            #expect(key.scopes == [.ingest])
            #expect(key.createdAt == start)
            #expect(key.expiresAt == start + 365 * day)
            #expect(key.revokedAt == nil)
            #expect(key.lastUsedAt == nil)
            #expect(secret.hasPrefix(key.prefix))
            #expect(try store.listKeys() == [key])
            #expect(try store.verify(secret, now: start) == key)
            #expect(key.allows(.ingest))
            #expect(!key.allows(.read))
            #expect(!key.allows(.admin))
        }
    }

    @Test func `the secret is nowhere in the directory`() throws {
        try withStore { store, directory in
            let (key, secret) = try store.createKey(
                name: "n", scopes: [.read, .admin], expiresAt: nil, now: start)
            let hidden = Data(secret.dropFirst(key.prefix.count).utf8)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            var foundPrefix = false
            for name in names {
                let bytes = try Data(contentsOf: URL(filePath: "\(directory)/\(name)"))
                #expect(bytes.range(of: hidden) == nil, "\(name)")
                foundPrefix = foundPrefix || bytes.range(of: Data(key.prefix.utf8)) != nil
            }
            #expect(foundPrefix, "the search must be able to find something")
        }
    }

    @Test func `an unknown key is told from a revoked and an expired one`() throws {
        try withStore { store, _ in
            let (_, foreign) = try withStore { other, _ in
                try other.createKey(name: "n", scopes: [.read], expiresAt: nil, now: start)
            }
            #expect(throws: MetadataError.unknownKey) { try store.verify(foreign, now: start) }
            #expect(throws: MetadataError.malformedKey) { try store.verify("", now: start) }

            let (key, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: start + day, now: start)
            _ = try store.verify(secret, now: start + day - 1)
            let expired = MetadataError.expiredKey(prefix: key.prefix, at: start + day)
            #expect(throws: expired) { try store.verify(secret, now: start + day) }
            #expect(throws: expired) { try store.recheckKey(id: key.id, now: start + day) }

            try store.revokeKey(key.prefix, now: start + second)
            let revoked = MetadataError.revokedKey(prefix: key.prefix, at: start + second)
            #expect(throws: revoked) { try store.verify(secret, now: start + 2 * day) }
            #expect(throws: revoked) { try store.recheckKey(id: key.id, now: start) }
        }
    }

    @Test func `the same first characters with another rest are unknown`() throws {
        try withStore { store, directory in
            let (key, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: nil, now: start)
            try foreignSQL("UPDATE api_key SET hash = zeroblob(32)", in: directory)
            #expect(try store.listKeys() == [key])
            #expect(throws: MetadataError.unknownKey) { try store.verify(secret, now: start) }
        }
    }

    @Test func `a key is revoked once, by id or by prefix`() throws {
        try withStore { store, _ in
            for byID in [true, false] {
                let (key, _) = try store.createKey(
                    name: "n", scopes: [.read], expiresAt: nil, now: start)
                let handle = byID ? key.id : key.prefix
                #expect(try store.revokeKey(handle, now: start + 1).revokedAt == start + 1)
                #expect(try store.revokeKey(handle, now: start + 2).revokedAt == start + 1)
            }
            let (other, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: nil, now: start)
            for wrong in ["", "nobody", "%", "aura_api_", String(other.prefix.dropLast())] {
                #expect(throws: MetadataError.noSuchKey(wrong)) {
                    try store.revokeKey(wrong, now: start)
                }
            }
            #expect(try store.verify(secret, now: start) == other)
            #expect(throws: MetadataError.noSuchKey("nobody")) {
                try store.recheckKey(id: "nobody", now: start)
            }
        }
    }

    @Test func `keys that make no sense are refused`() throws {
        try withStore { store, _ in
            func create(
                _ name: String, _ scopes: Set<Scope>, _ expiresAt: Int64?
            ) throws(MetadataError) {
                _ = try store.createKey(
                    name: name, scopes: scopes, expiresAt: expiresAt, now: start)
            }
            #expect(throws: MetadataError.invalidKeyName) { try create("", [.read], nil) }
            #expect(throws: MetadataError.invalidKeyName) {
                try create(String(repeating: "é", count: 101), [.read], nil)
            }
            #expect(throws: MetadataError.noScopes) { try create("n", [], nil) }
            #expect(throws: MetadataError.expiryNotInFuture(start)) {
                try create("n", [.read], start)
            }
            #expect(try store.listKeys().isEmpty)
            try create(String(repeating: "é", count: 100), [.read], start + 1)
            #expect(try store.listKeys().count == 1)
        }
    }

    @Test func `a use is written down at most once a minute`() throws {
        try withStore { store, directory in
            let (key, secret) = try store.createKey(
                name: "n", scopes: [.read], expiresAt: nil, now: start)
            var written: [Int64] = []
            for tick in 0..<200 {
                let now = start + Int64(tick) * second
                let current = try store.verify(secret, now: now)
                if try store.touchKey(current, now: now) { written.append(now) }
            }
            #expect(written == [0, 60, 120, 180].map { start + $0 * second })
            #expect(try store.recheckKey(id: key.id, now: start).lastUsedAt == written.last)

            // Two processes that saw the same state: the second writes nothing.
            let other = try MetadataStore.open(in: directory)
            let now = start + 240 * second
            let seen = try other.verify(secret, now: now)
            #expect(try store.touchKey(seen, now: now))
            #expect(try !other.touchKey(seen, now: now))
            // A clock that went back moves nothing back.
            #expect(try !other.touchKey(seen, now: start))
            #expect(try store.recheckKey(id: key.id, now: start).lastUsedAt == now)
            try other.close()
        }
    }

    @Test func `every error has a text and a remedy, and none names a secret`() throws {
        let errors: [MetadataError] = [
            .malformedKey, .unknownKey, .certificateTaken(prefix: "cert_x"),
            .revokedKey(prefix: "aura_ing_x", at: start),
            .expiredKey(prefix: "aura_ing_x", at: start), .noSuchKey("x"), .invalidKeyName,
            .noScopes, .expiryNotInFuture(start), .newerSchema(path: "p"),
            .database(operation: "o", reason: "r"),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { $0.remedy.hasSuffix(".") && !$0.description.hasSuffix(".") })
        #expect(
            errors[3].description == "API key aura_ing_x was revoked at 2026-01-01T00:00:00Z")
    }
}
