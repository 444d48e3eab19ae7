import AuraCore

/// The first 96 bytes of a group: what one write and one sync cover.
///
/// `Formats/log.md`, "Group".
struct GroupHeader: Hashable, Sendable {
    static let size = 96
    /// `AGR1`.
    static let magic: UInt32 = 0x3152_4741

    /// Bytes of the whole group with its padding, a multiple of `Limits.groupAlignment`.
    var groupSize = 0
    /// Place in the order of groups, from 1 without gaps.
    var number: UInt64 = 0
    /// The number of the file that holds it.
    var file: UInt64 = 0
    /// Where in that file it begins.
    var offset: Int64 = 0
    /// Sequence number of its first event; of the next event, if it has none.
    var firstSequence: UInt64 = 0
    var recordCount = 0
    var eventCount = 0
    /// The promise: every group up to this number was durable before this one was written.
    var syncedNumber: UInt64 = 0
    /// µs since the epoch, by the wall clock of the writer.
    var wallTime: Int64 = 0
    /// XXH3-128 of the header before; zero in the first group of all.
    var previous = Hash128.zero
    /// XXH3-64 of all bytes behind the header, seeded with the group's number.
    var bodyHash: UInt64 = 0
    /// Bytes of the records, without padding.
    var contentSize = 0

    /// The 96 bytes; their checksum is seeded with the incarnation.
    func encoded(incarnation: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(GroupHeader.size)
        out.append(little: GroupHeader.magic)
        out.append(little: UInt32(groupSize))
        out.append(little: number)
        out.append(little: file)
        out.append(little: offset)
        out.append(little: firstSequence)
        out.append(little: UInt32(recordCount))
        out.append(little: UInt32(eventCount))
        out.append(little: syncedNumber)
        out.append(little: wallTime)
        out.append(little: previous.low)
        out.append(little: previous.high)
        out.append(little: bodyHash)
        out.append(little: UInt32(contentSize))
        out.append(little: Checksum.hash32(out.rawSpan, seed: incarnation))
        return out
    }

    /// Reads a header; nil unless it is whole and of the store of that incarnation.
    init?(_ bytes: RawSpan, incarnation: UInt64) {
        guard bytes.byteCount >= GroupHeader.size, bytes.load(0, as: UInt32.self) == Self.magic,
            bytes.load(92, as: UInt32.self)
                == Checksum.hash32(bytes.slice(0, 92), seed: incarnation)
        else { return nil }
        groupSize = Int(bytes.load(4, as: UInt32.self))
        number = bytes.load(8)
        file = bytes.load(16)
        offset = bytes.load(24)
        firstSequence = bytes.load(32)
        recordCount = Int(bytes.load(40, as: UInt32.self))
        eventCount = Int(bytes.load(44, as: UInt32.self))
        syncedNumber = bytes.load(48)
        wallTime = bytes.load(56)
        previous = Hash128(low: bytes.load(64), high: bytes.load(72))
        bodyHash = bytes.load(80)
        contentSize = Int(bytes.load(88, as: UInt32.self))
        guard number > 0, syncedNumber < number, groupSize >= Limits.groupAlignment,
            groupSize % Limits.groupAlignment == 0, groupSize <= CommitGroup.maximumSize,
            contentSize <= groupSize - GroupHeader.size
        else { return nil }
    }

    init() {}
}
