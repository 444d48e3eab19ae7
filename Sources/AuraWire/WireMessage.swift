public import AuraCore
public import NIOCore

/// A message that is read and written field by field.
///
/// Readers ignore what follows the last field they know: later versions append fields. What a
/// reader must not ignore gets a feature bit or an opcode of its own.
public protocol WireMessage: Hashable, Sendable {
    /// The message's code.
    static var opcode: Opcode { get }
    /// Reads the fields. - Throws: Conditions 1 and 9 of `Formats/wire.md`, at a place counted from
    /// the payload's start.
    init(from reader: inout ByteReader) throws(FormatError)
    /// Appends the payload.
    func encode(into buffer: inout ByteBuffer)
}

extension WireMessage {
    /// Reads a payload.
    public init(payload: RawSpan) throws(FormatError) {
        var reader = ByteReader(payload, format: .wire)
        try self.init(from: &reader)
    }
}

extension ByteReader {
    /// A count of things of at least `size` bytes each: more than `limit`, or than what is left can
    /// hold, is refused before memory is set aside.
    mutating func readCount(limit: Int, size: Int) throws(FormatError) -> Int {
        let count = Int(try read(UInt32.self))
        guard count <= limit, count * size <= remaining else {
            throw failure("a list of \(count), at most \(limit) are allowed and must follow whole")
        }
        return count
    }

    /// A list of strings.
    mutating func readStrings(count limit: Int, size: Int) throws(FormatError) -> [String] {
        var strings: [String] = []
        for _ in 0..<(try readCount(limit: limit, size: 4)) {
            strings.append(try readString(limit: size))
        }
        return strings
    }

    /// 0 or 1.
    mutating func readBool() throws(FormatError) -> Bool {
        let value = try read(UInt8.self)
        guard value <= 1 else { throw badValue("\(value) where 0 or 1 must be") }
        return value == 1
    }

    /// An error of condition 9: a value that no field of its kind has.
    func badValue(_ reason: String) -> FormatError {
        FormatError(.wire, 9, at: offset, reason)
    }
}

extension ByteBuffer {
    /// Appends a little-endian integer.
    mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        writeInteger(value, endianness: .little)
    }

    /// Appends a string as `ByteReader.readString` reads it.
    mutating func write(string: String) {
        write(UInt32(string.utf8.count))
        writeString(string)
    }

    /// Appends a text for people, cut at a character where it exceeds the limit.
    mutating func write(text: String) {
        write(string: text.clipped(to: WireLimits.textBytes))
    }

    /// Appends a list of strings.
    mutating func write(strings: [String]) {
        write(UInt32(strings.count))
        for string in strings { write(string: string) }
    }

    /// Appends 0 or 1.
    mutating func write(bool: Bool) {
        write(UInt8(bool ? 1 : 0))
    }

    /// Appends the bytes of a span.
    mutating func write(bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { _ = unsafe writeBytes($0) }
    }
}

extension String {
    /// The longest beginning of whole characters that fits `size` bytes.
    func clipped(to size: Int) -> String {
        guard utf8.count > size else { return self }
        var end = startIndex
        var used = 0
        for index in indices {
            used += self[index].utf8.count
            if used > size { break }
            end = self.index(after: index)
        }
        return String(self[..<end])
    }
}
