import AuraCore

/// Turns values into those of another type.
struct Casting: Hashable, Sendable {
    /// What the clocks of the session's zone show.
    let zone: TimeZoneRules

    /// Whether values of a type can be cast to another at all.
    static func isPossible(_ from: ValueType, _ to: ValueType) -> Bool {
        if from == to { return true }
        switch (from, to) {
        case (.null, _), (_, .text): return true
        case (.text, let type):
            if case .list = type { return false }
            return true
        case (.bool, let type): return type.isNumber
        case (.int64, let type), (.int128, let type), (.float64, let type):
            return type.isNumber || type == .bool
        case (.date, .timestamp), (.date, .instant), (.timestamp, .date), (.timestamp, .instant),
            (.instant, .date), (.instant, .timestamp):
            return true
        case (.list(let from), .list(let to)): return isPossible(from, to)
        default: return false
        }
    }

    /// A column as one of another type.
    ///
    /// - Parameter isTried: What cannot be cast is NULL then.
    func cast(
        _ column: Vector, to type: ValueType, isTried: Bool = false
    ) throws(ComputationError)
        -> Vector
    {
        if column.type == type { return column }
        let from = column.type
        if let result = plain(column, to: type) { return result }
        return try ScalarFunction.Kernel.values { values throws(ComputationError) in
            // What cannot be cast is NULL: that is what TRY_CAST asks for.
            if isTried { return (try? value(values[0], from, to: type)) ?? .null }
            return try value(values[0], from, to: type)
        }.evaluate([column], type, count: column.count)
    }

    /// The casts that nothing can be wrong with, of whole columns.
    private func plain(_ column: Vector, to type: ValueType) -> Vector? {
        let values: Vector.Values
        switch (column.values, type) {
        case (.integers(let integers), .float64) where column.type == .int64:
            values = .floats(integers.mapped { Double($0) })
        case (.integers(let integers), .int128) where column.type == .int64:
            values = .wide(integers.mapped { Int128($0) })
        case (.wide(let wide), .float64): values = .floats(wide.mapped { Double($0) })
        case (.integers, .instant) where column.type == .timestamp && zone.fixedOffset == 0,
            (.integers, .timestamp) where column.type == .instant && zone.fixedOffset == 0:
            return column.retyped(type)
        case (.integers(let times), .date)
        where column.type == .timestamp || column.type == .instant && zone.fixedOffset == 0:
            values = .integers(times.mapped { $0.flooredQuotient(Interval.dayMicroseconds) })
        case (.uuids(let uuids), .text): values = TextEntries.uuids(uuids).values
        default: return nil
        }
        let result = Vector(type, values, valid: column.valid)
        return column.isConstant ? result.repeated(column.count) : result
    }

    /// One value, which is not NULL.
    func value(
        _ value: Value, _ from: ValueType, to type: ValueType
    ) throws(ComputationError) -> Value {
        let result: Value? =
            switch type {
            case .null: .null
            case .bool: bool(value)
            case .int64: wide(value).flatMap { Int64(exactly: $0) }.map { .int64($0) }
            case .int128: wide(value).map { .int128($0) }
            case .float64: float(value).map { .float64($0) }
            case .text: .text(text(value))
            case .timestamp, .instant, .date: time(value, to: type)
            case .interval:
                if case .text(let text) = value {
                    Interval(text: text).map { .interval($0) }
                } else {
                    nil
                }
            case .uuid:
                if case .text(let text) = value { uuid(text).map { .uuid($0) } } else { nil }
            case .list(let item): try list(value, from, of: item)
            }
        guard let result else {
            let words =
                if case .text(let text) = value {
                    "'\(text)' cannot be read as \(type.name)"
                } else {
                    "\(value) is no \(type.name)"
                }
            throw ComputationError(
                words, hint: "TRY_CAST gives NULL for what cannot be cast")
        }
        return result
    }

    private func bool(_ value: Value) -> Value? {
        switch value {
        case .int64, .int128: return .bool(value.integer != 0)
        case .float64(let value): return .bool(value != 0)
        case .text(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "1": return .bool(true)
            case "false", "f", "no", "n", "0": return .bool(false)
            default: return nil
            }
        default: return nil
        }
    }

    /// Whole numbers: of floats the nearest, and of two as near the even one; of digits in a text the
    /// one farther from zero.
    private func wide(_ value: Value) -> Int128? {
        switch value {
        case .bool(let value): return value ? 1 : 0
        case .int64, .int128: return value.integer
        case .float64(let value): return Int128(exactly: value.rounded(.toNearestOrEven))
        case .text(let text):
            let digits = NumberText.trimmed(text)
            if let whole = NumberText.whole(digits) { return whole }
            return NumberText.float(digits).flatMap {
                Int128(exactly: $0.rounded(.toNearestOrAwayFromZero))
            }
        default: return nil
        }
    }

    private func float(_ value: Value) -> Double? {
        switch value {
        case .bool(let value): value ? 1 : 0
        case .text(let text): NumberText.float(NumberText.trimmed(text))
        default: value.double
        }
    }

    /// The text of a value, times in the session's zone.
    func text(_ value: Value) -> String {
        switch value {
        case .instant(let time):
            let offset = zone.offset(at: Timestamp(microseconds: time))
            let local = time.addedExactly(Int64(offset) * 1_000_000) ?? time
            return Value.text(ofTimestamp: local) + Casting.text(ofOffset: offset)
        case .list(let items): return "[" + items.map(text).joined(separator: ", ") + "]"
        default: return value.description
        }
    }

    /// `+02`, `-03:30`.
    private static func text(ofOffset seconds: Int) -> String {
        let minutes = Int(seconds.magnitude) / 60
        var text = (seconds < 0 ? "-" : "+") + Value.padded(minutes / 60, 2)
        if minutes % 60 != 0 { text += ":" + Value.padded(minutes % 60, 2) }
        return text
    }

    private func time(_ value: Value, to type: ValueType) -> Value? {
        switch (value, type) {
        case (.date(let days), .date): return .date(days)
        case (.timestamp(let time), .date):
            return .date(time.flooredQuotient(Interval.dayMicroseconds))
        case (.instant(let time), .date):
            return .date(local(time).flooredQuotient(Interval.dayMicroseconds))
        case (.date(let days), .timestamp):
            return days.multipliedExactly(by: Interval.dayMicroseconds).map { .timestamp($0) }
        case (.date(let days), .instant):
            return days.multipliedExactly(by: Interval.dayMicroseconds).map {
                .instant(instant($0))
            }
        case (.instant(let time), .timestamp): return .timestamp(local(time))
        case (.timestamp(let time), .instant): return .instant(instant(time))
        case (.text(let text), .date): return TimeText.date(text).map { .date($0) }
        case (.text(let text), .timestamp): return TimeText.timestamp(text).map { .timestamp($0) }
        case (.text(let text), .instant):
            return TimeText.instant(text, local: instant).map { .instant($0) }
        default: return nil
        }
    }

    /// What clocks show at an instant.
    func local(_ time: Int64) -> Int64 {
        time &+ Int64(zone.offset(at: Timestamp(microseconds: time))) &* 1_000_000
    }

    /// The instant at which clocks show a time.
    func instant(_ local: Int64) -> Int64 {
        if let offset = zone.fixedOffset { return local &- Int64(offset) &* 1_000_000 }
        guard Timestamp(microseconds: local).isRepresentable else { return local }
        return zone.instant(showing: Timestamp(microseconds: local)).microseconds
    }

    private func uuid(_ text: String) -> UUIDBytes? {
        var digits = text.lowercased()
        if digits.hasPrefix("{"), digits.hasSuffix("}") {
            digits = String(digits.dropFirst().dropLast())
        }
        if let uuid = UUIDBytes(canonical: digits) { return uuid }
        guard digits.utf8.count == 32, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "-") }) else {
            return nil
        }
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return UUIDBytes(canonical: parts.joined(separator: "-"))
    }

    private func list(
        _ value: Value, _ from: ValueType, of item: ValueType
    ) throws(ComputationError) -> Value? {
        guard case .list(let items) = value, case .list(let fromItem) = from else { return nil }
        var cast: [Value] = []
        for value in items {
            cast.append(value.isNull ? .null : try self.value(value, fromItem, to: item))
        }
        return .list(cast)
    }
}

/// Numbers as texts write them.
enum NumberText {
    static func trimmed(_ text: String) -> Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 9 && byte <= 13 }
        var rest = text.utf8[...]
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return Substring(rest)
    }

    /// Decimal or `0x` digits with a sign and single `_` between digits.
    static func whole(_ text: Substring) -> Int128? {
        let plain = text.utf8.contains(UInt8(ascii: "_")) ? withoutUnderscores(text) : String(text)
        guard let plain else { return nil }
        if plain.hasPrefix("0x") || plain.hasPrefix("0X") {
            return Int128(plain.dropFirst(2), radix: 16)
        }
        return Int128(plain)
    }

    private static func withoutUnderscores(_ text: Substring) -> String? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        func isDigits(_ part: Substring) -> Bool {
            !part.isEmpty && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        }
        guard let first = parts.first, isDigits(first.drop { $0 == "-" || $0 == "+" }),
            parts.dropFirst().allSatisfy(isDigits)
        else { return nil }
        return parts.joined()
    }

    /// Digits with a point, an exponent or both; `inf`, `infinity`, `nan` in any case.
    static func float(_ text: Substring) -> Double? {
        guard let first = text.utf8.first else { return nil }
        let unsigned = text.drop { $0 == "-" || $0 == "+" }
        switch unsigned.lowercased() {
        case "inf", "infinity": return first == UInt8(ascii: "-") ? -.infinity : .infinity
        case "nan": return .nan
        default: break
        }
        let allowed = "0123456789.eE+-".utf8
        guard text.utf8.allSatisfy(allowed.contains) else { return nil }
        return Double(text)
    }
}
