import AuraCore

/// Reads one record after another of a CSV file (RFC 4180) into a `Row`.
///
/// Lines end with LF or CR LF. A field in quotes may hold delimiters, line ends and doubled quotes;
/// a quote inside a field without quotes is text. An empty field is no value.
struct CSVReader: ~Copyable {
    /// What begins at a place of the input.
    enum Record {
        /// Its end is not in sight.
        case unfinished
        /// A line without anything, of that many bytes.
        case blank(size: Int)
        /// A record of that many bytes, its line end included.
        case record(size: Int, error: String?)
    }

    private let delimiter: UInt8
    /// What the record should have; nil for a header.
    private let columnCount: Int?
    private(set) var row = Row()
    /// Fields of the record, empty ones included.
    private(set) var fieldCount = 0

    init(delimiter: UInt8, columnCount: Int?) {
        self.delimiter = delimiter
        self.columnCount = columnCount
    }

    /// Reads the record at the start of the input.
    ///
    /// - Parameter isWhole: Whether the input ends where these bytes end.
    mutating func read(_ input: RawSpan, isWhole: Bool) -> Record {
        row.removeAll()
        var place = 0
        var column = 0
        var error: String?
        while true {
            let start = place
            let isQuoted = input.byte(start) == UInt8(ascii: "\"")
            if isQuoted {
                guard let end = quoted(input, start, column) else {
                    if !isWhole { return .unfinished }
                    // Everything to the end would be one field; only this line is given up.
                    let size = CSVReader.find(
                        input, from: 0, UInt8(ascii: "\n"), UInt8(ascii: "\n"))
                    return .record(
                        size: min(size + 1, input.byteCount), error: CSVReader.unclosed)
                }
                place = end
            }
            let textEnd = place
            place = fieldEnd(input, from: place)
            if place == input.byteCount, !isWhole { return .unfinished }
            let isLast = place == input.byteCount || input.byte(place) != delimiter
            // The CR of a line end, of which a file that was cut may lack the other half.
            let hasReturn =
                isLast && place > textEnd && input.byte(place - 1) == UInt8(ascii: "\r")
            let end = hasReturn ? place - 1 : place
            if isQuoted {
                if end > textEnd, error == nil {
                    error = "field \(column + 1) goes on after its closing quote"
                }
            } else if end > start {
                row.values.append(.init(.text, key: Int32(column), from: start, to: end))
            }
            column += 1
            guard isLast else {
                place += 1
                continue
            }
            fieldCount = column
            let size = min(place + 1, input.byteCount)
            if column == 1, end == 0 { return .blank(size: size) }
            return .record(size: size, error: error ?? check(input.slice(0, place), column))
        }
    }

    /// What is wrong with a record that does not end.
    static let unclosed = "a quote is not closed"

    /// What is wrong with the record as a whole.
    private func check(_ record: RawSpan, _ fieldCount: Int) -> String? {
        if let columnCount, fieldCount != columnCount {
            return "the row has \(fieldCount) fields, the header \(columnCount)"
        }
        if let place = UTF8Text.firstMalformed(record) {
            return "column \(place + 1): expected UTF-8"
        }
        return nil
    }

    /// Reads a field in quotes; returns the place after the closing one, nil if there is none.
    private mutating func quoted(_ input: RawSpan, _ start: Int, _ column: Int) -> Int? {
        let quote = UInt8(ascii: "\"")
        let decoded = row.decoded.count
        var from = start + 1
        var place = from
        while true {
            place = CSVReader.find(input, from: place, quote, quote)
            guard place < input.byteCount else { return nil }
            guard input.byte(place + 1) == quote else { break }
            // Up to and with the first of the two.
            row.decoded.append(input.slice(from, place + 1 - from))
            place += 2
            from = place
        }
        if row.decoded.count == decoded {
            if place > from {
                row.values.append(.init(.text, key: Int32(column), from: from, to: place))
            }
        } else {
            row.decoded.append(input.slice(from, place - from))
            row.values.append(
                .init(
                    .text, key: Int32(column), from: decoded, to: row.decoded.count, in: .decoded))
        }
        return place + 1
    }

    @inline(__always)
    private func fieldEnd(_ input: RawSpan, from start: Int) -> Int {
        CSVReader.find(input, from: start, delimiter, UInt8(ascii: "\n"))
    }

    /// The place of the first of two bytes; the end if neither is there.
    @inline(__always)
    private static func find(
        _ input: RawSpan, from start: Int, _ first: UInt8, _ second: UInt8
    ) -> Int {
        var place = start
        while place < input.byteCount {
            let word = input.word(place)
            let found = Lanes.equal(word, first) | Lanes.equal(word, second)
            if found != 0 { return place + Lanes.first(found) }
            place += 8
        }
        return input.byteCount
    }
}
