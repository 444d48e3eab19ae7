import AuraCore

/// What takes the place of a match: a text in which `\0` to `\9` stand for the match and its
/// groups, and `\\` for a backslash.
struct Replacement {
    private enum Part {
        case text([UInt8])
        case group(Int)
    }

    private var parts: [Part] = []
    private var highestGroup = 0

    init(_ text: String, for expression: RegularExpression) throws(ComputationError) {
        var literal: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "\\") else {
                literal.append(byte)
                continue
            }
            switch bytes.next() {
            case UInt8(ascii: "\\"): literal.append(byte)
            case let digit? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit):
                parts += [.text(literal), .group(Int(digit - UInt8(ascii: "0")))]
                highestGroup = max(highestGroup, Int(digit - UInt8(ascii: "0")))
                literal = []
            default:
                throw ComputationError(
                    #"a \ in the replacement is followed by neither a digit nor \"#,
                    hint: #"\1 is the first group, and \\ a backslash"#)
            }
        }
        parts.append(.text(literal))
        guard highestGroup <= expression.groupCount else {
            throw ComputationError(
                "the replacement has \\\(highestGroup), the pattern \(expression.groupCount) groups"
            )
        }
    }

    /// The text with this in the place of the first match, or of all.
    func replacing(
        _ expression: RegularExpression, in text: RawSpan, isGlobal: Bool
    ) throws(ComputationError) -> [UInt8] {
        var result: [UInt8] = []
        var match = RegularExpression.Match(upTo: highestGroup)
        var place = 0
        var lastEnd: Int?
        var mayBeBroken = false
        while place <= text.byteCount, try expression.find(in: text, from: place, &match) {
            let found = match.range
            if !match.hasWholeCharacters(of: text) { mayBeBroken = true }
            result.append(text.slice(place, found.lowerBound - place))
            place = found.upperBound
            if found.isEmpty && place == lastEnd {
                // Nothing, right behind the last match, is no match of its own.
                let next = text.next(behind: place)
                result.append(text.slice(place, min(next, text.byteCount) - place))
                place = next
            } else {
                try append(match, of: text, to: &result)
                lastEnd = place
            }
            if !isGlobal { break }
        }
        if place < text.byteCount { result.append(text.slice(place, text.byteCount - place)) }
        try TextSize.check(result.count)
        if mayBeBroken, String(validating: result, as: UTF8.self) == nil {
            throw RegularExpression.brokenCharacter
        }
        return result
    }

    private func append(
        _ match: RegularExpression.Match, of text: RawSpan, to result: inout [UInt8]
    ) throws(ComputationError) {
        for part in parts {
            switch part {
            case .text(let bytes): result += bytes
            case .group(let group):
                if let range = match[group] { result.append(text.slice(range)) }
            }
            try TextSize.check(result.count)
        }
    }
}
