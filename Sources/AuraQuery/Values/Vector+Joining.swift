import AuraCore
import AuraStorage

extension Vector {
    /// The rows of several vectors of a type, one after another.
    static func joined(_ parts: [Vector], _ type: ValueType) -> Vector {
        if parts.count == 1 { return parts[0] }
        let parts = parts.map(\.expanded)
        var valid: [Bool]?
        if parts.contains(where: { $0.valid != nil }) {
            valid = parts.flatMap { $0.valid ?? Array(repeating: true, count: $0.count) }
        }
        let values: Values
        switch VectorBuilder(type).finish().values {
        case .bools: values = .bools(parts.flatMap(\.bools))
        case .integers: values = .integers(parts.flatMap(\.integers))
        case .wide: values = .wide(parts.flatMap(\.wide))
        case .floats: values = .floats(parts.flatMap(\.floats))
        case .texts: values = joinedTexts(parts)
        case .uuids:
            values = .uuids(
                parts.flatMap { part in
                    if case .uuids(let uuids) = part.values { uuids } else { [UUIDBytes]() }
                })
        case .intervals, .lists:
            var builder = VectorBuilder(type)
            for part in parts { for row in 0..<part.count { builder.append(part.value(row)) } }
            values = builder.finish().values
        }
        return Vector(type, values, valid: valid)
    }

    /// The texts of all with one code for each that occurs.
    private static func joinedTexts(_ parts: [Vector]) -> Values {
        let networks = parts.compactMap(\.networks)
        if networks.count == parts.count, networks.contains(where: { !$0.isEmpty }) {
            return TextEntries.networks(networks.flatMap { $0 }).values
        }
        var texts = StringInterner()
        var codes: [UInt32] = []
        for part in parts {
            let (partCodes, table) = part.texts
            let numbers = TextCodes(partCodes, part.valid, table).map { code in
                UInt32(table.withBytes(of: Int(code)) { texts.intern($0) } + 1)
            }
            codes += numbers.mapped { $0 == 0 ? 0 : $0 - 1 }
        }
        var builder = TextBuilder()
        for code in 0..<texts.count { builder.append(texts[code]) }
        // A table that NULLs can point into, too.
        if texts.count == 0 { builder.append("") }
        return .texts(codes, builder.table)
    }
}
