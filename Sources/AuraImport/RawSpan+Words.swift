import AuraCore

extension RawSpan {
    // The loads below are not checked a second time: each stands behind a comparison with the size,
    // and offsets, which only grow from 0, are never negative. With the checks an import of the
    // benchmark workload took 20 % more instructions (callgrind).

    /// The byte at an offset; 0 past the end, which no text format allows inside.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        assert(offset >= 0)
        guard offset < byteCount else { return 0 }
        return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes from an offset, the first in the lowest bits; zeros past the end.
    @inline(__always)
    func word(_ offset: Int) -> UInt64 {
        assert(offset >= 0)
        guard offset &+ 8 <= byteCount else { return lastWord(offset) }
        return UInt64(
            littleEndian: unsafe unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    @inline(never)
    private func lastWord(_ offset: Int) -> UInt64 {
        if offset >= byteCount { return 0 }
        if byteCount >= 8 {
            return load(byteCount - 8, as: UInt64.self) >> UInt64((offset + 8 - byteCount) * 8)
        }
        var word: UInt64 = 0
        for index in offset..<byteCount {
            word |= UInt64(load(index, as: UInt8.self)) << UInt64((index - offset) * 8)
        }
        return word
    }
}

/// Tests of eight bytes at once.
///
/// Each answer has the top bit of a byte set where the test holds; the lowest such bit is exact,
/// those above it may be false.
enum Lanes {
    /// A word of eight equal bytes.
    @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Which bytes equal a byte.
    @inline(__always)
    static func equal(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ all(byte)
        return (difference &- all(1)) & ~difference & all(0x80)
    }

    /// Which bytes are below a bound of at most 128.
    @inline(__always)
    static func below(_ word: UInt64, _ bound: UInt8) -> UInt64 {
        (word &- all(bound)) & ~word & all(0x80)
    }

    /// Which bytes are no ASCII.
    ///
    /// Exact throughout.
    @inline(__always)
    static func nonASCII(_ word: UInt64) -> UInt64 { word & all(0x80) }

    /// Index of the first byte for which a test holds; 8 for none.
    @inline(__always)
    static func first(_ answer: UInt64) -> Int { answer.trailingZeroBitCount &>> 3 }
}
