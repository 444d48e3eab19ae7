import AuraCore

/// The text of statements without what may say whom they are about, such as ids of patients.
///
/// What stands between quotes becomes `…`, unless it is a name that the events have, a time or a length of
/// time behind the word that says so, or at most three characters; so do numbers of more than four digits.
/// Comments are left out, and all from where a text cannot be taken apart.
public enum RedactedText {
    private static let shortText = 3
    private static let shortNumber = 4
    private static let timeWords: Set<String> = ["INTERVAL", "DATE", "TIMESTAMP", "TIMESTAMPTZ"]
    private static let mark = "…"

    /// - Parameter names: Of types and attributes.
    public static func text(of text: String, keeping names: Set<String>) -> String {
        let bytes = Array(text.utf8)
        var lexer = Lexer(text)
        var redacted = ""
        var end = 0
        var isBehindTimeWord = false
        while true {
            do throws(TextError) {
                let token = try lexer.next()
                let place = token.place.bytes
                redacted += gap(bytes[end..<place.lowerBound])
                if token.kind == .end { return redacted }
                let written = String(decoding: bytes[place], as: UTF8.self)
                redacted += isBehindTimeWord ? written : shown(token, written, names)
                end = place.upperBound
                isBehindTimeWord = timeWords.contains(written.uppercased())
            } catch {
                return redacted
                    + gap(bytes[end..<max(end, min(error.bytes.lowerBound, bytes.count))]) + mark
            }
        }
    }

    /// What stands between two tokens: blanks, in place of comments one.
    private static func gap(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.allSatisfy { $0 <= 0x20 } ? String(decoding: bytes, as: UTF8.self) : " "
    }

    private static func shown(_ token: Token, _ written: String, _ names: Set<String>) -> String {
        switch token.kind {
        case .text(let text):
            text.count <= shortText || names.contains(text) ? written : "'\(mark)'"
        case .quoted(let name):
            name.count <= shortText || names.contains(name) ? written : "\"\(mark)\""
        case .integer, .float:
            written.count(where: \.isNumber) <= shortNumber ? written : "'\(mark)'"
        case .word, .parameter, .sign, .end: written
        }
    }
}
