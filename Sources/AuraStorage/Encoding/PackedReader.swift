import AuraCore

/// Reads packed integers, all or some frames of them.
struct PackedReader {
    /// Values that were packed.
    let count: Int
    /// Bytes that they take, from the start of their header.
    let size: Int
    private let bytes: [UInt8]
    private let mode: PackedIntegers.Mode
    private let least: Int64
    private let frames: [Frame]

    /// Small, for a reader is kept as long as what it reads.
    private struct Frame {
        let base: Int64
        let start: UInt32
        let widthByte: UInt8
        let exceptions: UInt8
        let highWidthByte: UInt8

        var offset: Int { Int(start) }
        var width: Int { Int(widthByte) }
        var exceptionCount: Int { Int(exceptions) }
        var highWidth: Int { Int(highWidthByte) }
    }

    /// Bytes of memory beside the bytes that are read.
    var byteCount: Int { frames.count * MemoryLayout<Frame>.stride }

    /// Reads the table of frames of what begins at an offset; what it says is checked against the
    /// bytes at hand.
    init(_ bytes: [UInt8], at start: Int = 0) throws(FormatError) {
        self.bytes = bytes
        let span = bytes.rawSpan
        func fail(_ offset: Int, _ reason: String) -> FormatError {
            FormatError(.chunk, 12, at: offset, reason)
        }
        guard start + PackedIntegers.headerSize <= span.byteCount else {
            throw fail(start, "packed integers without their header")
        }
        guard let mode = PackedIntegers.Mode(rawValue: span.load(start)) else {
            throw fail(start, "mode \(span.load(start, as: UInt8.self)) of packed integers")
        }
        self.mode = mode
        let baseSize = Int(span.load(start + 1, as: UInt8.self))
        count = Int(span.load(start + 4, as: UInt32.self))
        let base: Int64 = span.load(start + 8)
        least = span.load(start + 16)
        let frameCount = (count + PackedIntegers.frameSize - 1) / PackedIntegers.frameSize
        let basesAt = start + PackedIntegers.headerSize
        let widthsAt = basesAt + frameCount * baseSize
        var offset = widthsAt + frameCount * PackedIntegers.frameEntrySize
        guard baseSize <= 8, span.load(start + 2, as: UInt16.self) == 0, offset <= span.byteCount
        else { throw fail(start + 1, "a table of \(frameCount) frames that does not fit") }
        var frames: [Frame] = []
        frames.reserveCapacity(frameCount)
        for index in 0..<frameCount {
            var reach: UInt64 = 0
            for byte in 0..<baseSize {
                let part = span.load(basesAt + index * baseSize + byte, as: UInt8.self)
                reach |= UInt64(part) << UInt64(byte * 8)
            }
            let frame = Frame(
                base: base &+ Int64(bitPattern: reach),
                start: UInt32(truncatingIfNeeded: offset),
                widthByte: span.load(widthsAt + index),
                exceptions: span.load(widthsAt + frameCount + index),
                highWidthByte: span.load(widthsAt + frameCount * 2 + index))
            guard frame.width <= 56 || frame.width == 64,
                frame.highWidth <= 56 || frame.highWidth == 64
            else { throw fail(widthsAt + index, "a frame \(frame.width) bits wide") }
            frames.append(frame)
            offset += PackedFrame.size(
                of: PackedReader.length(of: index, count), width: frame.width,
                exceptions: frame.exceptionCount, highWidth: frame.highWidth)
        }
        guard offset + BitPacking.slack <= span.byteCount else {
            throw fail(start, "frames of \(offset - start) bytes in \(span.byteCount - start)")
        }
        self.frames = frames
        size = offset + BitPacking.slack - start
    }

    private static func length(of frame: Int, _ count: Int) -> Int {
        min(PackedIntegers.frameSize, count - frame * PackedIntegers.frameSize)
    }

    /// Holds all values, as far as the table of frames tells; nil if it does not.
    var bounds: ClosedRange<Int64>? {
        guard mode == .values, let first = frames.first else { return nil }
        var (least, greatest) = (first.base, first.base)
        for frame in frames {
            let width = frame.width + (frame.exceptionCount > 0 ? frame.highWidth : 0)
            guard width < 63 else { return nil }
            let (end, overflows) = frame.base.addingReportingOverflow(1 << Int64(width) - 1)
            if overflows { return nil }
            least = min(least, frame.base)
            greatest = max(greatest, end)
        }
        return least...greatest
    }

    /// All values.
    func values() -> [Int64] {
        values(in: 0..<count)
    }

    /// The values of a range.
    ///
    /// Frames before and behind it are not touched.
    func values(in range: Range<Int>) -> [Int64] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        guard !range.isEmpty else { return [] }
        let size = PackedIntegers.frameSize
        let first = range.lowerBound / size
        let last = (range.upperBound - 1) / size
        if first == last {
            return withFrame(first) { values in
                (range.lowerBound - first * size..<range.upperBound - first * size).map {
                    values[$0]
                }
            }
        }
        var out = [Int64](repeating: 0, count: min(count, (last + 1) * size) - first * size)
        var all = out.mutableSpan
        for frame in first...last {
            let start = (frame - first) * size
            var part = all._mutatingExtracting(
                start..<start + PackedReader.length(of: frame, count))
            restore(frame, into: &part)
        }
        let start = range.lowerBound - first * size
        if start == 0, range.count == out.count { return out }
        return Array(out[start..<start + range.count])
    }

    /// One value.
    func value(at index: Int) -> Int64 {
        precondition(index >= 0 && index < count)
        let frame = frames[index / PackedIntegers.frameSize]
        guard mode == .values, frame.exceptionCount == 0 else {
            return withFrame(index / PackedIntegers.frameSize) { values in
                values[index % PackedIntegers.frameSize]
            }
        }
        let number = BitPacking.number(
            bytes.rawSpan, at: frame.offset, width: frame.width,
            index: index % PackedIntegers.frameSize)
        return frame.base &+ Int64(bitPattern: number)
    }

    /// The first place in a range whose value is not below another one; its end if there is none.
    ///
    /// The values of the range ascend.
    func firstIndex(notBelow value: Int64, in range: Range<Int>) -> Int {
        let size = PackedIntegers.frameSize
        // The frames that begin in the range: the first of them that begins no lower.
        var lower = (range.lowerBound + size - 1) / size
        var upper = max(lower, (range.upperBound + size - 1) / size)
        while lower < upper {
            let middle = (lower + upper) / 2
            if first(of: middle) < value { lower = middle + 1 } else { upper = middle }
        }
        let start = max(range.lowerBound, (lower - 1) * size)
        let end = max(start, min(range.upperBound, lower * size))
        guard start < end else { return end }
        return withFrame(lower - 1) { values in
            let base = (lower - 1) * size
            var (lower, upper) = (start - base, end - base)
            while lower < upper {
                let middle = (lower + upper) / 2
                if values[middle] < value { lower = middle + 1 } else { upper = middle }
            }
            return base + lower
        }
    }

    /// What `body` makes of the values of a frame, which take no memory of their own.
    private func withFrame<Result>(_ index: Int, _ body: (Span<Int64>) -> Result) -> Result {
        var values = PackedIntegers.FrameValues(repeating: 0)
        var all = values.mutableSpan
        var part = all._mutatingExtracting(0..<PackedReader.length(of: index, count))
        restore(index, into: &part)
        return body(values.span)
    }

    private func first(of frame: Int) -> Int64 {
        mode == .values ? value(at: frame * PackedIntegers.frameSize) : frames[frame].base
    }

    /// Writes the values of a frame.
    private func restore(_ index: Int, into values: inout MutableSpan<Int64>) {
        let frame = frames[index]
        BitPacking.unpack(
            bytes.rawSpan, at: frame.offset, width: frame.width,
            base: mode == .values ? frame.base : 0, into: &values)
        if frame.exceptionCount > 0 { addExceptions(frame, to: &values) }
        switch mode {
        case .values: break
        case .ascending:
            var value = frame.base
            values[0] = value
            for index in 1..<values.count {
                value = value &+ least &+ values[index]
                values[index] = value
            }
        case .wavering:
            var value = frame.base
            values[0] = value
            for index in 1..<values.count {
                value =
                    value &+ PackedIntegers.unzigzag(UInt64(bitPattern: values[index]))
                values[index] = value
            }
        }
    }

    /// Puts the high bits of the exceptions back.
    private func addExceptions(_ frame: Frame, to values: inout MutableSpan<Int64>) {
        let bytes = bytes.rawSpan
        let positions = frame.offset + BitPacking.size(of: values.count, width: frame.width)
        var highs = PackedIntegers.FrameValues(repeating: 0)
        var all = highs.mutableSpan
        var target = all._mutatingExtracting(0..<frame.exceptionCount)
        BitPacking.unpack(
            bytes, at: positions + frame.exceptionCount, width: frame.highWidth, base: 0,
            into: &target)
        for exception in 0..<frame.exceptionCount {
            let position = Int(bytes.load(positions + exception, as: UInt8.self))
            // One behind the end of the last frame stands for nothing.
            guard position < values.count else { continue }
            values[position] &+= highs[exception] << Int64(frame.width)
        }
    }
}
