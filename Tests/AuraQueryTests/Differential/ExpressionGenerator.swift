import AuraCore
import AuraTesting

@testable import AuraQuery

/// Draws expressions of wanted types from the forms there are.
struct ExpressionGenerator {
    var random: SeededRandom
    /// Values of the events, which comparisons with literals should meet.
    private let samples: [ValueType: [Value]]
    let isUTC: Bool
    /// What `{O}` of an aggregate becomes: an order in which no two rows differ.
    var callOrder = ""

    /// What an expression may be made of.
    struct Leaves {
        var terms: [Term]
        /// No less exact than this.
        var precision = Term.Precision.fixed

        init(_ terms: [Term], _ precision: Term.Precision = .fixed) {
            self.terms = terms
            self.precision = precision
        }
    }

    init(_ world: DifferentialWorld, _ random: SeededRandom) {
        self.random = random
        isUTC = world.zoneName == "UTC"
        var samples: [ValueType: [Value]] = [:]
        for (index, column) in world.tables[0].columns.enumerated() {
            let values = world.tables[0].rows.map { $0[index] }.filter { !$0.isNull }
            samples[column.type, default: []] += values
        }
        self.samples = samples
    }

    // MARK: Types

    /// Types that columns have more often than not.
    private static let common: [ValueType] = [
        .int64, .int64, .int64, .text, .text, .float64, .bool, .instant, .uuid,
    ]
    private static let all: [ValueType] =
        common + [.int128, .timestamp, .date, .list(.int64), .list(.text)]

    /// A type; mostly one that a leaf has.
    mutating func type(_ leaves: Leaves) -> ValueType {
        if random.chance(60), !leaves.terms.isEmpty {
            return random.element(of: leaves.terms).type
        }
        return random.element(of: Self.all)
    }

    // MARK: Expressions

    /// An expression of a type, with others in it at most so deep.
    mutating func term(_ type: ValueType, _ leaves: Leaves, depth: Int, bits: Int = 64) -> Term {
        let known = leaves.terms.filter {
            $0.type == type && $0.precision <= leaves.precision && $0.bits <= bits
        }
        if !known.isEmpty, depth <= 0 || random.chance(55) { return random.element(of: known) }
        // Of what no column is, something is computed of one, a little deeper than asked for.
        let goesOn = depth > 0 || depth > -2 && known.isEmpty && random.chance(60)
        if goesOn, !leaves.terms.isEmpty, let form = form(type, leaves.precision) {
            let term = filled(form, type, leaves, depth: depth)
            if term.precision <= leaves.precision, term.bits <= bits { return term }
        }
        return known.isEmpty ? literal(type, bits: bits) : random.element(of: known)
    }

    /// A condition of a few parts.
    mutating func condition(_ leaves: Leaves, depth: Int = 2) -> Term {
        guard !leaves.terms.isEmpty else { return literal(.bool) }
        var condition = literal(.bool)
        // One that says the same of all rows is of little use.
        for _ in 0..<4 where condition.isConstant {
            guard let form = form(.bool, leaves.precision) else { break }
            condition = filled(form, .bool, leaves, depth: depth)
        }
        return condition
    }

    private mutating func form(_ type: ValueType, _ limit: Term.Precision) -> ExpressionForm? {
        form(
            among: ExpressionForm.all.filter {
                $0.gives(type) && $0.precision <= limit && (isUTC || !$0.needsUTC)
            })
    }

    /// One of some forms, by their weights.
    mutating func form(among fitting: [ExpressionForm]) -> ExpressionForm? {
        // What fits every type is no more than a part of all.
        let isSpecial = random.chance(75)
        let special = fitting.filter { if case .any = $0.result { false } else { true } }
        let choice = isSpecial && !special.isEmpty ? special : fitting
        var left = random.below(max(1, choice.reduce(0) { $0 + $1.weight }))
        for form in choice {
            left -= form.weight
            if left < 0 { return form }
        }
        return nil
    }

    /// A form with expressions in its places.
    mutating func filled(
        _ form: ExpressionForm, _ type: ValueType, _ leaves: Leaves, depth: Int
    ) -> Term {
        let same = self.type(leaves)
        var parts: [Term] = []
        let text = expanded(form.text) { generator, name in
            switch name {
            case "D": return generator.random.chance(20) ? "DISTINCT " : ""
            case "O": return generator.callOrder
            case "N": return generator.random.chance(25) ? " IGNORE NULLS" : ""
            default: break
            }
            let part = generator.filled(name, type, same, leaves, depth: depth - 1)
            parts.append(part)
            return part.text
        }
        var term = Term(text: text, type: type)
        term.isConstant = parts.allSatisfy(\.isConstant)
        let precision = parts.map(\.precision).max() ?? .exact
        term.precision = max(form.precision, type.hasDigits ? precision : .exact)
        if !type.hasDigits, precision == .rough { term.precision = .rough }
        let widest = parts.filter { $0.type.isInteger }.map(\.bits).max() ?? 1
        switch form.width {
        case .fixed(let bits): term.bits = bits
        case .widest: term.bits = widest
        case .next: term.bits = widest + 1
        case .sum: term.bits = widest * 2
        }
        return term
    }

    private mutating func filled(
        _ name: String, _ result: ValueType, _ same: ValueType, _ leaves: Leaves, depth: Int
    ) -> Term {
        let isLiteral = name.hasSuffix("!")
        let key = isLiteral ? String(name.dropLast()) : name
        let bits = key == "small" ? 20 : key == "huge" ? 100 : 64
        let type: ValueType
        switch key {
        case "R": type = result
        case "A": type = same
        case "item": if case .list(let item) = result { type = item } else { type = .int64 }
        case "small": type = .int64
        case "exact": type = .float64
        default: type = Self.types[key] ?? .int64
        }
        if isLiteral { return literal(type, bits: bits) }
        var leaves = leaves
        if key == "exact" { leaves.precision = .exact }
        return term(type, leaves, depth: depth, bits: bits)
    }

    private static let types: [String: ValueType] = [
        "bool": .bool, "int": .int64, "huge": .int128, "float": .float64, "text": .text,
        "clock": .timestamp, "time": .instant, "date": .date, "interval": .interval, "uuid": .uuid,
        "ints": .list(.int64), "texts": .list(.text),
    ]

    /// A text with what stands for its braces: one of several texts, or what `fill` gives for a name.
    mutating func expanded(
        _ template: String, _ fill: (inout ExpressionGenerator, String) -> String
    ) -> String {
        var text = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += String(rest[..<open])
            let inside = rest[rest.index(after: open)..<close]
            // A bar behind a backslash is one of the text.
            let choices = String(inside).replacing("\\|", with: "\u{1}")
                .split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
            text +=
                choices.count > 1
                ? random.element(of: choices).replacing("\u{1}", with: "|")
                : fill(&self, String(inside))
            rest = rest[rest.index(after: close)...]
        }
        return text + String(rest)
    }

    // MARK: Literals

    /// A constant; often a value that events have.
    mutating func literal(_ type: ValueType, bits: Int = 64) -> Term {
        let value = random.chance(5) ? .null : self.value(type, bits: bits)
        var term = Term(text: value.literal(type), type: type)
        term.isConstant = true
        term.bits = value.integer.map { 128 - $0.magnitude.leadingZeroBitCount } ?? 0
        return term
    }

    private mutating func value(_ type: ValueType, bits: Int) -> Value {
        if random.chance(60), let known = samples[type], !known.isEmpty {
            let value = random.element(of: known)
            if value.integer.map({ 128 - $0.magnitude.leadingZeroBitCount <= bits }) ?? true,
                value.double.map(\.isFinite) ?? true
            {
                return value
            }
        }
        switch type {
        case .bool: return .bool(random.chance(50))
        case .int128: return .int128(Int128(random.below(2_000)) - 1_000)
        case .float64: return .float64(Double(random.below(81) - 40) / 4)
        case .text: return .text(random.element(of: ["", "ok", "a", "Ä", "12", "note", "é"]))
        case .timestamp, .instant:
            let time = 1_711_756_800_000_000 + Int64(random.below(200)) * 3_600_000_000
            return type == .instant ? .instant(time) : .timestamp(time)
        case .date: return .date(19_800 + Int64(random.below(40)))
        case .interval:
            return .interval(Interval(days: Int64(random.below(3)), microseconds: 3_600_000_000))
        case .uuid: return samples[.uuid]?.first ?? .uuid(UUIDBytes(high: 1, low: 2))
        case .list(let item):
            return .list((0..<random.below(4)).map { _ in value(item, bits: bits) })
        default: return .int64(Int64(random.below(21)) - 10)
        }
    }
}

extension ValueType {
    /// Whether digits of a value may differ from one machine to the other.
    fileprivate var hasDigits: Bool {
        switch self {
        case .float64, .text, .list: true
        default: false
        }
    }
}

extension Value {
    /// The value in the text of a query, of the same type everywhere.
    func literal(_ type: ValueType) -> String {
        switch self {
        case .null: return "NULL::" + type.castName
        case .bool(let value): return value ? "TRUE" : "FALSE"
        // DuckDB takes -0.0 for a DECIMAL, which has no such zero.
        case .float64(let value) where value == 0 && value.sign == .minus:
            return "'-0.0'::" + type.castName
        case .int64, .int128, .float64:
            return (description.hasPrefix("-") ? "(\(description))" : description) + "::"
                + type.castName
        case .text(let text): return "'" + text.replacing("'", with: "''") + "'"
        case .list(let items):
            guard case .list(let item) = type else { return "[]" }
            let inside = items.map { $0.literal(item) }.joined(separator: ", ")
            return "[\(inside)]::" + type.castName
        case .interval(let interval): return "INTERVAL '\(interval)'"
        case .uuid: return "'\(self)'::UUID"
        case .timestamp, .instant, .date: return "\(type.castName) '\(self)'"
        }
    }
}
