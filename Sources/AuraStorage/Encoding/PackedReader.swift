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

    private struct Frame {
        let base: Int64
        let offset: Int
        let width: Int
        let exceptionCount: Int
        let highWidth: Int
    }

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
                base: base &+ Int64(bitPattern: reach), offset: offset,
                width: Int(span.load(widthsAt + index, as: UInt8.self)),
                exceptionCount: Int(span.load(widthsAt + frameCount + index, as: UInt8.self)),
                highWidth: Int(span.load(widthsAt + frameCount * 2 + index, as: UInt8.self)))
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
        var out = [Int64](repeating: 0, count: min(count, (last + 1) * size) - first * size)
        var scratch = [UInt64](repeating: 0, count: size)
        for frame in first...last {
            decode(frame, into: &scratch)
            let length = PackedReader.length(of: frame, count)
            restore(
                scratch.span.extracting(0..<length), frame, into: &out, at: (frame - first) * size)
        }
        let start = range.lowerBound - first * size
        if start == 0, range.count == out.count { return out }
        return Array(out[start..<start + range.count])
    }

    /// The codes of a frame, with their exceptions put back.
    private func decode(_ index: Int, into scratch: inout [UInt64]) {
        let frame = frames[index]
        let length = PackedReader.length(of: index, count)
        let bytes = bytes.rawSpan
        var target = scratch.mutableSpan
        var part = target._mutatingExtracting(0..<length)
        BitPacking.unpack(bytes, at: frame.offset, width: frame.width, base: 0, into: &part)
        if frame.exceptionCount == 0 { return }
        let positions = frame.offset + BitPacking.size(of: length, width: frame.width)
        var highs = [UInt64](repeating: 0, count: frame.exceptionCount)
        var highTarget = highs.mutableSpan
        BitPacking.unpack(
            bytes, at: positions + frame.exceptionCount, width: frame.highWidth, base: 0,
            into: &highTarget)
        for exception in 0..<frame.exceptionCount {
            let position = Int(bytes.load(positions + exception, as: UInt8.self))
            scratch[position] |= highs[exception] << UInt64(frame.width)
        }
    }

    private func restore(
        _ codes: Span<UInt64>, _ frame: Int, into out: inout [Int64], at start: Int
    ) {
        let base = frames[frame].base
        switch mode {
        case .values:
            for index in codes.indices {
                out[start + index] = base &+ Int64(bitPattern: codes[index])
            }
        case .ascending:
            var value = base
            out[start] = value
            for index in codes.indices.dropFirst() {
                value = value &+ least &+ Int64(bitPattern: codes[index])
                out[start + index] = value
            }
        case .wavering:
            var value = base
            out[start] = value
            for index in codes.indices.dropFirst() {
                value = value &+ PackedIntegers.unzigzag(codes[index])
                out[start + index] = value
            }
        }
    }
}
