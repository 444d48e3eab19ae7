/// A line that is not a JSON object, or one over a limit.
struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What should have stood there.
    enum Expected: Hashable, Sendable {
        case object, name, colon, commaOrBrace, commaOrBracket, value
        case digit, noDigitAfterZero, numberInRange
        case closingQuote, noControlCharacter, escape, hexDigits, lowSurrogate, noLowSurrogate
        case utf8
        case endOfLine
        case shallower(Int)
        case fewerMembers(Int)
    }

    /// Bytes before the place, from the start of the line.
    let offset: Int
    let expected: Expected

    /// One line: the column, from 1 in bytes, and what was expected there.
    var description: String { "column \(offset + 1): expected \(expected.text)" }
}

extension JSONError.Expected {
    fileprivate var text: String {
        switch self {
        case .object: "'{', the start of an object"
        case .name: "a name in double quotes"
        case .colon: "':' after the name"
        case .commaOrBrace: "',' or '}'"
        case .commaOrBracket: "',' or ']'"
        case .value: "a value"
        case .digit: "a digit"
        case .noDigitAfterZero: "no digit after a leading zero"
        case .numberInRange: "a number that 64 bits of float can hold"
        case .closingQuote: "'\"' before the end of the line"
        case .noControlCharacter: "no control character in a string; write it as \\u00XX"
        case .escape: "one of \" \\ / b f n r t u after '\\'"
        case .hexDigits: "four hexadecimal digits after '\\u'"
        case .lowSurrogate: "the second half of a surrogate pair, \\uDC00 to \\uDFFF"
        case .noLowSurrogate: "no second half of a surrogate pair without the first"
        case .utf8: "UTF-8"
        case .endOfLine: "nothing after the object"
        case .shallower(let depth): "no nesting deeper than \(depth)"
        case .fewerMembers(let count): "no more than \(count) members"
        }
    }
}
