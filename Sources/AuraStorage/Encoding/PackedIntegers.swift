import AuraCore

/// 64-bit integers in frames of 256, each packed at its own width above its own base.
///
/// `Formats/chunk.md`, "Packed integers". Frame of reference and delta coding with exceptions (PFOR:
/// Zukowski and others, "Super-Scalar RAM-CPU Cache Compression", ICDE 2006): the few values that
/// would widen a whole frame keep their high bits beside it. All arithmetic is modulo 2⁶⁴, so that
/// every value comes back whatever the mode.
enum PackedIntegers {
    /// What the frames hold.
    enum Mode: UInt8 {
        /// Values, less the least of the frame.
        case values = 0
        /// Differences to the value before, less the least difference; for what mostly ascends.
        case ascending = 1
        /// Differences to the value before, zigzag; for what goes up and down.
        case wavering = 2
    }

    static let frameSize = 256
    /// Room for the values of a frame.
    typealias FrameValues = InlineArray<256, Int64>
    static let headerSize = 24
    /// Bytes of a frame in the table, beside its base: width, exceptions, width of their high bits.
    static let frameEntrySize = 3

    /// Appends the values, packed in the mode that takes the least room for a sample of them.
    static func append(_ values: Span<Int64>, to out: inout [UInt8]) {
        let mode = ForcedEncoding.active?.mode ?? cheapestMode(of: values)
        let least = mode == .ascending ? leastDifference(values) : 0
        let frameCount = (values.count + frameSize - 1) / frameSize
        var frames: [PackedFrame] = []
        frames.reserveCapacity(frameCount)
        var payload: [UInt8] = []
        // Few columns need more than 24 bits a value.
        payload.reserveCapacity(values.count * 3)
        var scratch = [UInt64](repeating: 0, count: frameSize)
        for index in 0..<frameCount {
            let range = index * frameSize..<min(values.count, (index + 1) * frameSize)
            let base = transform(values.extracting(range), mode, least, into: &scratch)
            let frame = PackedFrame(scratch.span.extracting(0..<range.count), base: base)
            frame.append(scratch.span.extracting(0..<range.count), to: &payload)
            frames.append(frame)
        }
        appendHeader(frames, mode, least, count: values.count, to: &out)
        out.append(contentsOf: payload)
        out.append(contentsOf: repeatElement(0, count: BitPacking.slack))
    }

    private static func appendHeader(
        _ frames: [PackedFrame], _ mode: Mode, _ least: Int64, count: Int, to out: inout [UInt8]
    ) {
        let base = frames.map(\.base).min() ?? 0
        let reach = frames.reduce(UInt64(0)) { max($0, UInt64(bitPattern: $1.base &- base)) }
        let baseSize = (64 - reach.leadingZeroBitCount + 7) / 8
        out.append(mode.rawValue)
        out.append(UInt8(baseSize))
        out.append(little: UInt16(0))
        out.append(little: UInt32(count))
        out.append(little: base)
        out.append(little: least)
        for frame in frames {
            var rest = UInt64(bitPattern: frame.base &- base)
            for _ in 0..<baseSize {
                out.append(UInt8(truncatingIfNeeded: rest))
                rest >>= 8
            }
        }
        for frame in frames { out.append(UInt8(frame.width)) }
        for frame in frames { out.append(UInt8(frame.exceptionCount)) }
        for frame in frames { out.append(UInt8(frame.highWidth)) }
    }

    /// Writes what the frame packs of these values, and returns its base.
    private static func transform(
        _ values: Span<Int64>, _ mode: Mode, _ least: Int64, into scratch: inout [UInt64]
    ) -> Int64 {
        var out = scratch.mutableSpan
        switch mode {
        case .values:
            var base = Int64.max
            for index in values.indices { base = min(base, values[index]) }
            for index in values.indices {
                out[index] = UInt64(bitPattern: values[index] &- base)
            }
            return base
        case .ascending:
            out[0] = 0
            for index in values.indices.dropFirst() {
                out[index] = UInt64(bitPattern: values[index] &- values[index &- 1] &- least)
            }
            return values[0]
        case .wavering:
            out[0] = 0
            for index in values.indices.dropFirst() {
                out[index] = zigzag(values[index] &- values[index &- 1])
            }
            return values[0]
        }
    }

    @inline(__always)
    static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))
    }

    @inline(__always)
    static func unzigzag(_ code: UInt64) -> Int64 {
        Int64(bitPattern: (code >> 1) ^ (0 &- (code & 1)))
    }

    /// The least difference of two neighbours, if none is negative.
    private static func leastDifference(_ values: Span<Int64>) -> Int64 {
        var least = Int64.max
        for index in values.indices.dropFirst() where index % frameSize != 0 {
            least = min(least, values[index] &- values[index - 1])
        }
        return least == .max ? 0 : max(0, least)
    }

    /// The mode in which up to four frames, spread over all, take the fewest bits.
    private static func cheapestMode(of values: Span<Int64>) -> Mode {
        var best = Mode.values
        var bestSize = Int.max
        let frameCount = (values.count + frameSize - 1) / frameSize
        let step = max(1, frameCount / 4)
        var scratch = [UInt64](repeating: 0, count: frameSize)
        for mode in [Mode.values, .ascending, .wavering] {
            var size = 0
            for index in stride(from: 0, to: frameCount, by: step) {
                let range = index * frameSize..<min(values.count, (index + 1) * frameSize)
                let base = transform(values.extracting(range), mode, 0, into: &scratch)
                size += PackedFrame(scratch.span.extracting(0..<range.count), base: base).bitCount
            }
            if size < bestSize {
                best = mode
                bestSize = size
            }
        }
        return best
    }
}

/// How one frame is packed.
struct PackedFrame {
    let base: Int64
    private(set) var width = 0
    private(set) var exceptionCount = 0
    private(set) var highWidth = 0
    private(set) var bitCount = 0

    /// Exceptions that a frame may have: more would take longer to put back than they save.
    private static let mostExceptions = 32

    /// The widths that take the fewest bits for these numbers.
    init(_ codes: Span<UInt64>, base: Int64) {
        self.base = base
        // Every second number is counted apart: neighbours are often of one width, and an addition
        // would wait for the one before.
        var counts = InlineArray<65, Int32>(repeating: 0)
        var others = counts
        var all: UInt64 = 0
        for index in stride(from: 1, to: codes.count, by: 2) {
            counts[64 &- codes[index &- 1].leadingZeroBitCount] &+= 1
            others[64 &- codes[index].leadingZeroBitCount] &+= 1
            all |= codes[index &- 1] | codes[index]
        }
        if codes.count & 1 == 1 {
            let last = codes[codes.count &- 1]
            counts[64 &- last.leadingZeroBitCount] &+= 1
            all |= last
        }
        let bits = 64 - all.leadingZeroBitCount
        bitCount = .max
        var exceptions = 0
        var narrow = bits
        while narrow >= 0, exceptions <= PackedFrame.mostExceptions {
            let packed = BitPacking.width(for: narrow)
            // Above 56 bits there is one width only.
            let high = exceptions == 0 ? 0 : BitPacking.width(for: bits - packed)
            let size = codes.count * packed + exceptions * (8 + high)
            if size < bitCount {
                bitCount = size
                width = packed
                exceptionCount = packed == 64 ? 0 : exceptions
                highWidth = packed == 64 ? 0 : high
            }
            exceptions += Int(counts[narrow] &+ others[narrow])
            narrow -= 1
        }
    }

    /// Appends the low bits of all, then positions and high bits of the exceptions.
    func append(_ codes: Span<UInt64>, to out: inout [UInt8]) {
        BitPacking.append(codes, width: width, to: &out)
        if exceptionCount == 0 { return }
        var highs: [UInt64] = []
        for index in codes.indices where codes[index] >> UInt64(width) != 0 {
            out.append(UInt8(index))
            highs.append(codes[index] >> UInt64(width))
        }
        BitPacking.append(highs.span, width: highWidth, to: &out)
    }

    /// Bytes of a frame of `count` values.
    static func size(of count: Int, width: Int, exceptions: Int, highWidth: Int) -> Int {
        BitPacking.size(of: count, width: width) + exceptions
            + BitPacking.size(of: exceptions, width: highWidth)
    }
}
