import AuraCore

/// The members of an object of a body, taken one by one: what nobody has taken is unknown.
struct BodyMembers {
    private let object: JSONValue
    private let members: [JSONValue.Member]
    /// Names that may stand here.
    private let known: [String]

    /// The members of an object of which no other than the known may stand there.
    init(_ value: JSONValue, known: [String], _ what: String) throws(TextError) {
        guard case .object(let members) = value.form else {
            throw TextError(
                "\(what) is an object, not \(value.kind)", at: value.bytes,
                hint: "its members are \(known.joined(separator: ", "))")
        }
        for member in members where !known.contains(member.name) {
            throw TextError(
                "\(what) has no member '\(member.name)'", at: member.nameBytes,
                hint: BodyMembers.hint(member.name, known))
        }
        object = value
        self.members = members
        self.known = known
    }

    /// The value of a member; nil where it was left out or is null.
    subscript(_ name: String) -> JSONValue? {
        guard let value = members.first(where: { $0.name == name })?.value else { return nil }
        if case .null = value.form { return nil }
        return value
    }

    /// Which word a wrong one was probably meant to be, or which there are.
    static func hint(_ word: String, _ known: [String]) -> String {
        Keywords.nearest(word, of: known).map { "did you mean '\($0)'?" }
            ?? "there are " + known.joined(separator: ", ")
    }
}

extension JSONValue {
    var place: Place { Place(bytes) }

    /// The text that it must be.
    func text(_ what: String, hint: String? = nil) throws(TextError) -> String {
        guard case .text(let text) = form else {
            throw TextError("\(what) is a string, not \(kind)", at: bytes, hint: hint)
        }
        return text
    }

    /// The items of the array that it must be, of at least one and at most so many.
    func items(
        _ what: String, atMost limit: Int, hint: String? = nil
    ) throws(TextError) -> [JSONValue] {
        guard case .array(let items) = form else {
            throw TextError("\(what) is an array, not \(kind)", at: bytes, hint: hint)
        }
        guard !items.isEmpty else {
            throw TextError("\(what) is an array of at least one", at: bytes, hint: hint)
        }
        guard items.count <= limit else {
            throw TextError(
                "\(what) has \(items.count) items; the limit is \(limit)", at: items[limit].bytes)
        }
        return items
    }

    /// The whole number that it must be.
    func number(_ what: String, in range: ClosedRange<Int>) throws(TextError) -> Int {
        guard case .integer(let wide) = form, let number = Int(exactly: wide),
            range.contains(number)
        else {
            throw TextError(
                "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound)",
                at: bytes)
        }
        return number
    }

    func bool(_ what: String) throws(TextError) -> Bool {
        guard case .bool(let value) = form else {
            throw TextError("\(what) is true or false, not \(kind)", at: bytes)
        }
        return value
    }

    /// The name of an attribute or a column that it must be.
    func name(_ what: String) throws(TextError) -> BodyName {
        try BodyName(try text(what), what, place)
    }
}

/// The name of an attribute, or of a column of the answer.
struct BodyName: Hashable, Sendable {
    let text: String
    let place: Place

    init(_ text: String, _ what: String, _ place: Place) throws(TextError) {
        guard (1...Limits.nameBytes).contains(text.utf8.count) else {
            throw TextError("\(what) has 1 to \(Limits.nameBytes) bytes", at: place)
        }
        self.text = text
        self.place = place
    }

    /// A name that is known.
    init(of text: String, _ place: Place) {
        self.text = text
        self.place = place
    }

    var name: Expression.Name { Expression.Name(of: text, place) }

    /// The column of that name.
    var column: Expression { Expression(column: text, place) }
}
