import AuraCore
import AuraStorage

extension Vector {
    /// The rows of several vectors of a type, one after another.
    static func joined(_ parts: [Vector], _ type: ValueType) -> Vector {
        if parts.count == 1 { return parts[0] }
        let parts = parts.map(\.expanded)
        var valid: [Bool]?
        if parts.contains(where: { $0.valid != nil }) {
            valid = all(parts) { $0.valid ?? Array(repeating: true, count: $0.count) }
        }
        let values: Values
        switch VectorBuilder(type).finish().values {
        case .bools: values = .bools(all(parts, \.bools))
        case .integers: values = .integers(all(parts, \.integers))
        case .wide: values = .wide(all(parts, \.wide))
        case .floats: values = .floats(all(parts, \.floats))
        case .texts: values = joinedTexts(parts)
        case .uuids: values = .uuids(all(parts, \.uuids))
        case .intervals: values = .intervals(all(parts, \.intervals))
        case .lists: values = .lists(all(parts, \.lists))
        }
        return Vector(type, values, valid: valid)
    }

    /// The values of all parts.
    private static func all<Element>(
        _ parts: [Vector], _ values: (Vector) -> [Element]
    ) -> [Element] {
        var all: [Element] = []
        all.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts { all += values(part) }
        return all
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
