/// The statements of a text, told apart but not read.
///
/// It never fails: what is wrong in a statement is found by whoever answers it.
public struct ScriptText: Sendable {
    /// One of them, without the semicolon.
    public struct Statement: Hashable, Sendable {
        /// From its first word to its last.
        public let text: String
        /// Bytes of the script before it.
        public let offset: Int
    }

    /// In their order; nothing stands for one that is empty.
    public private(set) var statements: [Statement] = []
    /// Whether a semicolon ends the last one, or there is none: then no more lines are to follow.
    public private(set) var isFinished = true

    /// Tells the statements of a text apart; a body is one, up to the brace that closes it.
    public init(_ text: String) {
        guard !QueryBody.isMeant(by: text) else {
            statements = [Statement(text: text, offset: 0)]
            isFinished = !QueryBody.isBegun(by: text)
            return
        }
        let bytes = Array(text.utf8)
        var lexer = Lexer(text)
        var range: Range<Int>?
        func finish() {
            guard let found = range else { return }
            let text = String(decoding: bytes[found], as: UTF8.self)
            statements.append(Statement(text: text, offset: found.lowerBound))
            range = nil
        }
        while true {
            do throws(TextError) {
                let token = try lexer.next()
                if token.kind == .end { break }
                isFinished = token.kind == .sign(.semicolon)
                if isFinished {
                    finish()
                } else {
                    let place = token.place.bytes
                    range = (range?.lowerBound ?? place.lowerBound)..<place.upperBound
                }
            } catch {
                let start = range?.lowerBound ?? error.bytes.lowerBound
                isFinished = false
                if lexer.isAtEnd {
                    range = start..<bytes.count
                    break
                }
                lexer.skip(error)
                range = start..<max(start, min(bytes.count, error.bytes.upperBound))
            }
        }
        finish()
    }
}
