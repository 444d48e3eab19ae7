import AuraCore

/// What the rows of an answer are about: an attribute, or a part of the time.
struct BodyDimension: Sendable {
    enum Form: Sendable {
        case attribute(BodyName)
        /// Such as `hour`: 0 to 23.
        case part(String)
    }

    let form: Form
    /// What its column is called.
    let name: BodyName
    let place: Place

    private static let parts = [
        "minute", "hour", "isodow", "day", "week", "month", "quarter", "year",
    ]

    /// `"clinic_id"`, `{"attribute": "clinic_id", "as": "clinic"}` or `{"part": "hour"}`.
    init(_ value: JSONValue) throws(TextError) {
        place = value.place
        if case .text = value.form {
            name = try value.name("the name of an attribute")
            form = .attribute(name)
            return
        }
        let members = try BodyMembers(
            value, known: ["attribute", "part", "as"], "a dimension")
        let alias = try members["as"]?.name("the name of a column")
        switch (members["attribute"], members["part"]) {
        case (let attribute?, nil):
            let attribute = try attribute.name("the name of an attribute")
            form = .attribute(attribute)
            name = alias ?? attribute
        case (nil, let part?):
            let word = try part.text("a part of the time")
            guard BodyDimension.parts.contains(word) else {
                throw TextError(
                    "there is no part '\(word)' of the time", at: part.bytes,
                    hint: BodyMembers.hint(word, BodyDimension.parts))
            }
            form = .part(word)
            name = alias ?? BodyName(of: word, part.place)
        default:
            throw TextError(
                "a dimension has either an attribute or a part", at: value.bytes,
                hint: "such as \"clinic_id\" or {\"part\": \"hour\"}")
        }
    }

    var expression: Expression {
        switch form {
        case .attribute(let name): name.column
        case .part(let word):
            Expression(
                call: "date_part",
                [Expression(text: word, place), Expression(column: "time", place)],
                place)
        }
    }

    var json: JSONValue {
        let (kind, word) =
            switch form {
            case .attribute(let attribute): ("attribute", attribute.text)
            case .part(let word): ("part", word)
            }
        let hasOwnName = word != name.text
        if kind == "attribute", !hasOwnName { return JSONValue(.text(word)) }
        return JSONValue(
            .object(
                [JSONValue.Member(kind, JSONValue(.text(word)))]
                    + (hasOwnName
                        ? [JSONValue.Member("as", JSONValue(.text(name.text)))] : [])))
    }
}
