public import AuraCore

/// Records that one write and one sync make durable: one buffer, laid out as it goes to the disk.
///
/// The batches' bytes are copied once, into this buffer; the head keeps reading them there.
public struct CommitGroup: Sendable {
    /// Where each record's payload lies in the buffer, for those who read it after the commit.
    public struct Record: Sendable {
        /// The record's header.
        public let header: RecordHeader
        /// Bytes from the start of the buffer.
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
    /// Bytes of the records, without header and padding.
    private var contentSize = 0

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

    /// Whether a payload of that size still fits a soft limit; an empty group takes any batch.
    public func hasRoom(for payloadSize: Int, within limit: Int) -> Bool {
        isEmpty || size + RecordHeader.size + payloadSize + 8 <= limit
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
        contentSize = bytes.count - GroupHeader.size
        eventCount += header.rowCount
    }

    /// The batch of a record, sharing the group's buffer.
    public func batch(_ record: Record) -> EventBatch? {
        record.layout.map { EventBatch(storage: bytes, start: record.payloadOffset, layout: $0) }
    }

    /// The name in the record of an opening; empty for other records.
    func name(_ record: Record) -> String {
        guard record.header.kind == .producerOpen else { return "" }
        return bytes.rawSpan.slice(record.payloadOffset, record.header.payloadSize).text
    }

    /// Bytes with the padding that `seal` adds.
    var paddedSize: Int {
        (bytes.count + Limits.groupAlignment - 1) & ~(Limits.groupAlignment - 1)
    }

    /// Pads to the alignment and fills in the header, whose sizes, counts and hash are set here.
    ///
    /// May be called again, for another place or number.
    mutating func seal(_ header: inout GroupHeader, incarnation: UInt64) {
        bytes.pad(to: Limits.groupAlignment)
        header.groupSize = bytes.count
        header.contentSize = contentSize
        header.recordCount = records.count
        header.eventCount = eventCount
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

    /// A group read back from a file of that kind, whose header and hash hold; its records are read
    /// and checked.
    ///
    /// Offsets of errors count from the start of the group.
    init(
        _ bytes: [UInt8], header: GroupHeader, in kind: SegmentHeader.Kind
    ) throws(FormatError) {
        self.bytes = bytes
        contentSize = header.contentSize
        var offset = GroupHeader.size
        let end = offset + contentSize
        var sequence = header.firstSequence
        while offset < end {
            let record = try Record(bytes.rawSpan, at: offset, before: end, in: kind)
            guard record.header.kind == .edit || record.header.firstSequence == sequence else {
                throw FormatError(
                    kind.format, 12, at: offset + 24,
                    "a record begins with event \(record.header.firstSequence), expected \(sequence)"
                )
            }
            records.append(record)
            eventCount += record.header.rowCount
            sequence += UInt64(record.header.rowCount)
            offset = record.payloadOffset + (record.header.payloadSize + 7) & ~7
        }
        guard offset == end, records.count == header.recordCount, eventCount == header.eventCount,
            bytes.rawSpan.slice(end, bytes.count - end).isZero
        else {
            throw FormatError(kind.format, 8, at: 40, "counts or padding differ")
        }
    }
}

extension CommitGroup.Record {
    /// Reads the record at an offset of a group whose content ends at `end`.
    fileprivate init(
        _ bytes: RawSpan, at offset: Int, before end: Int, in kind: SegmentHeader.Kind
    ) throws(FormatError) {
        guard offset + RecordHeader.size <= end else {
            throw FormatError(kind.format, 8, at: offset, "a record header leaves its group")
        }
        header = try RecordHeader(bytes, at: offset, in: kind)
        payloadOffset = offset + RecordHeader.size
        let padding = -header.payloadSize & 7
        guard header.payloadSize + padding <= end - payloadOffset else {
            throw FormatError(kind.format, 8, at: offset + 4, "a payload leaves its group")
        }
        guard header.hasOnlyItsFields else {
            throw FormatError(kind.format, 8, at: offset, "fields that no such record has are set")
        }
        guard bytes.slice(payloadOffset + header.payloadSize, padding).isZero else {
            throw FormatError(
                kind.format, 8, at: payloadOffset + header.payloadSize, "padding is set")
        }
        let content = bytes.slice(payloadOffset, header.payloadSize)
        guard Checksum.hash64(content) == header.payloadHash else {
            throw FormatError(kind.format, 9, at: payloadOffset, "a payload's checksum differs")
        }
        guard header.isRewritten || header.clientHash == header.payloadHash else {
            throw FormatError(kind.format, 9, at: offset + 48, "the client sent other bytes")
        }
        guard header.kind == .append else {
            layout = nil
            return
        }
        let batch: BatchLayout
        do {
            batch = try BatchLayout(validating: content)
        } catch {
            throw FormatError(kind.format, 11, at: payloadOffset + error.offset, "\(error)")
        }
        guard batch.rowCount == header.rowCount else {
            throw FormatError(
                kind.format, 11, at: offset + 32,
                "the record says \(header.rowCount) rows, its batch has \(batch.rowCount)")
        }
        layout = batch
    }
}
