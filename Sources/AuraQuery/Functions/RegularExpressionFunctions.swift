import AuraCore

/// What is asked of regular expressions, prepared from a pattern and more.
enum RegularExpressionFunctions {
    static func matchPart(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TruthResults>? {
        let options = try PatternOptions(arguments.at(1))
        guard let expression = try expression(arguments[0], options) else { return nil }
        return { text, results throws(ComputationError) in
            results.append(try expression.matches(in: text))
        }
    }

    static func matchAll(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TruthResults>? {
        let options = try PatternOptions(arguments.at(1))
        guard let expression = try expression(arguments[0], options) else { return nil }
        return { text, results throws(ComputationError) in
            results.append(try expression.matches(all: text))
        }
    }

    /// The first match, or a group of it; an empty text if there is none.
    static func extract(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TextValueResults>? {
        let options = try PatternOptions(arguments.at(2), allowing: .keep)
        let group = try group(arguments.at(1), in: 0...9)
        guard let expression = try expression(arguments[0], options) else { return nil }
        guard let group, group <= expression.groupCount else {
            return { text, results throws(ComputationError) in
                try results.append(options.special == .keep ? text : text.slice(0, 0))
            }
        }
        var match = RegularExpression.Match(upTo: group)
        return { text, results throws(ComputationError) in
            if try expression.find(in: text, &match) {
                try results.append(text.part(match[group] ?? 0..<0))
            } else {
                try results.append(options.special == .keep ? text : text.slice(0, 0))
            }
        }
    }

    /// All matches from left to right, or a group of each, NULL where it took no part.
    static func extractAll(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<ListResults>? {
        let options = try PatternOptions(arguments.at(2))
        guard let expression = try expression(arguments[0], options),
            let group = try group(arguments.at(1))
        else { return nil }
        let isThere = group <= expression.groupCount
        var match = RegularExpression.Match(upTo: isThere ? max(group, 0) : 0)
        return { text, results throws(ComputationError) in
            var items: [Value] = []
            var place = 0
            while group >= 0, place <= text.byteCount,
                try expression.find(in: text, from: place, &match)
            {
                guard isThere else {
                    throw ComputationError(
                        "there is no group \(group): the pattern has \(expression.groupCount)")
                }
                if let range = match[group] {
                    items.append(.text(try text.part(range).text))
                } else {
                    items.append(.null)
                }
                place = match.range.upperBound
                // Where nothing matched, it would again.
                if match.range.isEmpty { place = text.next(behind: place) }
            }
            try results.append(items)
        }
    }

    static func replace(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TextValueResults>? {
        let options = try PatternOptions(arguments.at(2), allowing: .global)
        guard let expression = try expression(arguments[0], options),
            case .text(let text) = arguments[1]
        else { return nil }
        let replacement = Result { () throws(ComputationError) in
            try Replacement(text, for: expression)
        }
        let isGlobal = options.special == .global
        return { text, results throws(ComputationError) in
            let replaced = try replacement.get()
                .replacing(expression, in: text, isGlobal: isGlobal)
            try results.append(replaced.rawSpan)
        }
    }

    /// What lies before, between and behind the matches; the text itself for a pattern that is
    /// NULL.
    static func split(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<ListResults>? {
        let options = try PatternOptions(arguments.at(1))
        guard let expression = try expression(arguments[0], options) else {
            return { text, results throws(ComputationError) in
                try results.append([.text(text.text)])
            }
        }
        var match = RegularExpression.Match()
        return { text, results throws(ComputationError) in
            var parts: [Value] = []
            var start = 0
            while start < text.byteCount, try expression.find(in: text, from: start, &match) {
                var end = match.range.lowerBound
                if match.range.isEmpty, end == start {
                    end = text.characterEnd(start)
                    if end == text.byteCount { break }
                }
                parts.append(.text(try text.part(start..<end).text))
                start = max(end, match.range.upperBound)
            }
            parts.append(.text(try text.part(start..<text.byteCount).text))
            try results.append(parts)
        }
    }

    static func escape(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TextValueResults>? {
        { text, results throws(ComputationError) in
            try results.append(RegularExpression.escaped(text).rawSpan)
        }
    }

    /// The pattern compiled; nil if it is NULL.
    private static func expression(
        _ pattern: Value, _ options: PatternOptions
    ) throws(ComputationError) -> RegularExpression? {
        guard case .text(let pattern) = pattern else { return nil }
        return try RegularExpression(pattern, options.reading)
    }

    /// The number of a group, that of the whole match if none is said; nil if it is NULL.
    private static func group(
        _ value: Value?, in allowed: ClosedRange<Int> = Int.min...Int.max
    ) throws(ComputationError) -> Int? {
        guard let value else { return 0 }
        guard case .int64(let number) = value else { return nil }
        guard let group = Int(exactly: number), allowed.contains(group) else {
            throw ComputationError(
                "there is no group \(number)",
                hint: "groups go from \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        return group
    }
}

extension Array {
    /// The element at an index; nil behind the last.
    fileprivate func at(_ index: Int) -> Element? { index < count ? self[index] : nil }
}

extension RawSpan {
    /// A part that does not begin or end within a character.
    @_lifetime(copy self)
    fileprivate func part(_ range: Range<Int>) throws(ComputationError) -> RawSpan {
        guard range.isEmpty || isBoundary(range.lowerBound) && isBoundary(range.upperBound) else {
            throw RegularExpression.brokenCharacter
        }
        return slice(range)
    }
}
