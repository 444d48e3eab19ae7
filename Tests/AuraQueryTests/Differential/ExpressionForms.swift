import AuraCore

@testable import AuraQuery

/// One way to write an expression of a type.
///
/// In its text `{name}` stands for another expression: of a type by its name (`types` below), of
/// the result's type (`R`), or of one random type that all `A` of the form have; `!` behind it makes it
/// a literal. `{a|b|c}` is one of these texts.
struct ExpressionForm: Sendable {
    enum Result: Sendable {
        case type(ValueType)
        /// Of any type: that which is wanted.
        case any
        /// A list of the wanted item type.
        case list
    }

    /// How many bits a whole result takes.
    enum Width: Sendable {
        case fixed(Int)
        case widest, next, sum
    }

    let result: Result
    let text: String
    var precision = Term.Precision.exact
    var width = Width.widest
    var weight = 1
    /// Whether it is left out where clocks are not those of UTC.
    var needsUTC = false

    init(
        _ type: ValueType, _ text: String, _ precision: Term.Precision = .exact,
        width: Width = .fixed(32), weight: Int = 1
    ) {
        self.init(.type(type), text, precision, width: width, weight: weight)
    }

    init(
        _ result: Result, _ text: String, _ precision: Term.Precision = .exact,
        width: Width = .widest, weight: Int = 1
    ) {
        self.result = result
        self.text = text
        self.precision = precision
        self.width = width
        self.weight = weight
    }

    /// The same, left out where clocks are not those of UTC.
    var inUTC: ExpressionForm {
        var copy = self
        copy.needsUTC = true
        return copy
    }

    func gives(_ type: ValueType) -> Bool {
        switch result {
        case .type(let own): own == type
        case .any: true
        case .list: type.isList
        }
    }
}

extension ExpressionForm {
    static let all: [ExpressionForm] = general + conditions + numbers + texts + times + others

    private static let general: [ExpressionForm] = [
        ExpressionForm(.any, "CASE WHEN {bool} THEN {R} ELSE {R} END", weight: 2),
        ExpressionForm(.any, "CASE WHEN {bool} THEN {R} WHEN {bool} THEN {R} END"),
        ExpressionForm(.any, "CASE {A} WHEN {A!} THEN {R} WHEN {A!} THEN {R} ELSE {R!} END"),
        ExpressionForm(.any, "coalesce({R}, {R})"),
        ExpressionForm(.any, "coalesce({R}, {R}, {R!})"),
        ExpressionForm(.any, "ifnull({R}, {R!})"),
        ExpressionForm(.any, "nullif({R}, {R!})"),
        ExpressionForm(.any, "if({bool}, {R}, {R})"),
        ExpressionForm(.any, "{greatest|least}({R}, {R}, {R!})"),
    ]

    private static let conditions: [ExpressionForm] = [
        ExpressionForm(.bool, "({A} {=|<>|<|<=|>|>=} {A!})", weight: 10),
        ExpressionForm(.bool, "({A} {=|<>|<|<=|>|>=} {A})", weight: 4),
        ExpressionForm(.bool, "({A!} {=|<|>=} {A})"),
        ExpressionForm(.bool, "({A} IS {NULL|NOT NULL})", weight: 2),
        ExpressionForm(.bool, "({A} IS {DISTINCT|NOT DISTINCT} FROM {A!})", weight: 2),
        ExpressionForm(.bool, "({A} IS {DISTINCT|NOT DISTINCT} FROM {A})"),
        ExpressionForm(.bool, "({A} {BETWEEN|NOT BETWEEN} {A!} AND {A!})", weight: 2),
        ExpressionForm(.bool, "({int} BETWEEN {int} AND {int})"),
        ExpressionForm(.bool, "({A} {IN|NOT IN} ({A!}, {A!}, {A!}))", weight: 3),
        ExpressionForm(.bool, "({A} IN ({A}, {A!}))"),
        ExpressionForm(.bool, "({bool} AND {bool})", weight: 4),
        ExpressionForm(.bool, "({bool} OR {bool})", weight: 4),
        ExpressionForm(.bool, "({bool} OR {bool} OR {bool})"),
        ExpressionForm(.bool, "(NOT {bool})", weight: 2),
        ExpressionForm(.bool, "({bool} IS {TRUE|FALSE|NOT TRUE|NOT FALSE})"),
        ExpressionForm(
            .bool, "({text} {LIKE|NOT LIKE|ILIKE} '{n%|%e%|_k|%\\_%|%e|note 1%|%|%ß%|a_b|%ö%}')",
            weight: 3),
        ExpressionForm(.bool, "({text} LIKE '%!%%' ESCAPE '!')"),
        ExpressionForm(.bool, "({text} {~*|!~|!~*} '{ok|N.*E.*|[^ ]*}')"),
        ExpressionForm(.bool, "({text} {~|SIMILAR TO} '{.*[0-9]+.*|ok|.*(a\\|b)|[^ ]*}')"),
        ExpressionForm(.bool, "{starts_with|ends_with|contains}({text}, {'n'|'ok'|''|'ß'|' a'})"),
        ExpressionForm(.bool, "list_contains({ints}, {small})"),
        ExpressionForm(.bool, "isnan({float})"),
        ExpressionForm(.bool, "({small}::BOOLEAN)"),
        ExpressionForm(.bool, "TRY_CAST({text} AS BOOLEAN)"),
    ]

    private static let numbers: [ExpressionForm] = [
        ExpressionForm(.int64, "({small} {+|-} {small})", width: .next, weight: 4),
        ExpressionForm(.int64, "({small} * {small})", width: .sum, weight: 2),
        ExpressionForm(.int64, "({small} {//|%} {2|3|-4|7}::BIGINT)", weight: 2),
        ExpressionForm(.int64, "(- {small})"),
        ExpressionForm(.int64, "abs({small})"),
        ExpressionForm(.int64, "({int} {&|\\|} {int})", width: .fixed(64)),
        ExpressionForm(.int64, "{length|strlen}({text})", weight: 2),
        ExpressionForm(.int64, "instr({text}, {'e'|' '|'ß'})"),
        ExpressionForm(.int64, "levenshtein({text}, {'ok'|'note 17'})"),
        ExpressionForm(.int64, "len({ints})"),
        ExpressionForm(.int64, "({bool}::BIGINT)", width: .fixed(1)),
        ExpressionForm(.int64, "TRY_CAST({text} AS BIGINT)", width: .fixed(64)),
        ExpressionForm(.int64, "round({exact} * 3)::BIGINT", width: .fixed(40)),
        ExpressionForm(.int64, "({exact}::BIGINT)", width: .fixed(40)),
        ExpressionForm(
            .int64, "{year|month|day|hour|minute|isodow|dayofyear|week|quarter}({time})", weight: 2),
        ExpressionForm(.int64, "extract({year|dow|hour|isoyear} FROM {clock})::BIGINT"),
        ExpressionForm(.int64, "date_part('{day|hour|doy|century}', {clock})::BIGINT"),
        ExpressionForm(.int64, "date_diff('{day|month|week|quarter}', {time}, {time})"),
        ExpressionForm(
            .int64, "{date_diff|date_sub}('{day|hour|month|week|minute}', {time}, {time})"),
        ExpressionForm(
            .int64, "{date_diff|date_sub}('{day|hour|month|week|minute}', {clock}, {clock})"),
        ExpressionForm(.int64, "datediff('{day|month|quarter}', {date}, {date})"),
        ExpressionForm(.int64, "({date} - {date})"),
        ExpressionForm(.int64, "epoch_ms({clock})", width: .fixed(50)),
        ExpressionForm(.int64, "{epoch_us|epoch_ms}({time})", width: .fixed(60)),
        ExpressionForm(.int64, "({ints})[{1|2|-1|3}]", width: .fixed(64)),
        ExpressionForm(.int128, "({int}::HUGEINT)", width: .widest, weight: 2),
        ExpressionForm(.int128, "({huge} {+|-} {huge})", width: .next),
        ExpressionForm(.int128, "({int}::HUGEINT * {int})", width: .sum),
        ExpressionForm(.float64, "({exact} {+|-} {exact})", .exact, weight: 2),
        ExpressionForm(.float64, "({exact} * {2|0.5|-4}::DOUBLE)", .exact),
        ExpressionForm(.float64, "({small}::DOUBLE)", .exact),
        ExpressionForm(.float64, "(- {float})", .exact),
        ExpressionForm(.float64, "{abs|floor|ceil|trunc}({float})", .exact),
        ExpressionForm(.float64, "({float} {+|-|*} {float})", .fixed, weight: 2),
        ExpressionForm(.float64, "({float} / {float})", .fixed, weight: 2),
        ExpressionForm(.float64, "({small} / {small})", .fixed),
        ExpressionForm(.float64, "sqrt(abs({float}))", .fixed),
        ExpressionForm(.float64, "round({exact}, {0|1|-1})", .fixed),
        ExpressionForm(.float64, "TRY_CAST({text} AS DOUBLE)", .fixed),
        ExpressionForm(.float64, "{exp|atan|cbrt}({exact} / 64)", .rough),
        ExpressionForm(.float64, "ln(abs({exact}) + 1::DOUBLE)", .rough),
        ExpressionForm(.float64, "pow(abs({exact}), {2|0.5}::DOUBLE)", .rough),
        ExpressionForm(.float64, "epoch({time})", .fixed),
    ]

    private static let texts: [ExpressionForm] = [
        ExpressionForm(.text, "({text} || {text})", weight: 2),
        ExpressionForm(.text, "concat({text}, {text}, {small})"),
        ExpressionForm(.text, "concat_ws('-', {text}, {small}, {text})"),
        ExpressionForm(.text, "{upper|lower|reverse|trim|ltrim|md5}({text})", weight: 2),
        ExpressionForm(.text, "substr({text}, {1|2|-3|0}, {0|2|5})"),
        ExpressionForm(.text, "{left|right}({text}, {2|-2|0})"),
        ExpressionForm(.text, "replace({text}, {'e'|'o'|'ß'}, {''|'xyz'})"),
        ExpressionForm(.text, "split_part({text}, ' ', {1|2|-1})"),
        ExpressionForm(.text, "{lpad|rpad}({text}, {3|8}, '*')"),
        ExpressionForm(.text, "repeat({text}, 2)"),
        ExpressionForm(.text, "regexp_replace({text}, '{[0-9]+|e|(.)$}', '<>'{|, 'g'})"),
        ExpressionForm(.text, "regexp_extract({text}, '{[0-9]+|n(.)|^.}')"),
        ExpressionForm(.text, "({int}::VARCHAR)", weight: 2),
        ExpressionForm(.text, "({exact}::VARCHAR)"),
        ExpressionForm(.text, "({bool}::VARCHAR)"),
        ExpressionForm(.text, "({uuid}::VARCHAR)"),
        ExpressionForm(.text, "({date}::VARCHAR)"),
        ExpressionForm(.text, "({clock}::VARCHAR)"),
        ExpressionForm(.text, "({time}::VARCHAR)"),
        ExpressionForm(.text, "({ints}::VARCHAR)"),
        ExpressionForm(.text, "strftime({clock}, '{%Y-%m-%d|%H:%M|%a %j|%d.%m.%y %I %p}')"),
        ExpressionForm(.text, "{dayname|monthname}({date})"),
        ExpressionForm(.text, "array_to_string({texts}, '-')"),
        ExpressionForm(.text, "({texts})[{1|-1|2}]"),
    ]

    private static let times: [ExpressionForm] = [
        ExpressionForm(
            .instant, "date_trunc('{year|month|week|day|hour|minute}', {time})", weight: 3),
        ExpressionForm(.instant, "time_bucket(INTERVAL '15 minutes', {time})"),
        ExpressionForm(.instant, "time_bucket(INTERVAL '{1 day|6 hours}', {time})").inUTC,
        ExpressionForm(.instant, "({time} {+|-} INTERVAL '{3 hours|90 minutes}')"),
        ExpressionForm(
            .instant, "({time} {+|-} INTERVAL '{1 day|1 month|1 month 2 days 3 hours}')"),
        ExpressionForm(.instant, "({time} {+|-} {interval})"),
        ExpressionForm(.instant, "({clock}::TIMESTAMPTZ)"),
        ExpressionForm(.instant, "date_add({time}, INTERVAL '{1 day|24 hours|1 month}')"),
        ExpressionForm(.clock, "({time}::TIMESTAMP)", weight: 2),
        ExpressionForm(.clock, "({time} AT TIME ZONE '{UTC|Europe/Berlin|America/New_York}')"),
        ExpressionForm(.clock, "({clock} {+|-} INTERVAL '{1 day|2 hours|1 month|1 year}')"),
        ExpressionForm(.clock, "date_trunc('{month|week|day|hour|quarter}', {clock})"),
        ExpressionForm(.clock, "({date}::TIMESTAMP)"),
        ExpressionForm(.clock, "({date} + INTERVAL '{1 day|1 month}')"),
        ExpressionForm(.date, "({time}::DATE)", weight: 2),
        ExpressionForm(.date, "({clock}::DATE)"),
        ExpressionForm(.date, "({date} + {1|30|-7})"),
        ExpressionForm(.date, "last_day({date})"),
        ExpressionForm(.date, "date_trunc('{month|year|week}', {date})::DATE"),
        ExpressionForm(.interval, "({time} - {time})"),
        ExpressionForm(.interval, "({clock} - {clock})"),
        ExpressionForm(.interval, "({interval} + {interval!})"),
        ExpressionForm(.interval, "to_{days|hours|minutes}(({small} % 100)::INTEGER)"),
    ]

    private static let others: [ExpressionForm] = [
        ExpressionForm(.uuid, "TRY_CAST({text} AS UUID)"),
        ExpressionForm(.list, "[{item}, {item}]"),
        ExpressionForm(.list, "[{item}, {item!}, {item}]"),
        ExpressionForm(.list(.text), "string_split({text}, {' '|'e'|'.'})"),
        ExpressionForm(.list(.int64), "list_sort({ints})"),
    ]
}

extension ValueType {
    /// TIMESTAMP, for which `timestamp` reads badly beside `time`.
    fileprivate static var clock: ValueType { .timestamp }
}
