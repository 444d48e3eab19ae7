import AuraCore

/// How a regular expression is read and used, said by letters.
struct PatternOptions {
    /// Options that only some functions have.
    enum Special: Character {
        /// Every match, and not the first alone.
        case global = "g"
        /// The text itself where it does not match.
        case keep = "k"
    }

    private(set) var reading = RegularExpression.Options()
    private(set) var special: Special?

    /// - Parameters:
    ///   - value: The letters; nil for none.
    ///   - allowed: The special option that the function has.
    init(_ value: Value?, allowing allowed: Special? = nil) throws(ComputationError) {
        guard let value else { return }
        guard case .text(let letters) = value else {
            throw ComputationError(
                "the options of a regular expression are NULL", hint: "leave them out")
        }
        for letter in letters {
            switch letter {
            case "c": reading.ignoresCase = false
            case "i": reading.ignoresCase = true
            case "l": reading.isLiteral = true
            case "m", "n", "p": reading.dotMatchesNewline = false
            case "s": reading.dotMatchesNewline = true
            case " ", "\t", "\n": break
            default:
                special = Special(rawValue: letter)
                guard let special, special == allowed else { throw PatternOptions.error(letter) }
            }
        }
    }

    private static func error(_ letter: Character) -> ComputationError {
        switch Special(rawValue: letter) {
        case .global: ComputationError("the option 'g' is one of regexp_replace alone")
        case .keep: ComputationError("the option 'k' is one of regexp_extract alone")
        case nil:
            ComputationError(
                "'\(letter)' is no option of a regular expression",
                hint: "options are c, i, l, m, n, p and s, with regexp_replace g, "
                    + "and with regexp_extract k")
        }
    }
}
