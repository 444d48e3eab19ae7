import AuraCore

@testable import AuraImport

/// A member that the scanner found: its path and what it holds.
struct JSONMember: Hashable {
    let path: String
    let kind: Row.Kind
    /// Of a string its bytes, of an array its JSON, of a number its digits; else empty.
    var text: [UInt8] = []
    /// An integer, the bits of a float, 0 or 1 for a bool; else 0.
    var bits: Int64 = 0
}

extension JSONScanner {
    /// The members of a line, in order, those left out that later ones took the place of.
    mutating func members(of line: [UInt8]) throws(JSONError) -> [JSONMember] {
        try scan(line.rawSpan, size: line.count)
        var members: [JSONMember] = []
        for index in 0..<row.values.count {
            let value = row.values[index]
            if value.kind == .removed { continue }
            let texts = RowTexts(
                input: line.rawSpan, decoded: row.decoded.rawSpan, constants: RawSpan())
            var member = JSONMember(path: keys.columns.names[Int(value.key)], kind: value.kind)
            switch value.kind {
            case .text, .json, .wideInteger: member.text = texts[value].array
            case .bool, .int64, .float64: member.bits = value.bits
            case .removed: break
            }
            members.append(member)
        }
        return members
    }
}
