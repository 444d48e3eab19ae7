/// A simple look at Swift's text: enough to tell code from comments and strings.
///
/// Knows line and nested block comments, strings with escapes, interpolation, three quotes and any
/// number of `#`, names in backticks, and regular expressions between `#/` and `/#`. Does not know
/// those between single slashes: a quote or a brace in one would mislead it.
enum SwiftCode {
    /// The text with comments and what strings, backticks and expressions hold replaced by blanks; lines keep
    /// their numbers, code its columns in bytes.
    static func strip(_ text: String) -> String {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.run()
        return String(decoding: scanner.bytes, as: UTF8.self)
    }

    private struct Scanner {
        var bytes: [UInt8]
        private var place = 0
        /// One entry for each string whose interpolation we are in: its delimiter, and how many
        /// parentheses are open since.
        private var interpolations: [(delimiter: Delimiter, open: Int)] = []

        struct Delimiter {
            var quotes: Int
            var hashes: Int
        }

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func run() {
            while place < bytes.count {
                if starts("//") {
                    blank { $0.bytes[$0.place] == UInt8(ascii: "\n") }
                } else if starts("/*") {
                    blankBlockComment()
                } else if starts("#/") {
                    place += 2
                    blank { $0.starts("/#") }
                    place += 2
                } else if let delimiter = openingDelimiter() {
                    place += delimiter.hashes + delimiter.quotes
                    blankString(delimiter)
                } else if bytes[place] == UInt8(ascii: "`") {
                    place += 1
                    blank { $0.bytes[$0.place] == UInt8(ascii: "`") }
                    place += 1
                } else {
                    stepOverCode()
                }
            }
        }

        /// Counts parentheses where an interpolation must find its end.
        private mutating func stepOverCode() {
            let byte = bytes[place]
            place += 1
            guard let last = interpolations.indices.last else { return }
            if byte == UInt8(ascii: "(") { interpolations[last].open += 1 }
            guard byte == UInt8(ascii: ")") else { return }
            interpolations[last].open -= 1
            if interpolations[last].open == 0 {
                blankString(interpolations.removeLast().delimiter)
            }
        }

        private mutating func blankBlockComment() {
            var depth = 0
            repeat {
                if starts("/*") {
                    depth += 1
                    blankOne()
                } else if starts("*/") {
                    depth -= 1
                    blankOne()
                }
                blankOne()
            } while depth > 0 && place < bytes.count
        }

        /// From inside a string to past its end, or to an interpolation's first parenthesis.
        private mutating func blankString(_ delimiter: Delimiter) {
            let hashes = String(repeating: "#", count: delimiter.hashes)
            let end = String(repeating: "\"", count: delimiter.quotes) + hashes
            let escape = "\\" + hashes
            while place < bytes.count {
                if starts(end) {
                    place += end.utf8.count
                    return
                }
                if starts(escape + "(") {
                    for _ in 0..<escape.utf8.count { blankOne() }
                    interpolations.append((delimiter, 0))
                    return
                }
                if starts(escape) { for _ in 0..<escape.utf8.count { blankOne() } }
                blankOne()
            }
        }

        private func openingDelimiter() -> Delimiter? {
            var hashes = 0
            while byte(at: place + hashes) == UInt8(ascii: "#") { hashes += 1 }
            guard byte(at: place + hashes) == UInt8(ascii: "\"") else { return nil }
            let three = (1...2).allSatisfy { byte(at: place + hashes + $0) == UInt8(ascii: "\"") }
            return Delimiter(quotes: three ? 3 : 1, hashes: hashes)
        }

        private mutating func blank(until isEnd: (Scanner) -> Bool) {
            while place < bytes.count, !isEnd(self) { blankOne() }
        }

        private mutating func blankOne() {
            guard place < bytes.count else { return }
            if bytes[place] != UInt8(ascii: "\n") { bytes[place] = UInt8(ascii: " ") }
            place += 1
        }

        private func starts(_ text: String) -> Bool {
            text.utf8.enumerated().allSatisfy { byte(at: place + $0.offset) == $0.element }
        }

        private func byte(at index: Int) -> UInt8? {
            index < bytes.count ? bytes[index] : nil
        }
    }
}

/// A function, initialiser or subscript with a body.
struct FunctionBody: Equatable {
    /// From 1.
    let firstLine: Int
    /// The line of its closing brace.
    let lastLine: Int

    var size: Int { lastLine - firstLine + 1 }

    /// Those in stripped code, nested ones too.
    ///
    /// A word that declares one, then the first brace outside parentheses, then the brace that
    /// closes it; a closing brace or another declaration in between means there is no body.
    static func all(in code: [Substring]) -> [FunctionBody] {
        let tokens = code.enumerated().flatMap { line, text in
            Self.tokens(text).map { (text: $0, line: line + 1) }
        }
        let texts = tokens.map(\.text)
        var bodies: [FunctionBody] = []
        for (index, token) in tokens.enumerated() {
            guard declaring.contains(token.text), index == 0 || tokens[index - 1].text != "." else {
                continue
            }
            guard let start = bodyStart(after: index, in: texts) else { continue }
            var depth = 0
            for token in tokens[start...] {
                depth += token.text == "{" ? 1 : token.text == "}" ? -1 : 0
                if depth == 0 {
                    bodies.append(FunctionBody(firstLine: tokens[index].line, lastLine: token.line))
                    break
                }
            }
        }
        return bodies
    }

    private static let declaring: Set<Substring> = ["func", "init", "deinit", "subscript"]
    private static let others: Set<Substring> = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "class", "enum",
        "extension", "protocol", "typealias", "associatedtype", "}",
    ]

    private static func bodyStart(after index: Int, in tokens: [Substring]) -> Int? {
        var depth = 0
        for place in tokens.indices.dropFirst(index + 1) {
            switch tokens[place] {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return place
            case let token where depth == 0 && others.contains(token): return nil
            default: break
            }
        }
        return nil
    }

    /// Words, and the signs that matter here.
    private static func tokens(_ line: Substring) -> [Substring] {
        var tokens: [Substring] = []
        var rest = line
        while let first = rest.first {
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if word.isEmpty {
                if "{}()[].".contains(first) { tokens.append(rest.prefix(1)) }
                rest = rest.dropFirst()
            } else {
                tokens.append(word)
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }
}
