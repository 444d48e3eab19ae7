import AuraCore
import AuraStorage

/// Events of one source as the columns of a scan.
struct ScannedRows {
    private let source: any RowSource
    private let fields: [Scan.Field]
    private let types: [ValueType]

    init(_ source: any RowSource, _ fields: [Scan.Field], _ types: [ValueType]) {
        self.source = source
        self.fields = fields
        self.types = types
    }

    var count: Int { source.rowCount }
    var columnCount: Int { fields.count }

    /// The rows at some places, ascending, each once; nil where it is no faster to read them alone.
    func rows(at places: [UInt32]) -> ScannedRows? {
        source.rows(at: places).map { ScannedRows($0, fields, types) }
    }

    /// The values of a column.
    func column(_ index: Int) throws(QueryFailure) -> Vector {
        do throws(StorageError) {
            switch fields[index] {
            case .time: return Vector(.instant, .integers(try source.times()))
            case .sequence: return Vector(.int64, .integers(try source.sequences()))
            case .type:
                if source.typeNames.count == 1 {
                    return Vector(.text(source.typeNames[0]), .text, count: count)
                }
                var names = TextBuilder()
                for name in source.typeNames { names.append(name) }
                return Vector(.text, .texts(try source.typeCodes(), names.table))
            case .weight: return Vector(.int64(1), .int64, count: count)
            case .attribute(let name):
                return attribute(try source.columns(named: name), types[index])
            }
        } catch { throw .storage(error) }
    }

    /// The values of an attribute, which may have several types.
    private func attribute(_ columns: [ColumnData], _ type: ValueType) -> Vector {
        let columns = columns.filter { $0.count > 0 }
        guard let first = columns.first else { return Vector(.null, type, count: count) }
        if columns.count == 1 {
            return first.vector(as: type).spread(to: first.rows, count: count)
        }
        // Behind all values stands the one that rows without any have.
        var parts = columns.map { $0.vector(as: type) }
        let end = UInt32(parts.reduce(0) { $0 + $1.count })
        parts.append(Vector(.null, type, count: 1))
        var places = [UInt32](repeating: end, count: count)
        var place: UInt32 = 0
        for column in columns {
            for index in 0..<column.count {
                places[column.row(index)] = place
                place += 1
            }
        }
        return Vector.joined(parts, type).rows(places)
    }
}

extension ColumnData {
    /// The values, without the rows that have none, as those of a type that fits.
    fileprivate func vector(as wanted: ValueType) -> Vector {
        switch (values, type, wanted) {
        case (.texts(let codes, let table), _, .text):
            return Vector(.text, .texts(codes, .table(table)))
        case (.uuids(let uuids), _, .text): return Vector(.text, TextEntries.uuids(uuids).values)
        case (.uuids(let uuids), _, .uuid): return Vector(.uuid, .uuids(uuids))
        case (.integers(let integers), .int64, .int64),
            (.integers(let integers), .timestamp, .instant):
            return Vector(wanted, .integers(integers))
        case (.integers(let integers), .int64, .float64):
            return Vector(.float64, .floats(integers.mapped { Double($0) }))
        case (.integers(let integers), .float64, .float64):
            return Vector(
                .float64, .floats(integers.mapped { Double(bitPattern: UInt64(bitPattern: $0)) }))
        case (.integers(let integers), .bool, .bool):
            return Vector(.bool, .bools(integers.mapped { $0 != 0 }))
        case (.integers(let integers), _, .text): return texts(integers)
        default:
            // Of another event type in the same place, whose rows are not wanted.
            return Vector(.null, wanted, count: count).expanded
        }
    }

    /// The values as CAST to VARCHAR writes them, each different one once.
    private func texts(_ integers: [Int64]) -> Vector {
        var known = WordNumbers()
        let numbers = known.numbers(of: integers, nil)
        if type == .ipPrefix {
            return Vector(.text, .texts(numbers.mapped { $0 &- 1 }, .networks(known.keys)))
        }
        var texts = TextBuilder()
        var seen: UInt32 = 0
        for (index, number) in numbers.enumerated() where number > seen {
            texts.append(text(index))
            seen = number
        }
        return Vector(.text, .texts(numbers.mapped { $0 &- 1 }, texts.table))
    }

    /// A value as CAST to VARCHAR writes it.
    private func text(_ index: Int) -> String {
        switch value(index) {
        case .bool(let value): String(value)
        case .int64(let value): String(value)
        case .float64(let value): Value.float64(value).description
        case .string(let value): value
        case .timestamp(let value): Value.instant(value.microseconds).description
        case .uuid(let value): value.description
        case .ipPrefix(let value): value.description
        }
    }
}

extension Vector {
    /// The values at the rows that they belong to, NULL at all others.
    ///
    /// - Parameter rows: Ascending; nil if every row has a value.
    fileprivate func spread(to rows: [UInt32]?, count: Int) -> Vector {
        guard let rows else { return self }
        func spread<Element>(_ values: [Element], _ empty: Element) -> [Element] {
            var all = [Element](repeating: empty, count: count)
            var target = all.mutableSpan
            let (values, rows) = (values.span, rows.span)
            for index in rows.indices { target[Int(rows[index])] = values[index] }
            return all
        }
        let valid = spread([Bool](repeating: true, count: rows.count), false)
        let values: Values =
            switch self.values {
            case .bools(let values): .bools(spread(values, false))
            case .integers(let values): .integers(spread(values, 0))
            case .wide(let values): .wide(spread(values, 0))
            case .floats(let values): .floats(spread(values, 0))
            case .texts(let codes, let table): .texts(spread(codes, 0), table)
            case .uuids(let values): .uuids(spread(values, UUIDBytes(high: 0, low: 0)))
            case .intervals(let values): .intervals(spread(values, Interval()))
            case .lists(let values): .lists(spread(values, []))
            }
        return Vector(type, values, valid: valid)
    }
}
