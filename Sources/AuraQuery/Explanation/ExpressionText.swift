import AuraCore

/// Writes bound expressions, near to the SQL that they were read from: for people, not to be read back.
struct ExpressionText {
    /// A text, and how tightly its parts hold together: the number in `Formats/query.md`, "Operators".
    struct Words {
        static let whole = 14

        var text: String
        var tightness = whole

        func shortened(to limit: Int) -> Words {
            Words(text: ExpressionText.shortened(text, to: limit), tightness: tightness)
        }

        /// The words as a part of others that hold together so tightly.
        fileprivate func within(_ tightness: Int) -> String {
            self.tightness < tightness ? "(\(text))" : text
        }
    }

    /// What the columns of the rows are.
    let columns: [Words]
    /// Of the session's zone.
    let casting: Casting

    func text(_ expression: BoundExpression) -> String { words(expression).text }

    func list(_ expressions: [BoundExpression]) -> String {
        expressions.map(text).joined(separator: ", ")
    }

    /// Conditions all of which hold.
    func text(all conditions: [BoundExpression]) -> String {
        joined(conditions, " AND ", 2).text
    }

    func words(_ expression: BoundExpression) -> Words {
        switch expression.form {
        case .constant(let value): constant(value)
        case .column(let index): columns[index]
        case .call(let function, let parts): call(function.name, parts)
        case .cast(let part, let isTried): cast(part, expression.type, isTried: isTried)
        case .all(let parts): joined(parts, " AND ", 2)
        case .any(let parts): joined(parts, " OR ", 1)
        case .not(let part): negated(part)
        case .compare(let comparison, let left, let right):
            Words(
                text: "\(within(6, left)) \(comparison.rawValue) \(within(6, right))", tightness: 5)
        case .alike, .isNull: test(expression, "IS")
        case .among, .amongRows: membership(expression, "IN")
        case .choice(let branches, let otherwise): choice(branches, otherwise)
        case .coalesce(let parts): Words(text: "coalesce(\(list(parts)))")
        case .list(let parts): Words(text: "[\(list(parts))]")
        case .tried(let part): Words(text: "try(\(text(part)))")
        case .value(let number): Words(text: ExpressionText.name(ofSubquery: number))
        case .exists(let number):
            Words(text: "EXISTS \(ExpressionText.name(ofSubquery: number))")
        case .aggregate(let number), .window(let number), .unnested(let number), .outer(let number):
            Words(text: "#\(number)")
        }
    }

    /// What stands in the place of a subquery.
    static func name(ofSubquery number: Int) -> String { "(subquery \(number + 1))" }

    private func within(_ tightness: Int, _ part: BoundExpression) -> String {
        words(part).within(tightness)
    }

    private func joined(_ parts: [BoundExpression], _ sign: String, _ tightness: Int) -> Words {
        if parts.count == 1 { return words(parts[0]) }
        return Words(
            text: parts.map { within(tightness + 1, $0) }.joined(separator: sign),
            tightness: tightness)
    }

    private func choice(
        _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression
    ) -> Words {
        let whens = branches.map { "WHEN \(text($0.condition)) THEN \(text($0.result)) " }
        return Words(text: "CASE \(whens.joined())ELSE \(text(otherwise)) END")
    }

    /// A cast; one that happens by itself goes without saying.
    private func cast(_ part: BoundExpression, _ type: ValueType, isTried: Bool) -> Words {
        if isTried { return Words(text: "TRY_CAST(\(text(part)) AS \(type.name))") }
        let times: [ValueType] = [.timestamp, .instant]
        if part.type.isInteger && type.isNumber || times.contains(part.type) && times.contains(type)
        {
            return words(part)
        }
        return Words(text: "\(within(13, part))::\(type.name)", tightness: 13)
    }

    // MARK: Negation

    private func negated(_ part: BoundExpression) -> Words {
        switch part.form {
        case .isNull: return test(part, "IS NOT")
        case .alike: return test(part, "IS DISTINCT FROM")
        case .among, .amongRows: return membership(part, "NOT IN")
        case .call(let function, let parts):
            if let sign = ExpressionText.signs[function.name], sign.tightness == 6 {
                return binary("NOT \(sign.text)", 6, parts)
            }
        default: break
        }
        return Words(text: "NOT \(within(4, part))", tightness: 3)
    }

    private func test(_ expression: BoundExpression, _ verb: String) -> Words {
        switch expression.form {
        case .isNull(let part):
            return Words(text: "\(within(5, part)) \(verb) NULL", tightness: 4)
        case .alike(let left, let right):
            let verb = verb == "IS" ? "IS NOT DISTINCT FROM" : verb
            return Words(text: "\(within(5, left)) \(verb) \(within(5, right))", tightness: 4)
        default: return words(expression)
        }
    }

    private func membership(_ expression: BoundExpression, _ verb: String) -> Words {
        switch expression.form {
        case .among(let part, let values):
            Words(text: "\(within(7, part)) \(verb) (\(constants(values)))", tightness: 6)
        case .amongRows(let part, let number):
            Words(
                text: "\(within(7, part)) \(verb) \(ExpressionText.name(ofSubquery: number))",
                tightness: 6)
        default: words(expression)
        }
    }

    // MARK: Calls

    /// Functions that are written between their arguments.
    private static let signs: [String: Words] = {
        var signs: [String: Words] = [
            "~~": Words(text: "LIKE", tightness: 6), "~~*": Words(text: "ILIKE", tightness: 6),
            "~~~": Words(text: "GLOB", tightness: 6),
            "similar_to": Words(text: "SIMILAR TO", tightness: 6),
        ]
        let rows = [7: "|| & | << >>", 8: "+ -", 9: "* / // %", 10: "^ **"]
        for (tightness, names) in rows {
            for name in names.split(separator: " ").map(String.init) {
                signs[name] = Words(text: name, tightness: tightness)
            }
        }
        return signs
    }()

    private func call(_ name: String, _ parts: [BoundExpression]) -> Words {
        if parts.count == 2, let sign = ExpressionText.signs[name] {
            return binary(sign.text, sign.tightness, parts)
        }
        if name == "-", parts.count == 1 {
            return Words(text: "-\(within(13, parts[0]))", tightness: 12)
        }
        // Some names say a constant argument, too.
        let pieces = name.split(separator: " ", maxSplits: 1).map(String.init)
        let arguments = pieces.dropFirst().map(ExpressionText.quoted) + parts.map(text)
        return Words(text: "\(pieces[0])(\(arguments.joined(separator: ", ")))")
    }

    private func binary(_ sign: String, _ tightness: Int, _ parts: [BoundExpression]) -> Words {
        let (left, right) = (within(tightness, parts[0]), within(tightness + 1, parts[1]))
        return Words(text: "\(left) \(sign) \(right)", tightness: tightness)
    }

    // MARK: Constants

    /// Of a list so many items are written, and of a text so many characters.
    private static let itemLimit = 5
    private static let characterLimit = 60

    func constants(_ values: [Value]) -> String {
        var texts = values.prefix(ExpressionText.itemLimit).map { constant($0).text }
        if values.count > texts.count { texts.append("… \(values.count - texts.count) more") }
        return texts.joined(separator: ", ")
    }

    private func constant(_ value: Value) -> Words {
        switch value {
        case .null: return Words(text: "NULL")
        case .bool(let value): return Words(text: value ? "TRUE" : "FALSE")
        case .int64, .int128, .float64:
            let text = value.description
            return Words(text: text, tightness: text.hasPrefix("-") ? 12 : Words.whole)
        case .list(let items): return Words(text: "[\(constants(items))]")
        case .interval: return Words(text: "INTERVAL '\(value)'")
        case .text(let text): return Words(text: ExpressionText.quoted(text))
        case .timestamp, .instant, .date, .uuid:
            return Words(text: ExpressionText.quoted(casting.text(value)))
        }
    }

    static func quoted(_ text: String) -> String {
        Expression.quoted(shortened(text, to: characterLimit), "'")
    }

    /// A text, cut where it is longer than so many characters.
    static func shortened(_ text: String, to limit: Int) -> String {
        text.unicodeScalars.count <= limit
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
    }
}
