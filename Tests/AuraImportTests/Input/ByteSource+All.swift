import AuraImport

extension ByteSource {
    /// All bytes to the end, taken in pieces of at most `size`.
    mutating func all(_ size: Int = 4_096) throws(InputError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: size)
        while true {
            var elements = piece.mutableSpan
            var target = unsafe elements.mutableBytes
            let count = try read(into: &target)
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }
}
