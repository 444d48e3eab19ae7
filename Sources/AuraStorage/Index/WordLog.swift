/// Words of series in the order in which they came: what is not in tables yet.
///
/// To note a word costs less than to look it up. Tables take many at once, when the bucket is closed
/// or the log is long; who reads before that looks through it.
struct WordLog: Sendable {
    private(set) var words: [UInt64] = []
    private(set) var series: [UInt32] = []

    /// Beyond that many, tables take the words: reads stay fast.
    static let limit = 512

    var isFull: Bool { words.count >= WordLog.limit }

    /// Bytes of memory.
    var byteCount: Int {
        words.capacity * MemoryLayout<UInt64>.stride + series.capacity * MemoryLayout<UInt32>.stride
    }

    mutating func append(_ words: ArraySlice<UInt64>, _ series: ArraySlice<UInt32>) {
        self.words.append(contentsOf: words)
        self.series.append(contentsOf: series)
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        series.removeAll(keepingCapacity: true)
    }

    /// Calls `body` with the words of each series in logs: one table after the other is faster to
    /// fill than all at once.
    static func forEachSeries(
        of logs: [WordLog], _ body: (UInt32, ArraySlice<UInt64>) -> Void
    ) {
        let last = logs.compactMap { $0.series.max() }.max()
        guard let last else { return }
        // Where the words of each series end, once all are in their places.
        var ends = [Int](repeating: 0, count: Int(last) + 2)
        for log in logs { for series in log.series { ends[Int(series) + 1] += 1 } }
        for series in 1..<ends.count { ends[series] += ends[series - 1] }
        var words = [UInt64](repeating: 0, count: ends[ends.count - 1])
        for log in logs {
            for row in log.words.indices {
                let series = Int(log.series[row])
                words[ends[series]] = log.words[row]
                ends[series] += 1
            }
        }
        var start = 0
        for series in 0...last {
            let end = ends[Int(series)]
            if end > start { body(series, words[start..<end]) }
            start = end
        }
    }

    /// Calls `body` with each word of a series.
    @inline(__always)
    func forEach(of wanted: UInt32, _ body: (UInt64) -> Void) {
        let words = words.span
        let series = series.span
        for row in series.indices where series[row] == wanted { body(words[row]) }
    }

    /// The words of a series.
    func words(of wanted: UInt32) -> [UInt64] {
        var found: [UInt64] = []
        forEach(of: wanted) { found.append($0) }
        return found
    }
}
