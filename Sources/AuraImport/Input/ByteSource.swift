/// Bytes that come one block after another: a file, a pipe, what a compressed file holds.
public protocol ByteSource {
    /// Reads some bytes to the start of the buffer, which is not empty; returns how many, 0 only at
    /// the end.
    mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int

    /// Moves over bytes; throws `endsEarly` if there are not so many.
    mutating func skip(_ count: Int64) throws(InputError)
}

extension ByteSource {
    /// Reads and forgets.
    public mutating func skip(_ count: Int64) throws(InputError) {
        try readOver(count)
    }

    /// Reads and forgets.
    mutating func readOver(_ count: Int64) throws(InputError) {
        var block = [UInt8](repeating: 0, count: 1 << 16)
        var left = count
        while left > 0 {
            let size = Int(min(left, Int64(block.count)))
            let read = try read(into: &block, at: 0..<size)
            if read == 0 { throw .endsEarly(missing: left) }
            left -= Int64(read)
        }
    }

    /// Reads some bytes into a part of an array.
    mutating func read(
        into array: inout [UInt8], at range: Range<Int>
    ) throws(InputError) -> Int {
        var elements = array.mutableSpan
        var bytes = unsafe elements.mutableBytes
        var part = bytes._mutatingExtracting(range)
        return try read(into: &part)
    }
}

/// Why an input cannot be read on.
public enum InputError: Error, Hashable, Sendable {
    /// A system call failed.
    case system(errno: Int32)
    /// Compressed data is damaged or cut off.
    case compression(reason: String)
    /// There are fewer bytes than a resumed import had read before.
    case endsEarly(missing: Int64)
    /// The first line is no CSV header.
    case header(reason: String)
    /// The position to resume from was made by an import of another format.
    case position(reason: String)
    /// The options cannot be followed.
    case options(reason: String)
}

extension InputError: CustomStringConvertible {
    /// What is wrong.
    public var description: String {
        switch self {
        case .system(let code): "cannot read the input: error \(code)"
        case .compression(let reason): "the compressed input \(reason)"
        case .endsEarly(let missing):
            "the input is \(missing) bytes shorter than when it was read before"
        case .header(let reason): "the header: \(reason)"
        case .position(let reason): "cannot resume: \(reason)"
        case .options(let reason): reason
        }
    }
}
