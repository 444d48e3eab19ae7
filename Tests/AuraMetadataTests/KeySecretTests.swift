import Testing

@testable import AuraMetadata

@Suite struct KeySecretTests {
    @Test func `the text of a known number never changes`() {
        // Worked out by hand from the definition, with Python's integers and hashlib.
        let zero = KeySecret(kind: .general, words: [0, 0, 0, 0])
        #expect(zero.text == "aura_api_" + String(repeating: "0", count: 43) + "4AKY7J")
        let greatest = KeySecret(kind: .ingest, words: [.max, .max, .max, .max])
        #expect(greatest.text == "aura_ing_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1240JW3")
        #expect(greatest.prefix == "aura_ing_yhjskwdA")
    }

    @Test func `what is drawn is parsed, and no two are alike`() throws {
        var seen: Set<String> = []
        var shown: Set<String> = []
        for _ in 0..<2_000 {
            let secret = KeySecret(for: [.read])
            #expect(secret.text.utf8.count == 58)
            let parsed = try KeySecret(parsing: secret.text)
            #expect(parsed.text == secret.text)
            #expect(parsed.prefix == secret.prefix)
            #expect(secret.text.hasPrefix(secret.prefix))
            seen.insert(secret.text)
            shown.insert(secret.prefix)
        }
        #expect(seen.count == 2_000)
        #expect(shown.count == 2_000)
    }

    @Test func `only a key for ingest alone is called so`() {
        #expect(KeySecret(for: [.ingest]).text.hasPrefix("aura_ing_"))
        for scopes: Set<Scope> in [[.ingest, .read], [.read], [.admin], Set(Scope.allCases)] {
            #expect(KeySecret(for: scopes).text.hasPrefix("aura_api_"))
        }
    }

    @Test func `any one character changed is seen`() {
        let text = Array(KeySecret(for: [.ingest]).text)
        for place in text.indices {
            for other in "0Aa_Zz9 é" where other != text[place] {
                var changed = text
                changed[place] = other
                // A changed kind letter that happens to be another kind still fails the checksum.
                #expect(throws: MetadataError.malformedKey) {
                    try KeySecret(parsing: String(changed))
                }
            }
        }
    }

    @Test func `every prefix of a key and every longer text is refused`() {
        let text = KeySecret(for: [.admin]).text
        for size in 0..<text.count {
            #expect(throws: MetadataError.malformedKey) {
                try KeySecret(parsing: String(text.prefix(size)))
            }
        }
        for longer in [text + "0", text + "\n", " " + text, text + text, text + "\u{301}"] {
            #expect(throws: MetadataError.malformedKey) { try KeySecret(parsing: longer) }
        }
    }

    @Test func `the other kind before the same characters is refused`() {
        let text = KeySecret(for: [.ingest]).text
        #expect(throws: MetadataError.malformedKey) {
            try KeySecret(parsing: "aura_api_" + text.dropFirst(9))
        }
    }
}
