/// Reads the text of a query: `Formats/query.md`, by recursive descent.
struct Parser {
    private let tokens: [Token]
    private var index = 0
    /// How deep what is being read lies in other things.
    private var depth = 0
    /// How often a `?` has stood for a parameter.
    var unnamedParameters = 0
    /// How many things lie within each other in what was read at this depth, at most.
    private var height = 0

    /// What lies deeper is refused, before a stack ends.
    static let depthLimit = 100
    /// What is higher is refused: operators, joins and queries in a row lie in each other, too.
    static let heightLimit = 300

    private init(_ text: String) throws(TextError) {
        tokens = try Lexer.tokens(of: text)
    }

    /// The statement that a text says; a semicolon may end it.
    static func statement(_ text: String) throws(TextError) -> Statement {
        var parser = try Parser(text)
        let statement = try parser.statement()
        while parser.take(.semicolon) {}
        guard parser.next.kind == .end else { throw parser.superfluous }
        return statement
    }

    /// The statements that a text says, with semicolons between them.
    static func statements(_ text: String) throws(TextError) -> [Statement] {
        var parser = try Parser(text)
        var statements: [Statement] = []
        while parser.take(.semicolon) {}
        while parser.next.kind != .end {
            statements.append(try parser.statement())
            guard parser.sees(.semicolon) || parser.next.kind == .end else {
                throw parser.superfluous
            }
            while parser.take(.semicolon) {}
        }
        return statements
    }

    // MARK: Tokens

    var next: Token { tokens[index] }

    func token(after distance: Int) -> Token { tokens[min(index + distance, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    /// Where the token before the next one ends.
    var place: Place { index > 0 ? tokens[index - 1].place : next.place }

    /// Whether the next token is that keyword.
    func sees(_ keyword: String, after distance: Int = 0) -> Bool {
        guard case .word(let word) = token(after: distance).kind else { return false }
        return word.utf8.count == keyword.utf8.count && word.uppercased() == keyword
    }

    func sees(_ sign: Token.Sign, after distance: Int = 0) -> Bool {
        token(after: distance).kind == .sign(sign)
    }

    mutating func take(_ keyword: String) -> Bool {
        guard sees(keyword) else { return false }
        advance()
        return true
    }

    mutating func take(_ sign: Token.Sign) -> Bool {
        guard sees(sign) else { return false }
        advance()
        return true
    }

    /// Takes some keywords in a row, or none.
    mutating func take(_ keywords: [String]) -> Bool {
        for (distance, keyword) in keywords.enumerated() where !sees(keyword, after: distance) {
            return false
        }
        for _ in keywords { advance() }
        return true
    }

    mutating func expect(_ keyword: String) throws(TextError) {
        guard take(keyword) else { throw unexpected(keyword) }
    }

    mutating func expect(_ sign: Token.Sign) throws(TextError) {
        guard take(sign) else { throw unexpected("\"\(sign.rawValue)\"") }
    }

    /// What is wrong with the next token.
    func unexpected(_ wanted: String, hint: String? = nil) -> TextError {
        TextError("expected \(wanted), found \(next.description)", at: next.place, hint: hint)
    }

    /// What is wrong with a token behind what could be read.
    private var superfluous: TextError {
        for word in ["ORDER", "GROUP"] where sees(word) {
            return unexpected("the end", hint: "write \(word) BY")
        }
        // A keyword that was misspelled may have been taken for a name.
        for token in [tokens[max(0, index - 1)], next] {
            guard case .word(let word) = token.kind, word.utf8.count > 2,
                let near = Keywords.nearest(word, of: Keywords.reserved)
            else { continue }
            return TextError(
                "\(token.description) does not fit here", at: token.place,
                hint: "did you mean \(near)?")
        }
        return unexpected("the end")
    }

    /// Reads what lies one deeper.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(TextError) -> Result
    ) throws(TextError) -> Result {
        depth += 1
        guard depth <= Parser.depthLimit else {
            throw TextError(
                "more than \(Parser.depthLimit) expressions within each other", at: next.place,
                hint: "name a part of it with WITH")
        }
        let before = height
        height = 0
        let result = try body(&self)
        depth -= 1
        height = max(before, height + 1)
        return result
    }

    /// Notes that what was read at this depth lies in something else.
    ///
    /// - Parameter levels: How much of a stack it takes, in operators.
    mutating func grow(by levels: Int = 1, _ what: String, hint: String) throws(TextError) {
        height += levels
        guard height <= Parser.heightLimit else {
            throw TextError(
                "more than \(Parser.heightLimit / levels) \(what) in a row", at: place, hint: hint)
        }
    }

    /// What stands between commas.
    mutating func list<Element>(
        _ element: (inout Parser) throws(TextError) -> Element
    ) throws(TextError) -> [Element] {
        var elements = [try element(&self)]
        while take(.comma) { elements.append(try element(&self)) }
        return elements
    }

    // MARK: Names

    /// Whether the next token can be a name.
    var seesName: Bool {
        switch next.kind {
        case .quoted: true
        case .word(let word): !Keywords.reserved.contains(word.uppercased())
        default: false
        }
    }

    mutating func name(_ what: String) throws(TextError) -> Expression.Name {
        guard seesName else {
            var hint: String?
            if case .word(let word) = next.kind {
                hint = "\(word.uppercased()) is a keyword; a name like it needs double quotes"
            }
            throw unexpected(what, hint: hint)
        }
        return try namePart(what)
    }

    /// A name behind a dot: it may be any word.
    mutating func namePart(_ what: String) throws(TextError) -> Expression.Name {
        let place = next.place
        switch next.kind {
        case .quoted(let text):
            advance()
            return Expression.Name(text: text, isQuoted: true, place: place)
        case .word(let text):
            advance()
            return Expression.Name(text: text, isQuoted: false, place: place)
        default: throw unexpected(what)
        }
    }

    /// Names with dots between them.
    mutating func path(_ what: String) throws(TextError) -> [Expression.Name] {
        var parts = [try name(what)]
        while sees(.dot), !sees(.star, after: 1) {
            advance()
            parts.append(try namePart("a name behind the dot"))
        }
        return parts
    }

    /// A name behind AS, or one that stands alone.
    mutating func alias() throws(TextError) -> Expression.Name? {
        if take("AS") {
            if case .text(let text) = next.kind {
                let place = next.place
                advance()
                return Expression.Name(text: text, isQuoted: true, place: place)
            }
            return try namePart("a name behind AS")
        }
        return seesName ? try name("a name") : nil
    }
}
