import AuraCore

/// LIKE, ILIKE and GLOB, prepared from a pattern and perhaps an escape character.
enum LikeFunctions {
    static func like(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TruthResults>? {
        guard let arguments = bytes(of: arguments) else { return nil }
        guard let pattern = pattern(arguments) else { return refusing(arguments) }
        return { text, results throws(ComputationError) in
            results.append(try pattern.matches(text))
        }
    }

    /// As LIKE, of the text, the pattern and the escape character in lower case.
    static func ilike(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TruthResults>? {
        guard let arguments = bytes(of: arguments) else { return nil }
        guard let pattern = pattern(arguments.map { Lowercase.of($0) }) else {
            return refusing(arguments)
        }
        var lowercase: [UInt8] = []
        return { text, results throws(ComputationError) in
            lowercase.removeAll(keepingCapacity: true)
            Lowercase.append(text, to: &lowercase)
            results.append(try pattern.matches(lowercase.rawSpan))
        }
    }

    static func glob(
        _ arguments: [Value]
    ) throws(ComputationError) -> TextFunction<TruthResults>? {
        guard let arguments = bytes(of: arguments) else { return nil }
        let pattern = LikePattern(glob: arguments[0])
        return { text, results throws(ComputationError) in
            results.append(try pattern?.matches(text) ?? false)
        }
    }

    /// The arguments' bytes; nil if one is NULL.
    private static func bytes(of arguments: [Value]) -> [[UInt8]]? {
        var bytes: [[UInt8]] = []
        for argument in arguments {
            guard case .text(let text) = argument else { return nil }
            bytes.append(Array(text.utf8))
        }
        return bytes
    }

    /// The pattern, with the escape character behind it if there is one; nil if that is no single
    /// byte.
    private static func pattern(_ arguments: [[UInt8]]) -> LikePattern? {
        let escape = arguments.count > 1 ? arguments[1] : []
        return escape.count > 1 ? nil : LikePattern(like: arguments[0], escape: escape.first)
    }

    /// What is wrong with an escape character, as soon as there is a text.
    private static func refusing(_ arguments: [[UInt8]]) -> TextFunction<TruthResults> {
        { _, _ throws(ComputationError) in
            throw ComputationError(
                "ESCAPE '\(String(decoding: arguments[1], as: UTF8.self))' has more than one byte",
                hint: "an escape is one character of ASCII, or none")
        }
    }
}
