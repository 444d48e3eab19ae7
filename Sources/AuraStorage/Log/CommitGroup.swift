public import AuraCore

/// Records that one write and one sync make durable: one buffer, laid out as it goes to the disk.
///
/// The batches' bytes are copied once, into this buffer; the head keeps reading them there.
public struct CommitGroup: Sendable {
    /// Where each record's payload lies in the buffer, for those who read it after the commit.
    public struct Record: Sendable {
        public let header: RecordHeader
        public let payloadOffset: Int
        /// The layout of the batch; nil for records that are none.
        public let layout: BatchLayout?
    }

    /// The most bytes a group may have, padding included.
    public static let maximumSize =
        Limits.groupBytes + Limits.batchBytes + 2 * Limits.groupAlignment

    /// The bytes, with room for the group header in front.
    public private(set) var bytes: [UInt8]
    /// The records in order.
    public private(set) var records: [Record] = []
    /// Events of all records.
    public private(set) var eventCount = 0

    /// An empty group; `capacity` is a guess of the bytes to come.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(max(capacity, Limits.groupAlignment))
        bytes.append(contentsOf: repeatElement(0, count: GroupHeader.size))
    }

    /// Whether nothing was added.
    public var isEmpty: Bool { records.isEmpty }

    /// Bytes so far.
    public var size: Int { bytes.count }

    /// Whether a payload of that size still fits the soft limit; an empty group takes any batch.
    public func hasRoom(for payloadSize: Int) -> Bool {
        isEmpty || size + RecordHeader.size + payloadSize + 8 <= Limits.groupBytes
    }

    /// Adds a record with its payload; sizes are filled in here.
    public mutating func append(
        _ header: RecordHeader, payload: RawSpan, layout: BatchLayout? = nil
    ) {
        var header = header
        header.payloadSize = payload.byteCount
        header.append(to: &bytes)
        records.append(Record(header: header, payloadOffset: bytes.count, layout: layout))
        bytes.append(payload)
        bytes.pad(to: 8)
        eventCount += header.rowCount
    }

    /// The batch of a record, sharing the group's buffer.
    public func batch(_ record: Record) -> EventBatch? {
        record.layout.map { EventBatch(storage: bytes, start: record.payloadOffset, layout: $0) }
    }

    /// Pads to the alignment and fills in the header, whose size, counts and hash are set here.
    mutating func seal(_ header: inout GroupHeader, incarnation: UInt64) {
        header.contentSize = bytes.count - GroupHeader.size
        bytes.pad(to: Limits.groupAlignment)
        header.groupSize = bytes.count
        header.recordCount = records.count
        header.eventCount = eventCount
        stamp(&header, incarnation: incarnation)
    }

    /// Writes the header anew over a sealed group, for another place.
    mutating func stamp(_ header: inout GroupHeader, incarnation: UInt64) {
        header.bodyHash = Checksum.hash64(
            bytes.rawSpan.slice(GroupHeader.size, bytes.count - GroupHeader.size),
            seed: header.number)
        bytes.replaceSubrange(..<GroupHeader.size, with: header.encoded(incarnation: incarnation))
    }

    /// Gives back memory that the buffer reserved in vain: the head keeps it for long.
    mutating func trim() {
        guard bytes.capacity - bytes.count > bytes.count / 4 else { return }
        bytes = bytes.rawSpan.array
    }

    /// A group read back from a file, whose header and hash hold; its records are read and checked.
    init(_ bytes: [UInt8], header: GroupHeader) throws(FormatError) {
        self.bytes = bytes
        var offset = GroupHeader.size
        let end = GroupHeader.size + header.contentSize
        while offset < end {
            guard offset + RecordHeader.size <= end else {
                throw FormatError(.log, 8, at: offset, "a record header leaves its group")
            }
            let record = try RecordHeader(bytes.rawSpan, at: offset)
            let payload = offset + RecordHeader.size
            guard record.payloadSize <= end - payload else {
                throw FormatError(.log, 8, at: offset + 4, "a payload leaves its group")
            }
            let content = bytes.rawSpan.slice(payload, record.payloadSize)
            guard Checksum.hash64(content) == record.payloadHash else {
                throw FormatError(.log, 9, at: payload, "a payload's checksum differs")
            }
            var layout: BatchLayout?
            if record.kind == .append {
                let batch = try BatchLayout(validating: content)
                guard batch.rowCount == record.rowCount else {
                    throw FormatError(.log, 9, at: offset + 32, "a record's rows differ")
                }
                layout = batch
            }
            records.append(Record(header: record, payloadOffset: payload, layout: layout))
            eventCount += record.rowCount
            offset = payload + (record.payloadSize + 7) & ~7
        }
        guard records.count == header.recordCount, eventCount == header.eventCount,
            bytes.rawSpan.slice(end, bytes.count - end).isZero
        else {
            throw FormatError(.log, 8, at: 40, "counts or padding differ")
        }
    }
}
