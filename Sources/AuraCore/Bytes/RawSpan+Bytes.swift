extension RawSpan {
    /// The value at a byte offset, little-endian, at any alignment; traps outside the span.
    @inlinable @inline(__always)
    public func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, as type: Value.Type = Value.self
    ) -> Value {
        Value(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// The bytes `[offset, offset + count)`; traps outside the span.
    @inlinable @inline(__always)
    @_lifetime(copy self)
    public func slice(_ offset: Int, _ count: Int) -> RawSpan {
        extracting(offset..<offset + count)
    }

    /// A copy of the bytes.
    public var array: [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Whether both hold the same bytes.
    @inlinable
    public func isEqual(_ other: RawSpan) -> Bool {
        let count = byteCount
        guard count == other.byteCount else { return false }
        if count < 8 {
            var offset = 0
            while offset < count {
                if load(offset, as: UInt8.self) != other.load(offset, as: UInt8.self) {
                    return false
                }
                offset += 1
            }
            return true
        }
        var offset = 0
        while offset + 8 < count {
            if load(offset, as: UInt64.self) != other.load(offset, as: UInt64.self) { return false }
            offset += 8
        }
        // The last eight bytes, some of them once more.
        return load(count - 8, as: UInt64.self) == other.load(count - 8, as: UInt64.self)
    }

    /// Whether every byte is zero.
    public var isZero: Bool {
        var offset = 0
        while offset + 8 <= byteCount {
            if load(offset, as: UInt64.self) != 0 { return false }
            offset += 8
        }
        while offset < byteCount {
            if load(offset, as: UInt8.self) != 0 { return false }
            offset += 1
        }
        return true
    }

    /// The text of the bytes, which must be UTF-8: wrong bytes become U+FFFD.
    public var text: String {
        unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension Array where Element == UInt8 {
    /// The bytes as a span.
    @inlinable public var rawSpan: RawSpan {
        @_lifetime(borrow self) @inline(__always) get { unsafe span.bytes }
    }

    /// Appends a little-endian integer.
    @inlinable @inline(__always)
    public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(little value: Value) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }

    /// Overwrites bytes with a little-endian integer; traps outside the array.
    @inlinable
    public mutating func store<Value: FixedWidthInteger & BitwiseCopyable>(
        little value: Value, at offset: Int
    ) {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= count)
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
        }
    }

    /// Appends all bytes of a span.
    public mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends zeros up to the next multiple of `alignment`, which is a power of two.
    public mutating func pad(to alignment: Int) {
        let missing = -count & (alignment - 1)
        if missing > 0 { append(contentsOf: repeatElement(0, count: missing)) }
    }
}
