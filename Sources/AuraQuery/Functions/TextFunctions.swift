import AuraCore

/// The functions of texts, which count in code points unless they say bytes.
extension ScalarFunction {
    static let textFunctions = named(shapes + pieces + searches + comparisons + codes)

    /// Functions under each of their names.
    static func named(_ groups: [([String], [ScalarFunction])]) -> [String: [ScalarFunction]] {
        var all: [String: [ScalarFunction]] = [:]
        for (names, overloads) in groups {
            for name in names { all[name, default: []] += overloads }
        }
        return all
    }

    private static let shapes: [([String], [ScalarFunction])] = [
        (["upper", "ucase"], [ScalarFunction(TextCase.upper)]),
        (["lower", "lcase"], [ScalarFunction(TextCase.lower)]),
        (["reverse"], [ScalarFunction(TextShape.reverse)]),
        (["repeat"], [ScalarFunction(TextShape.repeated)]),
        (["lpad"], [ScalarFunction(TextShape.padLeft)]),
        (["rpad"], [ScalarFunction(TextShape.padRight)]),
        (["trim"], trims(.both)),
        (["ltrim"], trims(.leading)),
        (["rtrim"], trims(.trailing)),
    ]

    private static func trims(_ ends: TextShape.Ends) -> [ScalarFunction] {
        [
            ScalarFunction { (text: String) in TextShape.trim(text, ends) },
            ScalarFunction { (text: String, taken: String) in
                TextShape.trim(text, ends, of: taken)
            },
        ]
    }

    private static let pieces: [([String], [ScalarFunction])] = [
        (
            ["length", "char_length", "character_length", "len"],
            [ScalarFunction { (text: String) in Int64(text.unicodeScalars.count) }]
        ),
        (["strlen"], [ScalarFunction { (text: String) in Int64(text.utf8.count) }]),
        (["bit_length"], [ScalarFunction { (text: String) in Int64(text.utf8.count * 8) }]),
        (
            ["substring", "substr"],
            [ScalarFunction(TextPieces.rest), ScalarFunction(TextPieces.part)]
        ),
        (["left"], [ScalarFunction(TextPieces.left)]),
        (["right"], [ScalarFunction(TextPieces.right)]),
        (
            ["list_extract", "list_element", "array_extract"],
            [ScalarFunction(TextPieces.element)]
        ),
        (["string_split", "split", "str_split"], [ScalarFunction(TextPieces.split)]),
        (["split_part"], [ScalarFunction(TextPieces.splitPart)]),
        (
            ["concat_ws"],
            // Three, the last of which may be left out: one text at least is needed.
            [
                ScalarFunction(
                    [.text, .text, .text], .text, isVariadic: true, .nullable(TextPieces.joined))
            ]
        ),
    ]

    private static let searches: [([String], [ScalarFunction])] = [
        (["instr", "strpos", "position"], [ScalarFunction(TextSearch.position)]),
        (["contains"], [ScalarFunction(TextSearch.contains)]),
        (
            ["starts_with", "prefix"],
            [ScalarFunction { (text: String, start: String) in text.utf8.starts(with: start.utf8) }]
        ),
        (
            ["ends_with", "suffix"],
            [
                ScalarFunction { (text: String, end: String) in
                    text.utf8.reversed().starts(with: end.utf8.reversed())
                }
            ]
        ),
        (["replace"], [ScalarFunction(TextSearch.replace)]),
        (["translate"], [ScalarFunction(TextSearch.translate)]),
    ]

    private static let comparisons: [([String], [ScalarFunction])] = [
        (["levenshtein", "editdist3"], [ScalarFunction(TextDistance.levenshtein)]),
        (["hamming", "mismatches"], [ScalarFunction(TextDistance.hamming)]),
        (["jaccard"], [ScalarFunction(TextDistance.jaccard)]),
    ]

    private static let codes: [([String], [ScalarFunction])] = [
        (["ascii"], [ScalarFunction { (text: String) in firstCode(of: text) ?? 0 }]),
        (["ord", "unicode"], [ScalarFunction { (text: String) in firstCode(of: text) ?? -1 }]),
        (
            ["chr"],
            [
                ScalarFunction { (code: Int64) throws(ComputationError) in
                    guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
                        throw ComputationError("\(code) is no code point")
                    }
                    return String(scalar)
                }
            ]
        ),
        (
            ["hex", "to_hex"],
            [
                ScalarFunction { (text: String) in hexadecimal(text.utf8) },
                ScalarFunction { (number: Int64) in
                    String(UInt64(bitPattern: number), radix: 16, uppercase: true)
                },
                ScalarFunction { (number: Int128) in
                    String(UInt128(bitPattern: number), radix: 16, uppercase: true)
                },
            ]
        ),
        (
            ["md5"],
            [ScalarFunction { (text: String) in hexadecimal(MD5.digest(of: text)).lowercased() }]
        ),
    ]

    private static func firstCode(of text: String) -> Int64? {
        text.unicodeScalars.first.map { Int64($0.value) }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
}
