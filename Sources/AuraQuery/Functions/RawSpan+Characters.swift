import AuraCore

extension RawSpan {
    /// Where the character that begins at an offset ends.
    @inline(__always)
    func characterEnd(_ offset: Int) -> Int {
        var end = offset + 1
        while end < byteCount, isContinuation(end) { end += 1 }
        return Swift.min(end, byteCount)
    }

    /// Where the character that ends at an offset above 0 begins.
    @inline(__always)
    func characterStart(before offset: Int) -> Int {
        var start = offset - 1
        while start > 0, isContinuation(start) { start -= 1 }
        return start
    }

    /// The bytes of a range.
    @inline(__always)
    @_lifetime(copy self)
    func slice(_ range: Range<Int>) -> RawSpan { slice(range.lowerBound, range.count) }

    /// Where to go on behind an offset at which nothing matched: one character on, or one byte
    /// within a character and at the end.
    func next(behind offset: Int) -> Int {
        offset < byteCount && isBoundary(offset) ? characterEnd(offset) : offset + 1
    }

    /// Whether a character ends or begins at an offset.
    func isBoundary(_ offset: Int) -> Bool { offset == byteCount || !isContinuation(offset) }

    /// Whether a byte is one behind the first of a character.
    @inline(__always)
    private func isContinuation(_ offset: Int) -> Bool {
        load(offset, as: UInt8.self) & 0xC0 == 0x80
    }

    /// The place of the first byte from an offset on that is none of ASCII; the end if there is
    /// none.
    func endOfASCII(_ offset: Int) -> Int {
        var end = offset
        while end + 8 <= byteCount, load(end, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
            end += 8
        }
        while end < byteCount, load(end, as: UInt8.self) < 0x80 { end += 1 }
        return end
    }
}
