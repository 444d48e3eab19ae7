import AuraCore

/// What a body says, in SQL and in JSON.
extension QueryBody {
    /// Statements that ask the same, to go on from: its zone is set by one of its own.
    public var sql: String {
        let set = zone.map { "SET timezone = \(Expression.quoted($0.text, "'")); " } ?? ""
        return set + query.text
    }

    /// The same body with all that was left out, members in their order.
    public var normalized: String {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(JSONValue.Member(name, value)) }
        }
        func number(_ number: Int) -> JSONValue { JSONValue(.integer(Int128(number))) }
        switch question {
        case .metrics(let metrics): add("metrics", JSONValue(.array(metrics.map(\.json))))
        case .subjects(let subjects): add("metrics", JSONValue(.array([subjects.json])))
        }
        add("dimensions", JSONValue(.array(dimensions.map(\.json))))
        add("filters", filter?.json)
        add("range", range.json)
        add("bucket", bucket.map { JSONValue(.text($0.text)) })
        add("zone", zone.map { JSONValue(.text($0.text)) })
        add("order_by", order.isEmpty ? nil : JSONValue(.array(order.map(\.json))))
        add("limit", number(limit))
        add("offset", number(offset))
        add("fill", JSONValue(.bool(isFilled)))
        return JSONValue(.object(members)).json
    }

    var statement: QueryScript.Statement {
        QueryScript.Statement(statement: .query(query), zone: zone)
    }

    /// Whether a text is a body and no SQL: whether it begins with a brace.
    public static func isMeant(by text: String) -> Bool { JSONReader.beginsObject(text) }

    /// Whether more text could mend all that is wrong with the JSON of one.
    static func isBegun(by text: String) -> Bool {
        do throws(JSONReader.Failure) {
            _ = try JSONReader.value(of: text)
            return false
        } catch { return error.isAtEnd }
    }

    /// Where in a body some bytes of its text stand, as a JSON pointer (RFC 6901).
    ///
    /// - Returns: nil if the text is no body, or they are those of all of it.
    public static func pointer(to bytes: Range<Int>, in text: String) -> String? {
        guard isMeant(by: text) else { return nil }
        do throws(JSONReader.Failure) {
            let pointer = try JSONReader.value(of: text).pointer(to: bytes)
            return pointer.isEmpty ? nil : pointer
        } catch { return nil }
    }
}
