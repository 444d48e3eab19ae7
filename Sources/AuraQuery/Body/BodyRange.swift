import AuraCore

/// From when to when events are asked about.
struct BodyRange: Sendable {
    /// A moment, absolute or relative to the present.
    struct Moment: Sendable {
        fileprivate enum Start: String, CaseIterable, Sendable {
            case now, today, yesterday
        }

        /// The date or time as it was written; nil for one relative to the present.
        private var written: String?
        private var start = Start.now
        private var isEarlier = true
        private var distance: BodyLength?
        let place: Place

        /// Now.
        fileprivate init(place: Place) {
            self.place = place
        }
    }

    enum Form: Sendable {
        case all
        /// Up to now: seconds, minutes and hours as they pass; of days and more so many of the
        /// calendar, the present one being the last.
        case last(BodyLength)
        case between(Moment?, Moment)
    }

    var form = Form.all
    var place = Place.none

    private static let words = [
        "all", "day", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year",
    ]

    /// Nothing said means all.
    init(_ value: JSONValue?) throws(TextError) {
        guard let value else { return }
        place = value.place
        if case .text(let text) = value.form {
            if text == "all" { return }
            guard let length = BodyLength(text) else {
                throw TextError(
                    "'\(text)' is no range", at: value.bytes,
                    hint: BodyMembers.hint(text, BodyRange.words))
            }
            form = .last(length)
            return
        }
        let members = try BodyMembers(value, known: ["from", "to"], "a range")
        let from = try members["from"].map { value throws(TextError) in try Moment(value) }
        let to =
            try members["to"].map { value throws(TextError) in try Moment(value) }
            ?? Moment(place: place)
        form = .between(from, to)
    }

    /// What holds of a time in it; nothing for all.
    var conditions: [Expression] {
        let time = Expression(column: "time", place)
        let now = Expression(call: "now", [], place)
        switch form {
        case .all: return []
        case .last(let length):
            return [
                Expression(.greaterEqual, time, BodyRange.start(of: length, now, place), place),
                Expression(.less, time, now, place),
            ]
        case .between(let from, let to):
            return [
                from.map { Expression(.greaterEqual, time, $0.expression, $0.place) },
                Expression(.less, time, to.expression, to.place),
            ].compactMap(\.self)
        }
    }

    private static func start(
        of length: BodyLength, _ now: Expression, _ place: Place
    ) -> Expression {
        guard length.unit.isOfCalendar else {
            return Expression(.minus, now, length.interval(place), place)
        }
        let present = Expression(
            call: "date_trunc", [Expression(text: length.unit.name, place), now], place)
        var others = length
        others.count -= 1
        return others.count == 0
            ? present : Expression(.minus, present, others.interval(place), place)
    }

    var json: JSONValue {
        switch form {
        case .all: JSONValue(.text("all"))
        case .last(let length): JSONValue(.text(length.text))
        case .between(let from, let to):
            JSONValue(
                .object(
                    [
                        from.map { JSONValue.Member("from", $0.json) },
                        JSONValue.Member("to", to.json),
                    ].compactMap(\.self)))
        }
    }
}

extension BodyRange.Moment {
    private static let hint =
        "write 2026-11-22, 2026-11-22T20:50:00Z, now, today, -24h or now-7d"

    init(_ value: JSONValue) throws(TextError) {
        let text = try value.text("a moment", hint: Self.hint)
        place = value.place
        let wrong = TextError("'\(text)' is no moment", at: value.bytes, hint: Self.hint)
        if text.utf8.first.map({ (0x30...0x39).contains($0) }) ?? false {
            guard TimeText.instant(text, local: \.self) != nil else { throw wrong }
            written = text
            return
        }
        let word = text.prefix { $0 != "-" && $0 != "+" }
        guard let start = word.isEmpty && word != text[...] ? .now : Start(rawValue: String(word))
        else { throw wrong }
        self.start = start
        guard word.endIndex < text.endIndex else { return }
        isEarlier = text[word.endIndex] == "-"
        guard let distance = BodyLength(String(text[text.index(after: word.endIndex)...])) else {
            throw wrong
        }
        self.distance = distance
    }

    var expression: Expression {
        if let written {
            let type = Expression.TypeName(text: "TIMESTAMPTZ", place: place)
            return Expression(
                form: .cast(Expression(text: written, place), type, isTried: false), place: place)
        }
        let now = Expression(call: "now", [], place)
        let today = Expression(call: "date_trunc", [Expression(text: "day", place), now], place)
        let base: Expression
        switch start {
        case .now: base = now
        case .today: base = today
        case .yesterday:
            base = Expression(.minus, today, BodyLength.day.interval(place), place)
        }
        return distance.map {
            Expression(isEarlier ? .minus : .plus, base, $0.interval(place), place)
        } ?? base
    }

    var json: JSONValue {
        let relative = distance.map { (isEarlier ? "-" : "+") + $0.text } ?? ""
        return JSONValue(.text(written ?? start.rawValue + relative))
    }
}
