import AuraCore

/// Blocks of bits.
extension BlockReader {
    /// How many bits of a block of them are 1 before each end of the ranges, and in all.
    func ones(at places: RowRanges) throws(FormatError) -> (ranges: [Range<Int>], all: Int) {
        guard encoding == .bits, bytes.count == (count + 7) / 8 else { throw fail("no bits") }
        var place = 0
        var ones = 0
        func advance(to end: Int) {
            while place < end, place & 7 != 0 {
                ones += Int(bytes[place >> 3] >> UInt8(place & 7) & 1)
                place += 1
            }
            while place + 64 <= end {
                ones += bytes.rawSpan.load(place >> 3, as: UInt64.self).nonzeroBitCount
                place += 64
            }
            while place < end {
                ones += Int(bytes[place >> 3] >> UInt8(place & 7) & 1)
                place += 1
            }
        }
        var ranges: [Range<Int>] = []
        for range in places.ranges {
            advance(to: range.lowerBound)
            let first = ones
            advance(to: range.upperBound)
            ranges.append(first..<ones)
        }
        advance(to: count)
        return (ranges, ones)
    }

    /// Which of some places have a bit that is 1, counted from the first of these; `count` have one.
    func rows(ofOnesAt places: RowRanges, count: Int) -> [UInt32] {
        let span = bytes.rawSpan
        var rows = [UInt32](repeating: 0, count: count)
        var target = rows.mutableSpan
        var found = 0
        var before = 0
        for range in places.ranges {
            var place = range.lowerBound
            while place < range.upperBound {
                let width = min(64 - place & 7, range.upperBound - place)
                let byte = place >> 3
                var bits: UInt64 = 0
                if byte + 8 <= span.byteCount {
                    bits = span.load(byte)
                } else {
                    for index in byte..<span.byteCount {
                        bits |=
                            UInt64(span.load(index, as: UInt8.self)) << UInt64((index - byte) * 8)
                    }
                }
                bits = bits >> UInt64(place & 7) & (~0 >> UInt64(64 - width))
                let first = before + place - range.lowerBound
                while bits != 0 {
                    target[found] = UInt32(truncatingIfNeeded: first &+ bits.trailingZeroBitCount)
                    found += 1
                    bits &= bits &- 1
                }
                place += width
            }
            before += range.count
        }
        return rows
    }
}
