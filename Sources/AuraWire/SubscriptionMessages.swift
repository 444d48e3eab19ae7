public import AuraCore
public import NIOCore

/// SUBSCRIBE: events from a sequence number on, those to come included.
public struct Subscribe: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.subscribe
    /// Sequence number of the first event wanted; 0: only what comes from now on.
    public var from: UInt64
    /// Only these types; empty means all.
    public var types: [String]
    /// Bytes of EVENTS payloads that the server may send before CREDIT grants more.
    ///
    /// The frame that spends the last of it may exceed it.
    public var credit: UInt64

    /// A subscription of these parts.
    public init(from: UInt64, types: [String] = [], credit: UInt64) {
        self.from = from
        self.types = types
        self.credit = credit
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        from = try reader.read()
        types = try reader.readStrings(count: WireLimits.types, size: Limits.nameBytes)
        credit = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(from)
        buffer.write(strings: types)
        buffer.write(credit)
    }
}

/// What EVENTS says of its batch: a fixed part of 32 bytes with a hash of their own, then the
/// ranges, then the batch.
///
/// The first frame of a subscription comes at once, without a batch: it says where it begins.
public struct EventsHead: Hashable, Sendable {
    /// Bytes of the fixed part.
    public static let size = 32
    static let hashedSize = 28
    static let rangeSize = 16

    /// Consecutive sequence numbers.
    public struct Range: Hashable, Sendable {
        /// The first number.
        public var first: UInt64
        /// How many there are, at least 1.
        public var count: UInt64

        /// `count` numbers from `first` on.
        public init(first: UInt64, count: UInt64) {
            self.first = first
            self.count = count
        }
    }

    /// Sequence number of the first event of the batch, or the first that was considered if there
    /// is no batch.
    public var first: UInt64
    /// Every event from `first` to this number was considered: whoever subscribes again goes on
    /// behind it.
    public var last: UInt64
    /// Bytes of the batch; 0: none.
    public var batchSize: Int
    /// The sequence numbers of the batch's rows, ascending; empty: from `first` on without gaps.
    public var ranges: [Range]

    /// A head of these parts.
    public init(first: UInt64, last: UInt64, batchSize: Int = 0, ranges: [Range] = []) {
        self.first = first
        self.last = last
        self.batchSize = batchSize
        self.ranges = ranges
    }

    /// Bytes before the batch.
    public var encodedSize: Int { EventsHead.size + ranges.count * EventsHead.rangeSize }

    /// Reads what stands before the batch.
    ///
    /// - Throws: Condition 1 if bytes are missing, 10 if the fixed part's hash differs, 5 if
    ///   reserved bytes are set, 11 if the ranges do not ascend.
    public init(payload: RawSpan) throws(FormatError) {
        guard payload.byteCount >= EventsHead.size else {
            throw FormatError(.wire, 1, at: 0, "EVENTS of \(payload.byteCount) bytes")
        }
        guard
            Checksum.hash32(payload.slice(0, EventsHead.hashedSize))
                == payload.load(28, as: UInt32.self)
        else {
            throw FormatError(.wire, 10, at: 28, "the fixed part's checksum differs")
        }
        guard payload.load(24, as: UInt32.self) == 0 else {
            throw FormatError(.wire, 5, at: 24, "reserved bytes are set")
        }
        first = payload.load(0)
        last = payload.load(8)
        batchSize = Int(payload.load(16, as: UInt32.self))
        let rangeCount = Int(payload.load(20, as: UInt32.self))
        guard
            EventsHead.size + rangeCount * EventsHead.rangeSize + batchSize <= payload.byteCount
        else {
            throw FormatError(
                .wire, 1, at: 16, "\(rangeCount) ranges and \(batchSize) bytes leave the frame")
        }
        ranges = []
        ranges.reserveCapacity(rangeCount)
        var next = first
        for index in 0..<rangeCount {
            let place = EventsHead.size + index * EventsHead.rangeSize
            let range = Range(first: payload.load(place), count: payload.load(place + 8))
            let (end, overflow) = range.first.addingReportingOverflow(range.count)
            guard range.count > 0, range.first >= next, !overflow else {
                throw FormatError(.wire, 11, at: place, "ranges of sequence numbers descend")
            }
            ranges.append(range)
            next = end
        }
    }

    /// The batch of an EVENTS payload, for which this head was read; empty if there is none.
    @_lifetime(copy payload)
    public func batch(of payload: RawSpan) -> RawSpan {
        payload.slice(encodedSize, batchSize)
    }

    /// The sequence number of each of `rowCount` rows; fewer if the ranges do not cover them.
    public func sequences(rowCount: Int) -> [UInt64] {
        var sequences: [UInt64] = []
        sequences.reserveCapacity(rowCount)
        let all = ranges.isEmpty ? [Range(first: first, count: UInt64(rowCount))] : ranges
        for range in all {
            for number in 0..<min(range.count, UInt64(rowCount - sequences.count)) {
                sequences.append(range.first + number)
            }
        }
        return sequences
    }

    /// Appends fixed part and ranges.
    func encode(into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex - buffer.readerIndex
        buffer.write(first)
        buffer.write(last)
        buffer.write(UInt32(batchSize))
        buffer.write(UInt32(ranges.count))
        buffer.write(UInt32(0))
        let hash = Checksum.hash32(
            buffer.readableBytesSpan.slice(start, EventsHead.hashedSize))
        buffer.write(hash)
        for range in ranges {
            buffer.write(range.first)
            buffer.write(range.count)
        }
    }
}

/// END: a subscription is over because it was cancelled.
public struct End: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.end
    /// Where to go on: every event before this sequence number was sent or filtered out.
    public var next: UInt64

    /// An end before that sequence number.
    public init(next: UInt64) { self.next = next }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        next = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(next)
    }
}
