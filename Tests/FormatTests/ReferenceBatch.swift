import AuraCore
import AuraTesting

/// Writes batches from `Formats/batch.md` alone.
///
/// It is slow and plain, and shares nothing with the encoder that it checks. It takes any events, also
/// those of which no valid batch can be made.
struct ReferenceBatch {
    /// What the document leaves to the writer.
    enum Style {
        /// As the product writes: the narrowest encoding, no bits that say nothing.
        case asAura
        /// That encoding wherever it is allowed; type sets and presence bits always.
        case preferring(ValueEncoding)
        /// Any of what is allowed.
        case drawn(SeededRandom)
    }

    private struct ColumnKey: Hashable {
        let name: [UInt8]
        let type: AttributeType
    }

    private let events: [Event]
    private var style: Style
    private let strings: [[UInt8]]
    private let codes: [[UInt8]: Int]
    private let types: [[UInt8]]
    private let columns: [ColumnKey]
    private var values: [ColumnKey: [(row: Int, value: AttributeValue)]] = [:]

    private init(_ events: [Event], style: Style, unused: [String]) {
        self.events = events
        self.style = style
        var all = Set(unused.map { Array($0.utf8) })
        for (row, event) in events.enumerated() {
            all.insert(Array(event.type.utf8))
            let id = event.id.map { [Attribute(ReservedName.id, $0.value)] } ?? []
            for attribute in id + event.attributes {
                let name = Array(attribute.name.utf8)
                all.insert(name)
                if case .string(let text) = attribute.value { all.insert(Array(text.utf8)) }
                values[ColumnKey(name: name, type: attribute.value.type), default: []]
                    .append((row, attribute.value))
            }
        }
        strings = all.sorted { $0.lexicographicallyPrecedes($1) }
        codes = Dictionary(uniqueKeysWithValues: strings.enumerated().map { ($1, $0) })
        types = Set(events.map { Array($0.type.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
        columns = values.keys.sorted { left, right in
            left.name == right.name
                ? left.type.rawValue < right.type.rawValue
                : left.name.lexicographicallyPrecedes(right.name)
        }
    }

    /// The batch of these events, which must not be none; `unused` are strings that it holds and
    /// nothing refers to.
    static func write(
        _ events: [Event], style: Style = .asAura, unused: [String] = []
    ) -> AnnotatedBytes {
        var writer = ReferenceBatch(events, style: style, unused: unused)
        return writer.write()
    }

    private func code(_ name: [UInt8]) -> Int { codes[name] ?? -1 }

    private func typeCode(_ row: Int) -> Int {
        types.firstIndex(of: Array(events[row].type.utf8)) ?? -1
    }

    // MARK: The parts

    private mutating func write() -> AnnotatedBytes {
        let typeCodes = events.indices.map(typeCode)
        let (dictionary, table) = (dictionaryPart(), typePart(typeCodes))
        let (codePart, times) = (typeCodePart(typeCodes), timePart())
        var offset = 64 + dictionary.count + table.count + columns.count * 32 + codePart.count
        offset += times.bytes.count
        var directory = AnnotatedBytes()
        var data = AnnotatedBytes()
        for index in columns.indices {
            let column = columnPart(index, typeCodes, at: offset)
            directory.append(column.entry)
            data.append(column.data)
            offset += column.data.count
        }
        var batch = AnnotatedBytes()
        batch.append("magic", "ABT1", bytes: Array("ABT1".utf8))
        batch.append("size", "\(offset)", UInt32(offset))
        batch.append("rows", "\(events.count)", UInt32(events.count))
        batch.append("types", "\(types.count)", UInt16(types.count))
        batch.append("columns", "\(columns.count)", UInt16(columns.count))
        batch.append("strings", "\(strings.count)", UInt32(strings.count))
        let size = strings.reduce(0) { $0 + $1.count }
        batch.append("dictionary bytes", "\(size)", UInt32(size))
        let (earliest, latest) = (times.values.min() ?? 0, times.values.max() ?? 0)
        batch.append("earliest time", "\(earliest)", earliest)
        batch.append("latest time", "\(latest)", latest)
        batch.append("type code width", "\(width)", UInt8(width))
        batch.append("time encoding", "\(times.encoding)", times.encoding.rawValue)
        batch.append("reserved at 42", bytes: [UInt8](repeating: 0, count: 6))
        batch.append("time base", "\(times.base)", times.base)
        batch.append("reserved at 56", UInt64(0))
        for part in [dictionary, table, directory, codePart, times.bytes, data] {
            batch.append(part)
        }
        return batch
    }

    private func dictionaryPart() -> AnnotatedBytes {
        var part = AnnotatedBytes()
        var end = 0
        part.append("string offset 0", UInt32(end))
        for (code, string) in strings.enumerated() {
            end += string.count
            part.append("string offset \(code + 1)", "\(end)", UInt32(end))
        }
        part.pad(after: "string offsets")
        for (code, string) in strings.enumerated() {
            let text = String(decoding: string, as: UTF8.self)
            let shown = String(text.unicodeScalars.prefix(40)).debugDescription
            part.append("string \(code)", shown, bytes: string)
        }
        part.pad(after: "strings")
        return part
    }

    private func typePart(_ typeCodes: [Int]) -> AnnotatedBytes {
        var part = AnnotatedBytes()
        for (index, name) in types.enumerated() {
            part.append("type \(index) name", "string \(code(name))", UInt32(code(name)))
            let rows = typeCodes.count { $0 == index }
            part.append("type \(index) rows", "\(rows)", UInt32(rows))
        }
        return part
    }

    private var width: Int { types.count == 1 ? 0 : types.count <= 256 ? 1 : 2 }

    private func typeCodePart(_ typeCodes: [Int]) -> AnnotatedBytes {
        var part = AnnotatedBytes()
        guard width > 0 else { return part }
        let codes = typeCodes.flatMap { AnnotatedBytes.little(UInt16($0)).prefix(width) }
        part.append("type codes", "of each row", bytes: codes)
        part.pad(after: "type codes")
        return part
    }

    private mutating func timePart() -> (
        bytes: AnnotatedBytes, values: [Int64], encoding: ValueEncoding, base: Int64
    ) {
        let values = events.map(\.time.microseconds)
        let (encoding, base) = choose(for: .timestamp, integers: values)
        var part = AnnotatedBytes()
        part.append("times", bytes: encode(values, encoding, base))
        part.pad(after: "times")
        return (part, values, encoding, base)
    }

    private mutating func columnPart(
        _ index: Int, _ typeCodes: [Int], at offset: Int
    ) -> (entry: AnnotatedBytes, data: AnnotatedBytes) {
        let column = columns[index]
        let values = values[column] ?? []
        let name = "column \(index)"
        var data = AnnotatedBytes()
        let typeSet = typeSet(Set(values.map { typeCodes[$0.row] }))
        var flags: UInt8 = 0
        if typeSet.count < types.count || isExplicit() {
            flags |= 1
            data.append("\(name) type set", bytes: bits(types.indices.map(typeSet.contains)))
            data.pad(after: "\(name) type set")
        }
        let rows = typeCodes.indices.filter { typeSet.contains(typeCodes[$0]) }
        if values.count < rows.count || isExplicit() {
            flags |= 2
            let present = Set(values.map(\.row))
            data.append("\(name) presence", bytes: bits(rows.map(present.contains)))
            data.pad(after: "\(name) presence")
        }
        let (encoding, base, bytes) = encode(values.map(\.value), as: column.type)
        data.append("\(name) data", bytes: bytes)
        data.pad(after: "\(name) data")

        var entry = AnnotatedBytes()
        entry.append("\(name) name", "string \(code(column.name))", UInt32(code(column.name)))
        entry.append("\(name) type", column.type.name, column.type.rawValue)
        entry.append("\(name) encoding", "\(encoding)", encoding.rawValue)
        entry.append("\(name) flags", flags)
        entry.append("\(name) reserved", UInt8(0))
        entry.append("\(name) offset", "\(offset)", UInt32(offset))
        entry.append("\(name) size", "\(data.count)", UInt32(data.count))
        entry.append("\(name) rows", "\(rows.count)", UInt32(rows.count))
        entry.append("\(name) values", "\(values.count)", UInt32(values.count))
        entry.append("\(name) base", "\(base)", base)
        return (entry, data)
    }

    private func bits(_ bits: [Bool]) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            (start..<min(start + 8, bits.count)).reduce(0) { byte, index in
                bits[index] ? byte | 1 << UInt8(index - start) : byte
            }
        }
    }

    // MARK: Values

    private mutating func encode(
        _ values: [AttributeValue], as type: AttributeType
    ) -> (ValueEncoding, base: Int64, bytes: [UInt8]) {
        switch type {
        case .bool:
            let flags = values.map { $0 == .bool(true) }
            let encoding = choose(.bool, isConstant: Set(flags).count == 1)
            return (encoding, 0, bits(encoding == .constant ? [flags[0]] : flags))
        case .float64, .uuid:
            let parts = values.map { value in
                switch value {
                case .float64(let float): AnnotatedBytes.little(float.bitPattern)
                case .uuid(let uuid):
                    AnnotatedBytes.little(uuid.high) + AnnotatedBytes.little(uuid.low)
                default: [UInt8]()
                }
            }
            let encoding = choose(type, isConstant: Set(parts).count == 1)
            return (encoding, 0, encoding == .constant ? parts[0] : parts.flatMap { $0 })
        case .int64, .timestamp, .ipPrefix, .string:
            let integers = values.map { value in
                switch value {
                case .int64(let integer): integer
                case .timestamp(let time): time.microseconds
                case .ipPrefix(let prefix): Int64(bitPattern: prefix.rawValue)
                case .string(let text): Int64(code(Array(text.utf8)))
                default: Int64(0)
                }
            }
            let (encoding, base) = choose(for: type, integers: integers)
            let bytes = encode(integers, encoding, base)
            // A constant string is a code of four bytes.
            let isCode = type == .string && encoding == .constant
            return (encoding, base, isCode ? Array(bytes[..<4]) : bytes)
        }
    }

    private func encode(_ values: [Int64], _ encoding: ValueEncoding, _ base: Int64) -> [UInt8] {
        switch encoding {
        case .plain: values.flatMap(AnnotatedBytes.little)
        case .one: values.flatMap { AnnotatedBytes.little($0 &- base).prefix(1) }
        case .two: values.flatMap { AnnotatedBytes.little($0 &- base).prefix(2) }
        case .four: values.flatMap { AnnotatedBytes.little($0 &- base).prefix(4) }
        case .constant: AnnotatedBytes.little(values[0])
        }
    }

    // MARK: Choices

    private mutating func isExplicit() -> Bool {
        guard case .drawn(var random) = style else {
            if case .preferring = style { return true }
            return false
        }
        defer { style = .drawn(random) }
        return random.chance(50)
    }

    /// The types that a column says it belongs to: those of its values, at the writer's choice more.
    private mutating func typeSet(_ needed: Set<Int>) -> Set<Int> {
        guard case .drawn(var random) = style else { return needed }
        defer { style = .drawn(random) }
        let more = random.chance(50) ? 0 : 30
        return needed.union(types.indices.filter { _ in random.chance(more) })
    }

    /// One of the allowed encodings, of which Aura's comes first.
    private mutating func choose(_ allowed: [ValueEncoding]) -> ValueEncoding {
        switch style {
        case .asAura: return allowed[0]
        case .preferring(let encoding): return allowed.contains(encoding) ? encoding : allowed[0]
        case .drawn(var random):
            defer { style = .drawn(random) }
            return random.element(of: allowed)
        }
    }

    private mutating func choose(_ type: AttributeType, isConstant: Bool) -> ValueEncoding {
        choose(isConstant ? [.constant, .plain] : [.plain])
    }

    private mutating func choose(
        for type: AttributeType, integers: [Int64]
    ) -> (ValueEncoding, base: Int64) {
        let (low, high) = (integers.min() ?? 0, integers.max() ?? 0)
        let range = type == .string ? UInt64(high) : UInt64(bitPattern: high &- low)
        var allowed: [ValueEncoding] = low == high ? [.constant] : []
        if range < 1 << 8 { allowed.append(.one) }
        if range < 1 << 16 { allowed.append(.two) }
        if range < 1 << 32 { allowed.append(.four) }
        if type != .string { allowed.append(.plain) }
        let encoding = choose(allowed)
        guard type != .string, let bits = [.one: 8, .two: 16, .four: 32][encoding] else {
            return (encoding, 0)
        }
        // Any base does from which all values are within reach.
        let room = min(UInt64(1) << UInt64(bits) - 1 - range, UInt64(bitPattern: low &- .min))
        switch style {
        case .asAura: return (encoding, low)
        case .preferring: return (encoding, low - Int64(min(5, room)))
        case .drawn(var random):
            defer { style = .drawn(random) }
            return (encoding, low - Int64(random.below(Int(room) + 1)))
        }
    }
}
