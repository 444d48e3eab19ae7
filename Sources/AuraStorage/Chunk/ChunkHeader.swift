import AuraCore

/// The first bytes of a chunk.
struct ChunkHeader: Hashable {
    let incarnation: UInt64
    let number: UInt64

    static let size = 64
    private static let magic: UInt64 = 0x314B_4843_4152_5541  // "AURACHK1"

    init(incarnation: UInt64, number: UInt64) {
        self.incarnation = incarnation
        self.number = number
    }

    func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.append(little: ChunkHeader.magic)
        out.append(little: incarnation)
        out.append(little: number)
        out.append(contentsOf: repeatElement(0, count: ChunkHeader.size - out.count))
        out.store(
            little: Checksum.hash64(out.rawSpan.slice(0, ChunkHeader.size - 8)),
            at: ChunkHeader.size - 8)
        return out
    }

    /// The seed of a block's hash, which ties the block to its place.
    static func seed(incarnation: UInt64, number: UInt64, block: UInt64) -> UInt64 {
        var place: [UInt8] = []
        place.append(little: incarnation)
        place.append(little: number)
        place.append(little: block)
        return Checksum.hash64(place.rawSpan)
    }
}

/// The last bytes of a chunk: where its footer is.
struct ChunkTrailer: Hashable {
    let footerOffset: Int64
    let footerSize: Int
    let footerHash: Hash128

    static let size = 40
    private static let magic: UInt64 = 0x3145_4843_4152_5541  // "AURACHE1"

    init(footerOffset: Int64, footerSize: Int, footerHash: Hash128) {
        self.footerOffset = footerOffset
        self.footerSize = footerSize
        self.footerHash = footerHash
    }

    func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.append(little: footerOffset)
        out.append(little: UInt64(footerSize))
        out.append(little: footerHash.low)
        out.append(little: footerHash.high)
        out.append(little: ChunkTrailer.magic)
        return out
    }

    /// Reads the trailer of a file of that size.
    init(_ bytes: RawSpan, fileSize: Int64) throws(FormatError) {
        var reader = ByteReader(bytes, format: .chunk)
        footerOffset = try reader.read()
        let size = try reader.read(UInt64.self)
        footerHash = Hash128(low: try reader.read(), high: try reader.read())
        guard try reader.read(UInt64.self) == ChunkTrailer.magic else {
            throw FormatError(.chunk, 2, at: Int(fileSize) - 8, "it does not end as a chunk")
        }
        let end = fileSize - Int64(ChunkTrailer.size)
        guard footerOffset >= Int64(ChunkHeader.size), footerOffset <= end,
            size <= UInt64(end - footerOffset), UInt64(end - footerOffset) - size < 8
        else {
            throw FormatError(
                .chunk, 3, at: Int(end), "a footer of \(size) bytes at \(footerOffset)")
        }
        footerSize = Int(size)
    }
}
