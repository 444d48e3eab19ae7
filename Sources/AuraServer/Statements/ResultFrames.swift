import AuraCore
import AuraQuery
import AuraWire
import NIOCore

/// RESULT of a statement: rows in frames, of which each has as many as fit.
struct ResultFrames: AnswerFrames {
    private let answer: QueryAnswer?
    private let changes: [QueryRows.Change]
    private let elapsed: Double
    /// The rows of each frame that is still to come.
    private var pages: ArraySlice<Range<Int>>
    private let byteCount: Int

    /// A frame of several rows has at most this many bytes of them.
    private static let frameBytes = 256 << 10
    /// Bytes of a frame beside its rows and the names of its columns.
    private static let overheadBytes = 64 << 10
    /// Bytes that count as much as one group of other answers.
    private static let groupBytes = 64

    /// Divides an answer into frames.
    ///
    /// - Parameters:
    ///   - elapsed: µs that it took.
    ///   - limit: Bytes of the greatest payload.
    /// - Throws: `.limit` for a row that fits none.
    init(
        _ answer: QueryAnswer?, changes: [QueryRows.Change], elapsed: Double, limit: Int
    ) throws(QueryFailure) {
        self.answer = answer
        self.changes = changes
        self.elapsed = elapsed
        let rows = answer?.rowCount ?? 0
        var pages: [Range<Int>] = []
        var start = 0
        var size = 0
        var total = 0
        for row in 0..<rows {
            let bytes = answer?.row(row).reduce(0) { $0 + $1.wireSize } ?? 0
            guard bytes <= limit - ResultFrames.overheadBytes else {
                throw .limit(
                    "row \(row + 1) has \(bytes >> 20) MiB, and a frame takes \(limit >> 20); "
                        + "ask for shorter texts or lists")
            }
            let isFull = size + bytes > ResultFrames.frameBytes && row > start
            if isFull || row - start == WireLimits.resultRows {
                pages.append(start..<row)
                start = row
                size = 0
            }
            size += bytes
            total += bytes
        }
        pages.append(start..<rows)
        self.pages = pages[...]
        byteCount = total
    }

    var size: Int { byteCount / ResultFrames.groupBytes }

    mutating func appendFrame(requestID: UInt32, to buffer: inout ByteBuffer) -> Bool {
        let rows = pages.popFirst() ?? 0..<0
        var frame = QueryRows(
            watermark: answer?.watermark ?? 0, rowCount: rows.count,
            columns: (answer?.columns ?? []).enumerated().map { index, column in
                QueryRows.Column(
                    name: column.name, type: column.type,
                    values: answer?.values(of: index, in: rows) ?? [])
            })
        let hasMore = !pages.isEmpty
        if !hasMore {
            frame.elapsed = UInt64(elapsed)
            frame.changes = changes
            frame.missing = (answer?.missing ?? []).map { MissingEvents($0) }
        }
        return FrameEncoder.append(frame, hasMore: hasMore, requestID: requestID, to: &buffer)
    }
}
