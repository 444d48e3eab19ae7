import AuraCore

/// How many events lie in each minute, of all types together.
struct MinuteCounts {
    private var counts: [Int64: Int64] = [:]

    /// Events in a minute, on average, that are worth it: fewer are counted as fast one by one.
    static let leastRows = 4

    /// Counts events by their times, best of all ascending ones.
    mutating func add(_ times: Span<Int64>) {
        let width = Resolution.minute.width
        var row = 0
        while row < times.count {
            let minute = times[row].flooredQuotient(width)
            let first = row
            repeat {
                row += 1
            } while row < times.count
                && UInt64(bitPattern: times[row] &- minute * width) < UInt64(width)
            counts[minute, default: 0] += Int64(row - first)
        }
    }

    /// The minutes that have some, ascending, and how many lie before the end of each.
    var listed: (minutes: [Int64], ends: [Int64]) {
        var minutes: [Int64] = []
        var ends: [Int64] = []
        for (minute, count) in counts.sorted(by: { $0.key < $1.key }) {
            minutes.append(minute)
            ends.append((ends.last ?? 0) + count)
        }
        return (minutes, ends)
    }
}

extension Chunk {
    /// How many events lie in some minutes since the epoch, of all types together; nil where nothing is
    /// said of minutes.
    func count(inMinutes minutes: Range<Int64>) throws(StorageError) -> UInt64? {
        guard let block = try block(ChunkFooter.Key(kind: .minutes)) else { return nil }
        let places = try withBlock(block.key) { reader throws(FormatError) in
            let first = try reader.firstIndex(notBelow: minutes.lowerBound, in: 0..<reader.count)
            let end = try reader.firstIndex(
                notBelow: minutes.upperBound, in: first..<reader.count)
            return first..<end
        }
        return try withBlock(ChunkFooter.Key(kind: .minuteEnds)) { reader throws(FormatError) in
            guard places.upperBound <= reader.count else {
                throw FormatError(.chunk, 9, at: 0, "minutes without a count")
            }
            let first = places.lowerBound > 0 ? try reader.integer(at: places.lowerBound - 1) : 0
            let end = places.upperBound > 0 ? try reader.integer(at: places.upperBound - 1) : 0
            guard first >= 0, end >= first else {
                throw FormatError(.chunk, 9, at: 0, "minutes with less than nothing")
            }
            return UInt64(end - first)
        }
    }

    /// Counts the events of minutes once more.
    func verifyMinutes() throws(StorageError) {
        let minutes = ChunkFooter.Key(kind: .minutes)
        let ends = ChunkFooter.Key(kind: .minuteEnds)
        guard let block = try block(minutes) else {
            guard try self.block(ends) == nil else { throw corrupt(6, 0, "counts of no minutes") }
            return
        }
        var counts = MinuteCounts()
        for piece in try pieces() {
            let times = try piece.times()
            counts.add(times.span)
        }
        let (wantedMinutes, wantedEnds) = counts.listed
        let found = try withBlock(minutes) { reader throws(FormatError) in try reader.integers() }
        let foundEnds = try withBlock(ends) { reader throws(FormatError) in try reader.integers() }
        guard found == wantedMinutes, foundEnds == wantedEnds, found.first == block.least,
            found.last == block.greatest
        else { throw corrupt(9, block.offset, "minutes that do not have those events") }
    }
}
