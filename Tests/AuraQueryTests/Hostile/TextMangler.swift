import AuraTesting

@testable import AuraQuery

/// Damages the texts of queries: token by token, as people and programs do, or byte by byte.
struct TextMangler {
    var random: SeededRandom
    private var mutator: Mutator

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        mutator = Mutator(seed: seed)
    }

    /// The text with one to three changes.
    ///
    /// - Parameter donor: Lends tokens.
    mutating func mangled(_ text: String, donor: String) -> String {
        var text = text
        for _ in 0...random.below(3) {
            guard random.chance(85), let tokens = Self.tokens(of: text), !tokens.isEmpty,
                let others = Self.tokens(of: donor), !others.isEmpty
            else {
                let bytes = mutator.mutate(Array(text.utf8), donor: Array(donor.utf8))
                text = String(decoding: bytes, as: UTF8.self)
                continue
            }
            text = changed(tokens, others).joined(separator: " ")
        }
        return text
    }

    /// The tokens of a text as they were written; nil if it has what is none.
    private static func tokens(of text: String) -> [String]? {
        // What cannot be taken apart is damaged byte by byte.
        guard let tokens = try? Lexer.tokens(of: text) else { return nil }
        let bytes = Array(text.utf8)
        return tokens.dropLast().map { String(decoding: bytes[$0.place.bytes], as: UTF8.self) }
    }

    private mutating func changed(_ tokens: [String], _ others: [String]) -> [String] {
        var tokens = tokens
        let place = random.below(tokens.count)
        switch random.below(12) {
        case 0: tokens.remove(at: place)
        case 1: tokens.insert(tokens[place], at: place)
        case 2: tokens.swapAt(place, random.below(tokens.count))
        case 3: tokens[place] = random.element(of: others)
        case 4: tokens.replaceSubrange(place..., with: others[random.below(others.count)...])
        case 5: tokens.insert(contentsOf: others.prefix(random.below(20)), at: place)
        case 6: tokens.insert(random.element(of: Self.oddTokens), at: place)
        case 7: wrap(&tokens, place)
        default:
            // A value instead of another leaves most queries whole.
            let values = tokens.indices.filter {
                tokens[$0].first?.isNumber == true || tokens[$0].first == "'"
            }
            let place = values.isEmpty ? place : random.element(of: values)
            tokens[place] = HostileValues.any(&random)
        }
        return tokens
    }

    /// Puts brackets, calls or operators around what stands somewhere, once or very often.
    private mutating func wrap(_ tokens: inout [String], _ place: Int) {
        let (start, end) = random.element(of: Self.wrappings)
        let times = random.element(of: [1, 2, 10, 120, 3_000])
        tokens.insert(String(repeating: end, count: times), at: place + 1)
        tokens.insert(String(repeating: start, count: times), at: place)
    }

    /// What can be put around an expression or a query, any number of times.
    static let wrappings: [(String, String)] = [
        ("(", ")"), ("[", "]"), ("NOT ", ""), ("- ", ""), ("", " IS NULL"), ("", "::VARCHAR"),
        ("", "[1]"), ("1 + ", ""), ("", " || 'a'"), ("TRUE AND ", ""), ("FALSE OR ", ""),
        ("CASE WHEN TRUE THEN ", " END"), ("CASE ", " WHEN 1 THEN 2 END"), ("abs(", ")"),
        ("coalesce(NULL, ", ")"), ("CAST(", " AS DOUBLE)"), ("(SELECT ", ")"),
        ("EXISTS (SELECT ", ")"), ("1 IN (", ")"), ("", " IN (1)"), ("", " BETWEEN 1 AND 2"),
        ("", " LIKE 'a'"), ("", " AT TIME ZONE 'UTC'"), ("SELECT * FROM (", ") AS q"),
        ("", " UNION SELECT 1"), ("", " UNION ALL SELECT 1"), ("", ", events"),
        ("", " CROSS JOIN events"), ("WITH w AS (SELECT 1) ", ""), ("EXPLAIN ", ""), ("", ", 1"),
        ("sum(", ")"), ("", " OVER ()"), ("ROLLUP (", ")"), ("/*", "*/"), ("'", "'"), ("\"", "\""),
        ("$$", "$$"), ("list(", ")"), ("", "."), ("", ";"),
    ]

    private static let oddTokens = [
        "'", "\"", "/*", "--", "*/", "$$", "$x$", "E'\\", "?", "$1", "$name", "\u{0}", "\t", "\n",
        "\u{FEFF}", "\u{202E}", "e\u{301}", "名", "👩‍👩‍👧", "\u{10FFFF}", "(", ")", "[", "]", ",",
        ";", "..", "::", ":=", "*", "%", "NULL", "DISTINCT", "ORDER BY", "LIMIT", "OFFSET 1", "AS",
        "FROM events", "GROUP BY ALL", "OVER (ORDER BY 1)", "FILTER (WHERE TRUE)", "QUALIFY TRUE",
        "UNION SELECT 1", "JOIN events USING (type)", "LEFT JOIN events ON TRUE", "CROSS JOIN t",
        "BETWEEN", "IN", "LIKE", "ESCAPE", "CASE", "WHEN", "END", "EXPLAIN ANALYZE", "unnest",
        "ROWS BETWEEN 9223372036854775807 PRECEDING AND 9223372036854775807 FOLLOWING",
        "RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CURRENT ROW", "WITHIN GROUP (ORDER BY 1)",
    ]
}
