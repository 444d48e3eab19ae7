import AuraCore

/// What the groups of the log up to a flush say beside their events: `Formats/checkpoint.md`.
struct Checkpoint: Hashable, Sendable {
    var producers = Producers()
    /// Ingest time of the last record, µs.
    var lastIngestTime = Int64.min

    private static let magic: UInt64 = 0x3154_4B43_4152_5541  // "AURACKT1"

    func encoded(incarnation: UInt64, number: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        out.append(little: Checkpoint.magic)
        out.append(little: incarnation)
        out.append(little: number)
        out.append(little: lastIngestTime)
        producers.append(to: &out)
        out.append(little: Checksum.hash64(out.rawSpan))
        return out
    }

    /// Reads a checkpoint of that store and number.
    init(_ bytes: RawSpan, incarnation: UInt64, number: UInt64) throws(FormatError) {
        guard bytes.byteCount >= 8 else {
            throw FormatError(.checkpoint, 1, at: 0, "\(bytes.byteCount) bytes")
        }
        let content = bytes.slice(0, bytes.byteCount - 8)
        guard Checksum.hash64(content) == bytes.load(content.byteCount) else {
            throw FormatError(.checkpoint, 2, at: content.byteCount, "it does not hold its hash")
        }
        var reader = ByteReader(content, format: .checkpoint)
        guard try reader.read(UInt64.self) == Checkpoint.magic,
            try reader.read(UInt64.self) == incarnation, try reader.read(UInt64.self) == number
        else {
            throw FormatError(.checkpoint, 3, at: 0, "it is not checkpoint \(number) of this store")
        }
        lastIngestTime = try reader.read()
        producers = try Producers(&reader)
        try reader.expectEnd()
    }

    /// Nothing, as before the first group.
    init() {}

    /// A checkpoint of these parts.
    init(producers: Producers, lastIngestTime: Int64) {
        self.producers = producers
        self.lastIngestTime = lastIngestTime
    }
}
