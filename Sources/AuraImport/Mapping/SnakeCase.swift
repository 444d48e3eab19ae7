/// The text in lower case, its words joined by underscores: `ER Sepsis Triage` becomes
/// `er_sepsis_triage`, `LacticAcid` `lactic_acid`, `HTTPError` `http_error`.
///
/// A word begins after anything that is no letter or digit, at a capital after a small letter or
/// digit, and at a capital before a small letter.
func snakeCase(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var result = ""
    var needsUnderscore = false
    for (index, scalar) in scalars.enumerated() {
        guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else {
            needsUnderscore = !result.isEmpty
            continue
        }
        if scalar.properties.isUppercase, index > 0 {
            let before = scalars[index - 1].properties
            let isBeforeSmall =
                index + 1 < scalars.count && scalars[index + 1].properties.isLowercase
            let isAfterSmall = before.isLowercase || before.numericType != nil
            if isAfterSmall || before.isUppercase && isBeforeSmall { needsUnderscore = true }
        }
        if needsUnderscore { result += "_" }
        needsUnderscore = false
        result += scalar.properties.lowercaseMapping
    }
    return result
}
