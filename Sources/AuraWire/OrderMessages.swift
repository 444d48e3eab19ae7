public import AuraCore
public import NIOCore

/// ORDER: to compact the store, or to delete events.
public struct Order: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.order

    /// What is to be done.
    public enum Kind: Hashable, Sendable {
        /// Merge chunks until nothing is to be gained.
        case compact
        /// Delete the events before that time.
        case deleteBefore(Timestamp)
        /// Erase the events whose attribute has one of the values.
        case erase(attribute: String, values: [AttributeValue])
    }

    /// What is to be done.
    public var kind: Kind
    /// Whether only to say what would be done.
    public var isDryRun: Bool

    /// An order of these parts.
    public init(_ kind: Kind, isDryRun: Bool = false) {
        self.kind = kind
        self.isDryRun = isDryRun
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        isDryRun = try reader.readBool()
        let code = try reader.read(UInt8.self)
        switch code {
        case 0: kind = .compact
        case 1:
            let time = Timestamp(microseconds: try reader.read())
            guard time.isRepresentable else {
                throw reader.badValue("time \(time.microseconds) µs")
            }
            kind = .deleteBefore(time)
        case 2:
            let attribute = try reader.readString(limit: Limits.nameBytes)
            var values: [AttributeValue] = []
            for _ in 0..<(try reader.readCount(limit: WireLimits.subjectValues, size: 2)) {
                values.append(try reader.readValue())
            }
            guard !attribute.isEmpty, !values.isEmpty else {
                throw reader.badValue("a subject without name or value")
            }
            kind = .erase(attribute: attribute, values: values)
        default: throw reader.badValue("order \(code)")
        }
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(bool: isDryRun)
        switch kind {
        case .compact:
            buffer.write(UInt8(0))
        case .deleteBefore(let time):
            buffer.write(UInt8(1))
            buffer.write(time.microseconds)
        case .erase(let attribute, let values):
            buffer.write(UInt8(2))
            buffer.write(string: attribute)
            buffer.write(UInt32(values.count))
            for value in values { buffer.write(value) }
        }
    }
}

/// ORDER_DONE: what became of an ORDER, or would.
public struct OrderDone: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.orderDone

    /// Number of the tombstone; 0 where there is none.
    public var tombstone: UInt64 = 0
    /// The last event that was meant.
    public var sequence: UInt64 = 0
    /// When it was ordered, µs since the epoch.
    public var time: Int64 = 0
    /// Events that are deleted.
    public var events: UInt64 = 0
    /// Chunks that went, and those that came instead.
    public var chunksBefore: UInt32 = 0, chunksAfter: UInt32 = 0
    /// Bytes of their files.
    public var bytesBefore: UInt64 = 0, bytesAfter: UInt64 = 0
    /// Whether no file of the store holds any of the events any more.
    public var isFinished = true
    /// What stands for the subject that was erased.
    public var subject: [Hash128] = []

    /// Nothing done.
    public init() {}

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        tombstone = try reader.read()
        sequence = try reader.read()
        time = try reader.read()
        events = try reader.read()
        chunksBefore = try reader.read()
        chunksAfter = try reader.read()
        bytesBefore = try reader.read()
        bytesAfter = try reader.read()
        isFinished = try reader.readBool()
        for _ in 0..<(try reader.readCount(limit: WireLimits.subjectValues, size: 16)) {
            subject.append(Hash128(low: try reader.read(), high: try reader.read()))
        }
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(tombstone)
        buffer.write(sequence)
        buffer.write(time)
        buffer.write(events)
        buffer.write(chunksBefore)
        buffer.write(chunksAfter)
        buffer.write(bytesBefore)
        buffer.write(bytesAfter)
        buffer.write(bool: isFinished)
        buffer.write(UInt32(subject.count))
        for hash in subject {
            buffer.write(hash.low)
            buffer.write(hash.high)
        }
    }
}
