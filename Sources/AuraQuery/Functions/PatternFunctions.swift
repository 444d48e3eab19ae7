import AuraCore

/// What is asked of patterns: by operators, whose functions have their names, and by calls.
extension ScalarFunction {
    static let patternFunctions: [String: [ScalarFunction]] = {
        let splitting = ofText([.text, .text], required: 1, RegularExpressionFunctions.split)
        let matchingAll = ofText([.text, .text], required: 1, RegularExpressionFunctions.matchAll)
        return [
            "~~": ofText([.text], LikeFunctions.like),
            "~~*": ofText([.text], LikeFunctions.ilike),
            "~~~": ofText([.text], LikeFunctions.glob),
            "like_escape": ofText([.text, .text], LikeFunctions.like),
            "ilike_escape": ofText([.text, .text], LikeFunctions.ilike),
            "similar_to": ofText([.text], RegularExpressionFunctions.matchAll),
            "regexp_full_match": matchingAll,
            "regexp_matches": ofText(
                [.text, .text], required: 1, RegularExpressionFunctions.matchPart),
            "regexp_extract": ofText(
                [.text, .int64, .text], required: 1, RegularExpressionFunctions.extract),
            "regexp_extract_all": ofText(
                [.text, .int64, .text], required: 1, RegularExpressionFunctions.extractAll),
            "regexp_replace": ofText(
                [.text, .text, .text], required: 2, RegularExpressionFunctions.replace),
            "regexp_split_to_array": splitting,
            "string_split_regex": splitting,
            "str_split_regex": splitting,
            "regexp_escape": ofText([], RegularExpressionFunctions.escape),
        ]
    }()

    /// The overloads of a function of a text and others, the last of which need not be there.
    private static func ofText<Results: TextResults>(
        _ others: [ValueType], required: Int? = nil,
        _ prepare: @escaping TextPreparation<Results>
    ) -> [ScalarFunction] {
        ((required ?? others.count)...others.count).map { count in
            ScalarFunction([.text] + others.prefix(count), Results.type, .ofText(prepare))
        }
    }
}
