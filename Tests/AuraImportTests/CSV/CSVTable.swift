import AuraCore
import AuraTesting

@testable import AuraImport

/// A table of texts, and a text that writes it.
struct CSVTable: Codable {
    var rows: [[String]]
    var text: String
    let delimiter: String

    /// A random table: fields with delimiters, quotes, line ends and accents, quoted where they must
    /// be and sometimes where not.
    init(_ random: inout SeededRandom) {
        delimiter = random.element(of: [",", ";", "\t", "|"])
        rows = []
        text = ""
        let columnCount = 1 + random.below(6)
        let lineEnd = random.element(of: ["\n", "\r\n"])
        let rowCount = random.below(20)
        for index in 0..<rowCount {
            let fields = (0..<columnCount).map { _ in CSVTable.field(delimiter, &random) }
            rows.append(fields)
            if random.chance(5) { text += lineEnd }
            text += fields.map { written($0, isAlone: columnCount == 1, &random) }
                .joined(separator: delimiter)
            if index < rowCount - 1 || random.chance(50) { text += lineEnd }
        }
    }

    private static func field(_ delimiter: String, _ random: inout SeededRandom) -> String {
        let pieces = [
            delimiter, "\"", "\n", "\r\n", "\r", " ", "a", "value", "é", "\u{1F600}", "12", ",",
            ";", "\u{0}", "'", "\\", "\u{2028}",
        ]
        return (0..<random.element(of: [0, 1, 1, 2, 3, 9])).map { _ in random.element(of: pieces) }
            .joined()
    }

    private func written(
        _ field: String, isAlone: Bool, _ random: inout SeededRandom
    ) -> String {
        let isSpecial = field.utf8.contains {
            $0 == 0x0A || $0 == 0x0D || delimiter.utf8.contains($0)
        }
        let isMissing = field.isEmpty && isAlone
        guard isSpecial || isMissing || field.utf8.first == 0x22 || random.chance(20) else {
            return field
        }
        var quoted = "\""
        for scalar in field.unicodeScalars {
            quoted.unicodeScalars.append(scalar)
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "\""
    }
}

/// What the reader makes of a text, up to the first record that is wrong.
struct CSVRecords: Codable, Hashable {
    var rows: [[String]] = []
    var isBroken = false

    init(_ bytes: [UInt8], delimiter: String) {
        var reader = CSVReader(delimiter: delimiter.utf8.first ?? 0, columnCount: nil)
        var place = 0
        while place < bytes.count {
            let rest = bytes.rawSpan.slice(place, bytes.count - place)
            switch reader.read(rest, isWhole: true) {
            case .unfinished:
                isBroken = true
                return
            case .blank(let size): place += size
            case .record(let size, let error):
                isBroken = error != nil
                if isBroken { return }
                place += size
                let texts = RowTexts(
                    input: rest, decoded: reader.row.decoded.rawSpan, constants: RawSpan())
                var fields = [String](repeating: "", count: reader.fieldCount)
                for index in 0..<reader.row.values.count {
                    let value = reader.row.values[index]
                    fields[Int(value.key)] = texts[value].text
                }
                rows.append(fields)
            }
        }
    }
}
