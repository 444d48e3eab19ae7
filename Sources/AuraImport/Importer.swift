import AuraCore

/// Reads NDJSON or CSV and hands out batches of events.
///
/// Pulls its input block by block, so it needs the memory of one batch and one row. The same input
/// and options give the same batches, from whichever `ImportPosition` it begins: types, columns and
/// limits are decided row by row or within one batch, and what the first rows of a CSV file decide
/// is part of the position.
public struct Importer: ~Copyable {
    /// How much was done.
    public private(set) var counts = ImportCounts()

    private enum Form {
        case undecided, json, csv
    }

    private let options: ImportOptions
    private var buffer: InputBuffer
    private var form = Form.undecided
    private var scanner = JSONScanner()
    private var csv = CSVReader(delimiter: 0, columnCount: nil)
    private var csvColumns = InputColumns(names: [])
    private var mapper: EventMapper
    /// The texts of the mappings' constants.
    private let constants: [UInt8]
    /// What is wrong with the row that was dealt with last.
    private var failure: RowError?
    /// Rows of the batch that were rejected for their times.
    private var lateRows = 0
    /// Where the next row begins.
    private var position: ImportPosition
    /// Where this import began.
    private let start: Int64

    /// An import that reads on where `position` says, nil for the start.
    ///
    /// - Parameter source: Stands at the start of the input; bytes before the position are skipped.
    public init(
        _ source: any ByteSource, options: ImportOptions = ImportOptions(),
        from position: ImportPosition? = nil
    ) {
        self.options = options
        self.position = position ?? ImportPosition()
        start = self.position.offset
        buffer = InputBuffer(source, blockBytes: max(64, options.blockBytes))
        var constants: [UInt8] = []
        mapper = EventMapper(options, constants: &constants)
        self.constants = constants
    }

    /// Reads on until a batch is full or the input ends; nil when all was handed out before.
    ///
    /// - Parameter reject: Gets each row that cannot be used, in order. After resuming, those
    ///   between the position and where the earlier import stopped come again.
    /// - Throws: `InputError` if the input cannot be read. What was read of an unfinished batch is
    ///   not handed out, so that a repaired input can be resumed.
    public mutating func next(
        reject: (RejectedRow) -> Void = { _ in }
    ) throws(InputError) -> ImportedBatch? {
        if form == .undecided { try begin() }
        var isRetry = false
        while mapper.rowCount == 0 || mapper.rowCount + lateRows < options.batchRows {
            guard let row = form == .csv ? try readRecord() : try readLine() else { break }
            if let failure {
                self.failure = nil
                if case .noRoom = failure {
                    if let batch = finish() { return batch }
                    // The first time, rows that were rejected may have filled the batch.
                    isRetry.toggle()
                    if isRetry { continue }
                }
                if case .tooLate = failure { lateRows += 1 }
                self.reject(row, failure, reject)
            }
            isRetry = false
            try consume(row)
            if mapper.isOverloaded, let batch = finish() { return batch }
        }
        return finish()
    }

    // MARK: Start

    /// Finds out what the input is, and reads the header of CSV.
    private mutating func begin() throws(InputError) {
        guard (1...8).contains(options.mappings.count) else {
            throw .options(reason: "an import has 1 to 8 mappings")
        }
        guard (1...Limits.batchRows).contains(options.batchRows) else {
            throw .options(reason: "a batch has 1 to \(Limits.batchRows) events")
        }
        try buffer.skip(position.offset)
        if position == ImportPosition() {
            try buffer.fill(atLeast: 3)
            if buffer.unread.word(0) & 0xFF_FFFF == 0xBF_BBEF { buffer.consume(3) }
            switch options.format {
            case .ndjson: form = .json
            case .csv(let delimiter): try beginCSV(delimiter)
            case .automatic:
                if try firstCharacter() == UInt8(ascii: "{") {
                    form = .json
                } else {
                    try beginCSV(nil)
                }
            }
        } else if let layout = position.csv {
            guard options.format != .ndjson else {
                throw .position(reason: "it was reached in a CSV file, not in NDJSON")
            }
            use(layout)
        } else {
            if case .csv = options.format {
                throw .position(reason: "it was reached in NDJSON, not in a CSV file")
            }
            form = .json
        }
        position.offset = buffer.offset
    }

    private mutating func firstCharacter() throws(InputError) -> UInt8 {
        while true {
            for place in 0..<buffer.unreadCount where buffer.unread.byte(place) > 0x20 {
                return buffer.unread.byte(place)
            }
            // An input of spaces alone is NDJSON without rows.
            if buffer.isAtEnd || buffer.unreadCount > options.rowBytes { return UInt8(ascii: "{") }
            try buffer.fillMore()
        }
    }

    /// Reads the header, and the types that the first rows show.
    ///
    /// What decides is the same bytes whatever the pieces in which they come.
    private mutating func beginCSV(_ delimiter: UInt8?) throws(InputError) {
        try buffer.fill(atLeast: CSVLayout.sampleBytes + 1)
        let count = min(buffer.unreadCount, CSVLayout.sampleBytes)
        let isWhole = buffer.isAtEnd && count == buffer.unreadCount
        let header = try CSVLayout.header(
            buffer.unread.slice(0, count), isWhole: isWhole, delimiter: delimiter)
        let limit = min(options.rowBytes, CSVLayout.sampleBytes)
        guard case (var layout, let size)? = header, size <= limit else {
            throw .header(reason: "no line end within \(limit) bytes")
        }
        layout.inferTypes(buffer.unread.slice(size, count - size), isWhole: isWhole)
        position.line = lines(size)
        buffer.consume(size)
        use(layout)
    }

    private mutating func use(_ layout: CSVLayout) {
        form = .csv
        position.csv = layout
        csvColumns = layout.inputColumns
        csv = CSVReader(delimiter: layout.delimiter, columnCount: layout.columns.count)
        mapper.readsText = true
    }

    // MARK: Rows

    /// A row at the front of the buffer that was dealt with.
    private struct HandledRow {
        /// Bytes with and without the line end.
        let size: Int
        let textSize: Int
        var isBlank = false
        /// Whether the rest of the line was not looked at.
        var isCut = false
    }

    /// Adds the events of the next line; nil at the end of the input.
    private mutating func readLine() throws(InputError) -> HandledRow? {
        var searched = 0
        while true {
            if let end = buffer.lineEnd(from: searched) { return addLine(end, lineEnd: 1) }
            searched = buffer.unreadCount
            if buffer.isAtEnd { return searched == 0 ? nil : addLine(searched, lineEnd: 0) }
            if searched > options.rowBytes { return cutRow() }
            try buffer.fill()
        }
    }

    private mutating func addLine(_ size: Int, lineEnd: Int) -> HandledRow {
        guard size <= options.rowBytes else { return cutRow() }
        var row = HandledRow(size: size + lineEnd, textSize: size)
        failure = Importer.add(buffer, size, constants, &scanner, &mapper)
        if case .json = failure, buffer.unread.slice(0, size).afterSpace(0) == size {
            row.isBlank = true
            failure = nil
        }
        return row
    }

    /// Scans a line and adds its events.
    ///
    /// Parts of `self` come one by one, since the line is borrowed from one of them while the
    /// others change.
    private static func add(
        _ buffer: borrowing InputBuffer, _ size: Int, _ constants: borrowing [UInt8],
        _ scanner: inout JSONScanner, _ mapper: inout EventMapper
    ) -> RowError? {
        let line = buffer.unread
        do throws(JSONError) {
            try scanner.scan(line, size: size)
        } catch {
            return .json(error)
        }
        do throws(RowError) {
            let texts = RowTexts(
                input: line, decoded: scanner.row.decoded.rawSpan, constants: constants.rawSpan)
            try mapper.add(scanner.row, texts, scanner.keys.columns)
        } catch {
            return error
        }
        return nil
    }

    /// Adds the events of the next record; nil at the end of the input.
    private mutating func readRecord() throws(InputError) -> HandledRow? {
        while buffer.unreadCount > 0 || !buffer.isAtEnd {
            switch Importer.read(buffer, &csv) {
            case .blank(let size):
                return HandledRow(size: size, textSize: 0, isBlank: true)
            case .record(let size, let problem):
                return addRecord(size, problem)
            case .unfinished:
                if buffer.unreadCount > options.rowBytes { return cutRecord() }
                try buffer.fillMore()
            }
        }
        return nil
    }

    private mutating func addRecord(_ size: Int, _ problem: String?) -> HandledRow {
        let hasEnd = buffer.unread.byte(size - 1) == UInt8(ascii: "\n")
        guard size <= options.rowBytes else { return cutRow() }
        failure =
            problem.map { .csv($0) }
            ?? Importer.add(buffer, constants, csv, csvColumns, &mapper)
        return HandledRow(size: size, textSize: size - (hasEnd ? 1 : 0))
    }

    private static func read(
        _ buffer: borrowing InputBuffer, _ csv: inout CSVReader
    ) -> CSVReader.Record {
        csv.read(buffer.unread, isWhole: buffer.isAtEnd)
    }

    private static func add(
        _ buffer: borrowing InputBuffer, _ constants: borrowing [UInt8],
        _ csv: borrowing CSVReader, _ columns: borrowing InputColumns,
        _ mapper: inout EventMapper
    ) -> RowError? {
        do throws(RowError) {
            let texts = RowTexts(
                input: buffer.unread, decoded: csv.row.decoded.rawSpan,
                constants: constants.rawSpan)
            try mapper.add(csv.row, texts, columns)
        } catch {
            return error
        }
        return nil
    }

    /// Gives up the first line of a record of which no end is in sight.
    private mutating func cutRecord() -> HandledRow {
        guard let end = buffer.lineEnd(), end < options.rowBytes else { return cutRow() }
        failure = .csv(CSVReader.unclosed)
        return HandledRow(size: end + 1, textSize: end)
    }

    /// Gives up the line at the front of the buffer, however long it is.
    private mutating func cutRow() -> HandledRow {
        failure = .tooLong(limit: options.rowBytes)
        let size = min(buffer.unreadCount, options.rowBytes)
        return HandledRow(size: size, textSize: size, isCut: true)
    }

    private mutating func reject(
        _ row: HandledRow, _ error: RowError, _ reject: (RejectedRow) -> Void
    ) {
        counts.rejected += 1
        reject(
            RejectedRow(
                line: position.line + 1, offset: buffer.offset, reason: error.description,
                text: buffer.unread.slice(0, row.textSize).array))
    }

    /// Moves behind a row.
    private mutating func consume(_ row: HandledRow) throws(InputError) {
        if form == .csv, !row.isCut {
            position.line += lines(row.size)
        } else {
            position.line += 1
        }
        if !row.isBlank {
            position.row += 1
            counts.rows += 1
        }
        if row.isCut {
            try consumeLine()
        } else {
            buffer.consume(row.size)
        }
        position.offset = buffer.offset
        counts.bytes = position.offset - start
    }

    private mutating func consumeLine() throws(InputError) {
        while true {
            if let end = buffer.lineEnd() { return buffer.consume(end + 1) }
            buffer.consume(buffer.unreadCount)
            if buffer.isAtEnd { return }
            try buffer.fill()
        }
    }

    /// Lines that end within the first bytes of the buffer, the last of the input included.
    private func lines(_ size: Int) -> Int64 {
        var count: Int64 = 0
        var place = 0
        while place < size, let end = buffer.lineEnd(from: place) {
            guard end < size else { break }
            count += 1
            place = end + 1
        }
        return place < size ? count + 1 : count
    }

    private mutating func finish() -> ImportedBatch? {
        let eventCount = mapper.rowCount
        lateRows = 0
        let bytes = mapper.finish()
        counts.privacy = mapper.privacyCounters
        guard let bytes else { return nil }
        counts.events += Int64(eventCount)
        return ImportedBatch(bytes: bytes, eventCount: eventCount, position: position)
    }
}
