import AuraCore
import AuraImport

/// Tells whether two files hold the same bytes, wherever they lie and whenever they were written.
///
/// The producer's name of an import is made of it: the same file is recognised after a crash, from
/// another machine and under another name, and a file that was changed or has grown is another one.
enum ContentHash {
    private static let blockSize = 1 << 20

    /// XXH3-64 of the content, block by block, each seeded with the hash before.
    static func of(_ path: String) throws -> UInt64 {
        let file = try InputFile(path)
        var source = file.bytes
        var block = [UInt8](repeating: 0, count: blockSize)
        var hash: UInt64 = 0
        var isAtEnd = false
        while !isAtEnd {
            var count = 0
            // Blocks are full whatever one read gives, or the hash would depend on it.
            while count < blockSize, !isAtEnd {
                let read = try source.read(into: &block, from: count)
                count += read
                isAtEnd = read == 0
            }
            hash = Checksum.hash64(block.rawSpan.extracting(0..<count), seed: hash)
        }
        return hash
    }

    /// 16 hexadecimal digits.
    static func text(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension FileSource {
    /// Reads some bytes into an array behind its first `start`; 0 at the end.
    fileprivate mutating func read(into array: inout [UInt8], from start: Int) throws -> Int {
        let size = array.count
        var elements = array.mutableSpan
        var bytes = unsafe elements.mutableBytes
        var rest = bytes._mutatingExtracting(start..<size)
        return try read(into: &rest)
    }
}
