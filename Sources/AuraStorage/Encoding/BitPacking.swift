import AuraCore

/// Whole numbers as bit strings, each of the same width, the first in the lowest bits.
///
/// The kernels of `PackedIntegers`: little-endian words, no gaps, widths of 0…56 or 64 bits, so that
/// one unaligned load of eight bytes holds any value. Readers need eight bytes behind the last.
enum BitPacking {
    /// Bytes of `count` values.
    @inline(__always)
    static func size(of count: Int, width: Int) -> Int { (count * width + 7) >> 3 }

    /// The width that is used for values of up to that many bits.
    @inline(__always)
    static func width(for bits: Int) -> Int { bits > 56 ? 64 : bits }

    /// Bytes behind the last value that readers may touch.
    static let slack = 8

    /// Appends values, of each the lowest `width` bits.
    static func append(_ values: Span<UInt64>, width: Int, to out: inout [UInt8]) {
        let size = size(of: values.count, width: width)
        if size == 0 { return }
        unsafe withUnsafeTemporaryAllocation(byteCount: size + 16, alignment: 8) { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe pack(values, width: width, to: base)
            unsafe out.append(contentsOf: buffer[..<size])
        }
    }

    /// Writes values; up to 16 bytes behind the last are overwritten.
    private static func pack(
        _ values: Span<UInt64>, width: Int, to target: UnsafeMutableRawPointer
    ) {
        let mask = width == 64 ? UInt64.max : (1 << UInt64(width)) &- 1
        var word: UInt64 = 0
        var filled = 0
        var place = unsafe target
        for index in values.indices {
            let value = values[index] & mask
            word |= value &<< UInt64(filled)
            filled &+= width
            if filled >= 64 {
                unsafe place.storeBytes(of: word.littleEndian, as: UInt64.self)
                unsafe place += 8
                filled &-= 64
                // What did not fit; shifting by 64 in Swift's smart shift gives zero.
                word = value >> UInt64(width &- filled)
            }
        }
        if filled > 0 { unsafe place.storeBytes(of: word.littleEndian, as: UInt64.self) }
    }

    /// Reads one of the values that begin at a byte offset.
    @inline(__always)
    static func number(_ bytes: RawSpan, at offset: Int, width: Int, index: Int) -> UInt64 {
        precondition(offset >= 0 && index >= 0 && width <= 56 || width == 64)
        let bit = index * width
        // Loads are checked against the end of the bytes.
        let word: UInt64 = bytes.load(offset + bit >> 3)
        return width == 64 ? word : word >> UInt64(bit & 7) & ((1 << UInt64(width)) - 1)
    }

    /// Reads `target.count` values from a byte offset on and adds the base to each.
    @inline(never)
    static func unpack(
        _ bytes: RawSpan, at offset: Int, width: Int, base: Int64,
        into target: inout MutableSpan<Int64>
    ) {
        let count = target.count
        precondition(offset >= 0 && width >= 0 && width <= 64 && (width <= 56 || width == 64))
        precondition(offset + size(of: count, width: width) + slack <= bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe target.withUnsafeMutableBufferPointer { target in
                unsafe target.withMemoryRebound(to: UInt64.self) { target in
                    unsafe unpack(
                        start + offset, width: width, base: UInt64(bitPattern: base), into: target)
                }
            }
        }
    }

    private static func unpack(
        _ source: UnsafeRawPointer, width: Int, base: UInt64,
        into target: UnsafeMutableBufferPointer<UInt64>
    ) {
        let count = target.count
        switch width {
        case 0:
            for index in 0..<count { unsafe target[index] = base }
        case 8:
            for index in 0..<count {
                unsafe target[index] =
                    base &+ UInt64(source.load(fromByteOffset: index, as: UInt8.self))
            }
        case 16:
            for index in 0..<count {
                let value = unsafe source.loadUnaligned(
                    fromByteOffset: index &* 2, as: UInt16.self)
                unsafe target[index] = base &+ UInt64(UInt16(littleEndian: value))
            }
        case 64:
            for index in 0..<count {
                let value = unsafe source.loadUnaligned(
                    fromByteOffset: index &* 8, as: UInt64.self)
                unsafe target[index] = base &+ UInt64(littleEndian: value)
            }
        default:
            let mask = (UInt64(1) &<< UInt64(width)) &- 1
            var bit = 0
            for index in 0..<count {
                let word = unsafe source.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self)
                let value = UInt64(littleEndian: word) &>> UInt64(bit & 7)
                unsafe target[index] = base &+ (value & mask)
                bit &+= width
            }
        }
    }
}
