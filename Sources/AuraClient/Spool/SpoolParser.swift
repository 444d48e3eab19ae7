import AuraCore
import NIOCore

/// Takes records out of the bytes of a spool's file, one after another.
struct SpoolParser {
    let file: SpoolFileHeader
    let bytes: [UInt8]
    /// Where `bytes` begin in the file.
    let start: Int
    /// Where the next record begins in the file.
    private(set) var place: Int

    /// A parser of the file's bytes from that place on.
    init(_ file: SpoolFileHeader, _ bytes: [UInt8], at start: Int) {
        self.file = file
        self.bytes = bytes
        self.start = start
        place = start
    }

    /// Bytes that were not read yet.
    var remaining: Int { start + bytes.count - place }

    /// Bytes up to the end of the next record, if its header is whole and right.
    var nextSize: Int? { nextHeader.map { $0.place - place + $0.header.recordSize } }

    /// Whether all bytes of the next record are here.
    var isNextWhole: Bool { nextSize.map { $0 <= remaining } ?? false }

    /// The next record, and what it says to be durable of its file.
    ///
    /// - Throws: Conditions 5 and 6, which a crash may break, or a later one.
    mutating func next() throws(FormatError) -> (record: SpoolRecord, synced: Int) {
        guard let (header, place) = nextHeader else {
            throw FormatError(.spool, 5, at: place, "no record begins here")
        }
        self.place = place
        guard header.recordSize <= remaining else {
            throw FormatError(
                .spool, 6, at: place, "a record of \(header.recordSize) bytes leaves the file")
        }
        let offset = place - start + SpoolRecord.headerSize
        let size = Int(header.size)
        let hash = Checksum.hash64(bytes.rawSpan.slice(offset, size))
        let padding = header.recordSize - SpoolRecord.headerSize - size
        guard hash == header.payloadHash, bytes.rawSpan.slice(offset + size, padding).isZero else {
            throw FormatError(.spool, 6, at: place, "the payload is not what was written")
        }
        guard header.synced <= UInt64(place), bytes[place - start + 6] == 0,
            bytes[place - start + 7] == 0, bytes.rawSpan.slice(place - start + 28, 4).isZero
        else {
            throw wrong(7, "reserved bytes are set, or more is durable than there is")
        }
        let record = try record(header, bytes.rawSpan.slice(offset, size))
        self.place = place + header.recordSize
        return (record, Int(header.synced))
    }

    /// What readable records behind the present place say to be durable, at most.
    func promiseBehind() -> Int {
        var promise = 0
        var place = self.place
        while place + SpoolRecord.headerSize <= start + bytes.count {
            if let header = header(at: place) {
                promise = max(promise, Int(clamping: header.synced))
            }
            place += 8
        }
        return promise
    }

    /// The next record's header: here, or where a sync has let a page begin; the record there says
    /// that this is the end of what was durable.
    private var nextHeader: (header: SpoolRecord.Header, place: Int)? {
        if let header = header(at: place) { return (header, place) }
        let page = (place + SpoolRecord.alignment - 1) & ~(SpoolRecord.alignment - 1)
        guard let header = header(at: page), header.synced == UInt64(place),
            bytes.rawSpan.slice(place - start, page - place).isZero
        else { return nil }
        return (header, page)
    }

    private func header(at place: Int) -> SpoolRecord.Header? {
        let offset = place - start
        guard offset + SpoolRecord.headerSize <= bytes.count else { return nil }
        return SpoolRecord.Header(
            bytes.rawSpan.slice(offset, SpoolRecord.headerSize), seed: file.seed(at: place))
    }

    private func wrong(_ condition: Int, _ reason: String) -> FormatError {
        FormatError(.spool, condition, at: place, reason)
    }

    private func record(
        _ header: SpoolRecord.Header, _ payload: RawSpan
    ) throws(FormatError) -> SpoolRecord {
        let isPlain = header.flags == 0 && header.time == 0
        switch SpoolRecord.Kind(rawValue: header.kind) {
        case .batch where header.flags <= SpoolRecord.wholeFlag:
            let batch = try batch(header, payload.array)
            return .batch(batch, time: header.time)
        case .replacement where isPlain:
            return .replacement(
                header.position, rowCount: Int(header.rowCount),
                halves: try halves(header, payload))
        case .mark
        where isPlain && header.rowCount == 0 && payload.byteCount == SpoolRecord.markSize:
            let mark = SpoolMark(
                first: header.position, number: payload.load(0), stored: payload.load(8),
                incarnation: payload.load(16))
            guard mark.number > 0, mark.stored >= mark.number else {
                throw wrong(10, "a mark of number \(mark.number), stored up to \(mark.stored)")
            }
            return .mark(mark)
        case .promise
        where isPlain && header.rowCount == 0 && payload.byteCount == 0
            && header.position == SpoolPosition(id: 0, row: 0):
            return .promise
        default:
            throw wrong(7, "a record of kind \(header.kind) is not as its kind has it")
        }
    }

    private func batch(
        _ header: SpoolRecord.Header, _ payload: [UInt8]
    ) throws(FormatError) -> SendWindow.Batch {
        let rows = Int(header.rowCount)
        guard header.position.id > 0, header.position.row == 0 else {
            throw wrong(7, "a batch that is a part of another")
        }
        try check(payload.rawSpan, rows: rows)
        return SendWindow.Batch(
            id: header.position.id, body: ByteBuffer(bytes: payload), rowCount: rows,
            part: header.flags == SpoolRecord.wholeFlag ? nil : 0..<rows)
    }

    private func halves(
        _ header: SpoolRecord.Header, _ payload: RawSpan
    ) throws(FormatError) -> [SendWindow.Batch] {
        var halves: [SendWindow.Batch] = []
        var offset = 0
        var row = Int(header.position.row)
        while offset < payload.byteCount {
            guard payload.byteCount - offset >= 12 else {
                throw wrong(11, "the second half of a batch has no header")
            }
            let size = Int(payload.load(offset + 4, as: UInt32.self))
            let rows = Int(payload.load(offset + 8, as: UInt32.self))
            guard size > 0, size <= payload.byteCount - offset else {
                throw wrong(11, "a half of a batch leaves the record")
            }
            let bytes = payload.slice(offset, size).array
            try check(bytes.rawSpan, rows: rows)
            halves.append(
                SendWindow.Batch(
                    id: header.position.id, body: ByteBuffer(bytes: bytes), rowCount: rows,
                    part: row..<row + rows))
            row += rows
            offset += size
        }
        let count = row - Int(header.position.row)
        guard halves.isEmpty || halves.count == 2 && count == Int(header.rowCount) else {
            throw wrong(9, "\(halves.count) batches of \(count) events replace one")
        }
        return halves
    }

    private func check(_ batch: RawSpan, rows: Int) throws(FormatError) {
        do throws(FormatError) {
            let layout = try BatchLayout(validating: batch)
            guard layout.rowCount == rows else {
                throw wrong(11, "a batch of \(layout.rowCount) events, the record says \(rows)")
            }
        } catch {
            throw error.format == .spool ? error : wrong(11, "a batch is not valid: \(error)")
        }
    }
}
