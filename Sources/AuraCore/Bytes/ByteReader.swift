/// Reads little-endian values one after another and never past the end.
///
/// For small structures (control messages, manifest edits); columns are read in place.
public struct ByteReader: ~Escapable {
    private let bytes: RawSpan
    /// Bytes already read.
    public private(set) var offset = 0
    private let format: FormatError.Format

    /// A reader of the whole span; `format` names the document that errors point to.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, format: FormatError.Format) {
        self.bytes = bytes
        self.format = format
    }

    /// Bytes not read yet.
    public var remaining: Int { bytes.byteCount - offset }

    /// The next integer.
    public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(FormatError) -> Value {
        try need(MemoryLayout<Value>.size)
        defer { offset += MemoryLayout<Value>.size }
        return bytes.load(offset, as: Value.self)
    }

    /// The next `count` bytes, copied.
    public mutating func readBytes(_ count: Int) throws(FormatError) -> [UInt8] {
        try need(count)
        defer { offset += count }
        return bytes.slice(offset, count).array
    }

    /// A string: u32 size, then that many bytes of UTF-8, at most `limit`.
    public mutating func readString(limit: Int) throws(FormatError) -> String {
        let size = Int(try read(UInt32.self))
        guard size <= limit else {
            throw failure("a string of \(size) bytes, at most \(limit) are allowed")
        }
        let content = try readBytes(size)
        guard let text = String(validating: content, as: UTF8.self) else {
            throw failure("a string that is not UTF-8")
        }
        return text
    }

    /// Throws unless everything was read.
    public func expectEnd() throws(FormatError) {
        guard remaining == 0 else { throw failure("\(remaining) bytes too many") }
    }

    /// An error at the present place, of condition 1 of every document: the structure is whole.
    public func failure(_ reason: String) -> FormatError {
        FormatError(format, 1, at: offset, reason)
    }

    private func need(_ count: Int) throws(FormatError) {
        guard count >= 0, count <= remaining else {
            throw failure("needs \(count) more bytes, \(remaining) are left")
        }
    }
}

extension Array where Element == UInt8 {
    /// Appends a string as `ByteReader.readString` reads it.
    public mutating func append(string: String) {
        append(little: UInt32(string.utf8.count))
        append(contentsOf: string.utf8)
    }
}
