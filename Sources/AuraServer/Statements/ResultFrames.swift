import AuraCore
import AuraQuery
import AuraWire
import NIOCore

/// RESULT of a statement: rows become frames as they are made, of which each has as many as fit.
struct ResultFrames {
    private let requestID: UInt32
    /// Bytes of the greatest payload.
    private let limit: Int
    /// The rows of the frame that is not full yet.
    private var open = QueryRows(watermark: 0, rowCount: 0, columns: [])
    private var openBytes = 0
    private var openSince = ContinuousClock.now
    /// Rows of frames that are full.
    private var rowsBefore = 0
    private var missing: [MissingEvents] = []

    /// A frame of several rows has at most this many bytes of them.
    private static let frameBytes = 256 << 10
    /// Bytes of a frame beside its rows and the names of its columns.
    private static let overheadBytes = 64 << 10
    /// Rows are not kept for longer where others follow.
    private static let patience = Duration.milliseconds(100)

    init(requestID: UInt32, limit: Int) {
        self.requestID = requestID
        self.limit = limit
    }

    /// Takes the next rows of an answer.
    ///
    /// - Parameter put: Gets each frame that is full.
    /// - Throws: `.limit` for a row that fits no frame.
    mutating func add(
        _ part: QueryAnswer, _ put: (ByteBuffer) throws(QueryFailure) -> Void
    ) throws(QueryFailure) {
        if open.columns.isEmpty {
            open.watermark = part.watermark
            open.columns = part.columns.map {
                QueryRows.Column(name: $0.name, type: $0.type, values: [])
            }
            missing = part.missing.map { MissingEvents($0) }
            open.missing = missing
        }
        let columns = part.columns.indices.map { part.values(of: $0, in: 0..<part.rowCount) }
        var sizes = [Int](repeating: 0, count: part.rowCount)
        for values in columns {
            for row in values.indices { sizes[row] += values[row].wireSize }
        }
        var start = 0
        for (row, size) in sizes.enumerated() {
            guard size <= limit - ResultFrames.overheadBytes else {
                throw .limit(
                    "row \(rowsBefore + open.rowCount + row - start + 1) has \(size >> 20) MiB, "
                        + "and a frame takes \(limit >> 20); ask for shorter texts or lists")
            }
            let count = open.rowCount + row - start
            let isFull = openBytes + size > ResultFrames.frameBytes && count > 0
            if isFull || count == WireLimits.resultRows {
                take(start..<row, of: columns)
                start = row
                try put(full())
            }
            openBytes += size
        }
        let isLate = open.rowCount > 0 && .now - openSince > ResultFrames.patience
        if open.rowCount == 0 { openSince = .now }
        take(start..<sizes.count, of: columns)
        if isLate { try put(full()) }
    }

    /// Adds rows to the frame that is open.
    private mutating func take(_ rows: Range<Int>, of columns: [[Value]]) {
        for index in columns.indices { open.columns[index].values += columns[index][rows] }
        open.rowCount += rows.count
    }

    /// Begins anew, if no frame was full yet.
    mutating func forget() -> Bool {
        guard rowsBefore == 0 else { return false }
        self = ResultFrames(requestID: requestID, limit: limit)
        return true
    }

    /// The frame that is open, which others follow.
    private mutating func full() -> ByteBuffer {
        defer { begin() }
        return frame(flags: [.response, .more])
    }

    private mutating func begin() {
        rowsBefore += open.rowCount
        open.rowCount = 0
        open.missing = []
        for index in open.columns.indices { open.columns[index].values.removeAll() }
        openBytes = 0
    }

    /// The last frame.
    ///
    /// - Parameter elapsed: How long the server worked on it.
    mutating func last(elapsed: Duration, changes: [QueryRows.Change]) -> ByteBuffer {
        open.elapsed = UInt64(elapsed / .microseconds(1))
        open.changes = changes
        open.missing = missing
        return frame(flags: .response)
    }

    private func frame(flags: FrameHeader.Flags) -> ByteBuffer {
        var buffer = ByteBuffer()
        FrameEncoder.append(open, flags: flags, requestID: requestID, to: &buffer)
        return buffer
    }
}
