import AuraCore
import CRE2

/// A compiled pattern of RE2: `(?i)`, `\d`, `\p{Greek}` and the like, without back references.
///
/// Matching takes time linear in the text, and memory that has a bound, whatever the pattern.
@safe final class RegularExpression: Sendable {
    /// How a pattern is read.
    struct Options: Hashable {
        var ignoresCase = false
        /// Whether the pattern is the very text to be found.
        var isLiteral = false
        /// Whether `.` stands for a line's end, too.
        var dotMatchesNewline = false
    }

    /// Where a match lies, and as many of its groups as are wanted.
    struct Match {
        fileprivate var places: [aura_re2_group]

        /// For the whole match and the groups up to one.
        init(upTo group: Int = 0) {
            places = Array(repeating: aura_re2_group(start: -1, end: -1), count: group + 1)
        }

        /// The whole match.
        var range: Range<Int> { self[0] ?? 0..<0 }

        /// Whether neither the match nor a group begins or ends within a character.
        func hasWholeCharacters(of text: RawSpan) -> Bool {
            places.allSatisfy {
                $0.start < 0 || text.isBoundary($0.start) && text.isBoundary($0.end)
            }
        }

        /// A group's bytes; nil if it took no part in the match.
        subscript(group: Int) -> Range<Int>? {
            let place = places[group]
            return place.start < 0 ? nil : place.start..<place.end
        }
    }

    /// How many groups there are, beside the whole match.
    let groupCount: Int
    // Nothing but `deinit` changes it, and RE2 lets any number of threads match at the same time.
    nonisolated(unsafe) private let compiled: OpaquePointer

    init(_ pattern: String, _ options: Options = Options()) throws(ComputationError) {
        let settings = aura_re2_options(
            ignores_case: options.ignoresCase, is_literal: options.isLiteral,
            dot_matches_newline: options.dotMatchesNewline)
        var error = [CChar](repeating: 0, count: 400)
        let compiled = unsafe pattern.utf8.span.bytes.withCharacters { bytes, count in
            unsafe aura_re2_compile(bytes, count, settings, &error, error.count)
        }
        guard let compiled = unsafe compiled else {
            let reason = error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw ComputationError(
                "no regular expression: " + String(decoding: reason, as: UTF8.self),
                hint: "the syntax is that of RE2; regexp_escape makes a pattern of any text")
        }
        unsafe self.compiled = compiled
        groupCount = unsafe aura_re2_group_count(compiled)
    }

    deinit {
        unsafe aura_re2_free(compiled)
    }

    /// Whether a part of the text matches.
    func matches(in text: RawSpan) throws(ComputationError) -> Bool {
        try isFound(
            unsafe text.withCharacters { bytes, count in
                unsafe aura_re2_find(compiled, bytes, count, 0, nil, 0)
            })
    }

    /// Whether the whole text matches.
    func matches(all text: RawSpan) throws(ComputationError) -> Bool {
        try isFound(
            unsafe text.withCharacters { bytes, count in
                unsafe aura_re2_match_all(compiled, bytes, count)
            })
    }

    /// Finds the first match from an offset on, and whether there is one.
    ///
    /// What lies before the offset still counts, for `^` and `\b`.
    func find(
        in text: RawSpan, from offset: Int = 0, _ match: inout Match
    ) throws(ComputationError) -> Bool {
        try isFound(
            unsafe text.withCharacters { bytes, count in
                unsafe match.places.withUnsafeMutableBufferPointer { places in
                    unsafe aura_re2_find(
                        compiled, bytes, count, offset, places.baseAddress, places.count)
                }
            })
    }

    private func isFound(_ result: aura_re2_result) throws(ComputationError) -> Bool {
        switch result {
        case AURA_RE2_FOUND: return true
        case AURA_RE2_NONE: return false
        default: throw ComputationError("no memory for a regular expression")
        }
    }

    /// That a text has a part of a character.
    static let brokenCharacter = ComputationError(
        "a regular expression matched a part of a character",
        hint: #"\C stands for a byte, and \B matches between the bytes of a character"#)

    /// A pattern that finds the text itself.
    static func escaped(_ text: RawSpan) -> [UInt8] {
        var pattern: [UInt8] = []
        pattern.reserveCapacity(text.byteCount)
        for offset in 0..<text.byteCount {
            let byte: UInt8 = text.load(offset)
            switch byte {
            case 0: pattern += #"\x00"#.utf8
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
                pattern.append(byte)
            default: pattern += [UInt8(ascii: "\\"), byte]
            }
        }
        return pattern
    }
}

extension RawSpan {
    /// Calls `body` with the bytes as characters of C.
    fileprivate func withCharacters<Result>(
        _ body: (UnsafePointer<CChar>?, Int) -> Result
    ) -> Result {
        unsafe withUnsafeBytes { bytes in
            unsafe body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }
}
