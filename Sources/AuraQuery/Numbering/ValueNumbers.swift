import AuraCore
import AuraStorage

/// The distinct values of a column, each with a number: NULL has 0, the others first come, first
/// numbered.
///
/// What groups, joins, distinct counts and sets of values are made of: from here on a value is a
/// number of 32 bits.
struct ValueNumbers: Sendable {
    private enum Table: Sendable {
        case words(WordNumbers)
        case pairs(NumberTable<UInt128>)
        case texts(StringInterner)
        /// Texts as well, as long as all of them are networks.
        case networks(WordNumbers)
        case lists([Value: UInt32], [Value])
    }

    let type: ValueType
    private var table: Table
    /// Whether a row was NULL.
    private(set) var hasNull = false

    init(_ type: ValueType) {
        self.type = type
        table =
            switch type {
            case .text: .texts(StringInterner())
            case .uuid, .int128, .interval: .pairs(NumberTable())
            case .list: .lists([:], [])
            default: .words(WordNumbers())
            }
    }

    /// The number of NULL.
    static let null: UInt32 = 0
    /// That of a value which has none.
    static let unknown = UInt32.max

    /// The number behind the greatest.
    var end: Int {
        switch table {
        case .words(let table), .networks(let table): table.count + 1
        case .pairs(let table): table.count + 1
        case .texts(let texts): texts.count + 1
        case .lists(_, let values): values.count + 1
        }
    }

    /// Bytes of memory, about.
    var size: Int {
        switch table {
        case .words(let table), .networks(let table): table.size
        case .pairs(let table): table.count * 28
        case .texts(let texts): texts.count * 28 + texts.byteCount
        case .lists(_, let values): values.count * 200
        }
    }

    /// The number of each row's value; new ones are added.
    mutating func numbers(of column: Vector) -> RowNumbers {
        if column.count == 0 { return RowNumbers([]) }
        let numbers = storedNumbers(of: column)
        return column.isConstant
            ? RowNumbers(numbers[0], count: column.count) : RowNumbers(numbers)
    }

    /// Moves the table out, lest all of it be copied when it is changed.
    private mutating func take() -> Table {
        let taken = table
        table = .lists([:], [])
        return taken
    }

    private mutating func storedNumbers(of column: Vector) -> [UInt32] {
        if let valid = column.valid, valid.contains(false) { hasNull = true }
        switch take() {
        case .words(var words):
            let numbers = column.keys().map { words.numbers(of: $0, column.valid) } ?? []
            table = .words(words)
            return numbers
        case .pairs(var pairs):
            let numbers = column.wideKeys().map { pairs.numbers(of: $0, column.valid) } ?? []
            table = .pairs(pairs)
            return numbers
        case .texts(let texts): return number(column, texts)
        case .networks(var words):
            if let networks = column.networks {
                let numbers = words.numbers(of: networks, column.valid)
                table = .networks(words)
                return numbers
            }
            var texts = StringInterner()
            for word in words.keys {
                _ = TextEntries.networks([word]).withBytes(of: 0) { texts.intern($0) }
            }
            return number(column, texts)
        case .lists(var known, var values):
            var numbers: [UInt32] = []
            for row in 0..<column.storedCount {
                let value = column.value(row)
                if value.isNull {
                    numbers.append(ValueNumbers.null)
                } else if let number = known[value] {
                    numbers.append(number)
                } else {
                    values.append(value)
                    known[value] = UInt32(values.count)
                    numbers.append(UInt32(values.count))
                }
            }
            table = .lists(known, values)
            return numbers
        }
    }

    /// Numbers texts, those before among them.
    private mutating func number(_ column: Vector, _ known: consuming StringInterner) -> [UInt32] {
        if known.count == 0, let networks = column.networks {
            var words = WordNumbers()
            let numbers = words.numbers(of: networks, column.valid)
            table = .networks(words)
            return numbers
        }
        let (codes, entries) = column.texts
        var texts = known
        let numbers = TextCodes(codes, column.valid, entries).map { code in
            UInt32(entries.withBytes(of: Int(code)) { texts.intern($0) } + 1)
        }
        table = .texts(texts)
        return numbers
    }

    /// Adds the values of another.
    ///
    /// - Returns: The number here of each of the other's.
    mutating func merge(_ other: ValueNumbers) -> [UInt32] {
        let hadNull = hasNull
        let numbers = numbers(of: other.values()).stored
        hasNull = hadNull || other.hasNull
        return numbers
    }

    /// The number of each row's value, `unknown` where it has none.
    func known(of column: Vector) -> RowNumbers {
        if column.count == 0 { return RowNumbers([]) }
        let numbers: [UInt32]
        switch table {
        case .words(let table):
            numbers =
                column.keys().map { table.known($0, column.valid, unknown: ValueNumbers.unknown) }
                ?? []
        case .pairs(let table):
            numbers = column.wideKeys().map { table.known($0, column.valid) } ?? []
        case .texts(let texts):
            let (codes, entries) = column.texts
            numbers = TextCodes(codes, column.valid, entries).map { code in
                entries.withBytes(of: Int(code)) { texts.code(of: $0) }.map { UInt32($0 + 1) }
                    ?? ValueNumbers.unknown
            }
        case .networks(let words):
            if let networks = column.networks {
                numbers = words.known(networks, column.valid, unknown: ValueNumbers.unknown)
            } else {
                let (codes, entries) = column.texts
                numbers = TextCodes(codes, column.valid, entries).map { code in
                    entries.withBytes(of: Int(code)) { IPPrefix(canonical: $0) }
                        .flatMap { words.known(Int64(bitPattern: $0.rawValue)) }
                        ?? ValueNumbers.unknown
                }
            }
        case .lists(let known, _):
            numbers = (0..<column.storedCount).map { row in
                let value = column.value(row)
                return value.isNull ? ValueNumbers.null : known[value] ?? ValueNumbers.unknown
            }
        }
        return column.isConstant
            ? RowNumbers(numbers[0], count: column.count) : RowNumbers(numbers)
    }

    /// The values by number, from NULL on.
    func values() -> Vector {
        let valid = [false] + [Bool](repeating: true, count: end - 1)
        switch table {
        case .words(let table):
            switch type {
            case .bool:
                return Vector(type, .bools([false] + table.keys.mapped { $0 != 0 }), valid: valid)
            case .float64:
                return Vector(
                    type,
                    .floats([0] + table.keys.mapped { Double(bitPattern: UInt64(bitPattern: $0)) }),
                    valid: valid)
            default:
                return Vector(
                    type, .integers([0] + table.keys), valid: valid)
            }
        case .pairs(let table):
            switch type {
            case .uuid:
                let uuids = table.keys.mapped { UUIDBytes(high: $0._high, low: $0._low) }
                return Vector(
                    type, .uuids([UUIDBytes(high: 0, low: 0)] + uuids), valid: valid)
            case .interval:
                return Vector(
                    type, .intervals([Interval()] + table.keys.map(Interval.init(key:))),
                    valid: valid)
            default:
                return Vector(
                    type, .wide([0] + table.keys.mapped { Int128(bitPattern: $0) }), valid: valid)
            }
        case .texts(let texts):
            var builder = TextBuilder()
            builder.append("")
            for code in 0..<texts.count { builder.append(texts[code]) }
            return Vector(type, builder.values, valid: valid)
        case .networks(let table):
            return Vector(type, TextEntries.networks([0] + table.keys).values, valid: valid)
        case .lists(_, let values):
            var builder = VectorBuilder(type)
            builder.append(.null)
            for value in values { builder.append(value) }
            return builder.finish()
        }
    }
}

extension NumberTable<UInt128> {
    fileprivate func known(_ keys: [Key], _ valid: [Bool]?) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: keys.count)
        for row in keys.indices where valid?[row] ?? true {
            numbers[row] = known(keys[row]).map { $0 + 1 } ?? ValueNumbers.unknown
        }
        return numbers
    }
}

extension Vector {
    /// Each value as a word, equal where values are; nil for types of more than 64 bits.
    fileprivate func keys() -> [Int64]? {
        switch values {
        case .bools(let values): values.mapped { $0 ? 1 : 0 }
        case .integers(let values): values
        case .floats(let values):
            values.mapped {
                Int64(
                    bitPattern: $0 == 0 ? 0 : $0.isNaN ? Double.nan.bitPattern : $0.bitPattern)
            }
        default: nil
        }
    }

    fileprivate func wideKeys() -> [UInt128]? {
        switch values {
        case .wide(let values): values.mapped { UInt128(bitPattern: $0) }
        case .uuids(let values): values.mapped { UInt128(_low: $0.low, _high: $0.high) }
        case .intervals(let values): values.map(\.key)
        default: nil
        }
    }
}

extension Interval {
    /// The same for equal intervals.
    fileprivate var key: UInt128 { UInt128(bitPattern: comparable) }

    /// One of all that are equal: whole months and days first.
    fileprivate init(key: UInt128) {
        let whole = Int128(bitPattern: key)
        let (days, rest) = whole.quotientAndRemainder(dividingBy: Int128(Interval.dayMicroseconds))
        self.init(
            months: Int64(truncatingIfNeeded: days / 30),
            days: Int64(truncatingIfNeeded: days % 30),
            microseconds: Int64(truncatingIfNeeded: rest))
    }
}
