import Testing

@testable import AuraQuery

/// What of a query is shown in colours.
@Suite struct TextPartTests {
    @Test func `keywords, texts, numbers and comments are told apart`() {
        let text = "select \"from\", 'é' /* no */ + 1.5 FROM events -- so"
        let bytes = Array(text.utf8)
        let parts = TextPart.all(of: text).map { part in
            "\(part.kind) \(String(decoding: bytes[part.bytes], as: UTF8.self))"
        }
        #expect(
            parts == [
                "keyword select", "text 'é'", "comment  /* no */ ", "number 1.5", "keyword FROM",
                "comment  -- so",
            ])
    }

    @Test func `what cannot be taken apart has no colours`() {
        #expect(TextPart.all(of: "SELECT 'open 1 2").map(\.kind) == [.keyword])
        #expect(TextPart.all(of: "").isEmpty)
    }
}
