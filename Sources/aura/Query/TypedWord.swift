/// The word that is being typed at the end of an unfinished statement.
struct TypedWord {
    /// The quotation mark that is open; nil outside of quotes.
    var mark: Character?
    /// What was typed of the word, without the mark.
    var text = ""
    /// The word before it.
    var previous = ""

    init(_ statement: String) {
        var isInWord = false
        for character in statement {
            if let open = mark {
                if character == open {
                    mark = nil
                    begin(true)
                } else {
                    text.append(character)
                }
                isInWord = mark != nil
            } else if character == "'" || character == "\"" {
                begin(isInWord)
                mark = character
                isInWord = true
            } else if character.isLetter || character.isNumber || "_.".contains(character) {
                text.append(character)
                isInWord = true
            } else {
                begin(isInWord)
                isInWord = false
                if !character.isWhitespace { previous = "" }
            }
        }
    }

    /// Begins another word.
    private mutating func begin(_ hasWord: Bool) {
        if hasWord { previous = text }
        text = ""
    }
}
