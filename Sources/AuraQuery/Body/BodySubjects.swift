import AuraCore

/// A question about whole subjects, such as patients, that stands by itself: how far they went, or
/// whether they came back.
struct BodySubjects: Sendable {
    enum Form: Sendable {
        /// How many took the first step, the first two, …, within a length of time.
        case funnel([BodyFilter], within: BodyLength)
        /// How many began, and how many of them returned in each period afterwards.
        case retention(start: BodyFilter, back: BodyFilter, every: BodyLength, periods: Int)
    }

    let form: Form
    /// The attribute that names a subject.
    let subject: BodyName
    let place: Place

    private static let stepLimit = 32
    private static let periodLimit = 1_000
    private static let kinds = ["funnel", "retention"]

    /// Whether a metric is such a question.
    static func isMeant(by value: JSONValue) -> Bool {
        guard case .object(let members) = value.form else { return false }
        return members.contains { kinds.contains($0.name) }
    }

    init(_ value: JSONValue) throws(TextError) {
        place = value.place
        guard case .object(let all) = value.form, all.contains(where: { $0.name == "funnel" })
        else {
            let members = try BodyMembers(
                value, known: ["retention", "every", "periods", "by"], "a retention")
            let filters = try BodySubjects.filters(
                members["retention"], "a retention", 2, value.place,
                hint: "write \"retention\": [filter of the start, filter of the return]")
            form = .retention(
                start: filters[0], back: filters[1],
                every: try members["every"].map { value throws(TextError) in
                    try BodyLength(value, "a period")
                } ?? .week,
                periods: try members["periods"]?.number(
                    "'periods'", in: 1...BodySubjects.periodLimit) ?? 8)
            subject = try BodySubjects.subject(members["by"], value.place)
            return
        }
        let members = try BodyMembers(value, known: ["funnel", "within", "by"], "a funnel")
        let steps = try BodySubjects.filters(
            members["funnel"], "a funnel", nil, value.place,
            hint: "write \"funnel\": [filter, filter, …]")
        form = .funnel(
            steps,
            within: try members["within"].map { value throws(TextError) in
                try BodyLength(value, "'within'")
            } ?? .week)
        subject = try BodySubjects.subject(members["by"], value.place)
    }

    private static func filters(
        _ value: JSONValue?, _ what: String, _ count: Int?, _ place: Place, hint: String
    ) throws(TextError) -> [BodyFilter] {
        guard let value else { throw TextError("\(what) without filters", at: place, hint: hint) }
        let items = try value.items(what, atMost: count ?? stepLimit, hint: hint)
        guard items.count == count ?? items.count else {
            throw TextError("\(what) of \(items.count) filters", at: value.bytes, hint: hint)
        }
        var filters: [BodyFilter] = []
        for item in items { filters.append(try BodyFilter(item)) }
        return filters
    }

    private static func subject(
        _ value: JSONValue?, _ place: Place
    ) throws(TextError) -> BodyName {
        guard let value else {
            throw TextError(
                "whose way is meant", at: place, hint: "such as \"by\": \"patient_id\"")
        }
        return try value.name("the name of an attribute")
    }

    /// The filters within it.
    private var filters: [BodyFilter] {
        switch form {
        case .funnel(let steps, _): steps
        case .retention(let start, let back, _, _): [start, back]
        }
    }

    var testCount: Int { filters.reduce(0) { $0 + $1.testCount } }

    /// What its columns are called.
    var columns: [BodyName] {
        let names: [String] =
            switch form {
            case .funnel(let steps, _): (1...steps.count).map { "step_\($0)" }
            case .retention(_, _, _, let periods):
                ["subjects"] + (1...periods).map { "period_\($0)" }
            }
        return names.map { BodyName(of: $0, place) }
    }

    var json: JSONValue {
        func member(_ name: String, _ text: String) -> JSONValue.Member {
            JSONValue.Member(name, JSONValue(.text(text)))
        }
        let list = JSONValue(.array(filters.map(\.json)))
        var members: [JSONValue.Member]
        switch form {
        case .funnel(_, let within):
            members = [JSONValue.Member("funnel", list), member("within", within.text)]
        case .retention(_, _, let every, let periods):
            members = [
                JSONValue.Member("retention", list), member("every", every.text),
                JSONValue.Member("periods", JSONValue(.integer(Int128(periods)))),
            ]
        }
        members.append(member("by", subject.text))
        return JSONValue(.object(members))
    }
}
