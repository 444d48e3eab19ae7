public import AuraCore
public import NIOCore

/// SIGHTS: when events were last seen.
public struct SightsRequest: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.sights

    /// The question has no fields.
    public init() {}

    /// Reads nothing.
    public init(from reader: inout ByteReader) throws(FormatError) {}

    /// Appends nothing.
    public func encode(into buffer: inout ByteBuffer) {}
}

/// SIGHTS_INFO: the answer to SIGHTS; several frames, all but the last with the flag *more*.
public struct SightsInfo: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.sightsInfo

    /// When events of a type were last seen.
    public struct OfType: Hashable, Sendable {
        /// The type's name.
        public var type: String
        /// When its events were last seen.
        public var sight: Sight

        /// A type and when it was last seen.
        public init(type: String, sight: Sight) {
            self.type = type
            self.sight = sight
        }
    }

    /// When events of a producer were last seen.
    public struct OfProducer: Hashable, Sendable {
        /// What stands for the producer in APPEND.
        public var producer: UInt32
        /// Its name; nil if the server does not remember it.
        public var name: String?
        /// When its events were last seen.
        public var sight: Sight

        /// A producer and when it was last seen.
        public init(producer: UInt32, name: String?, sight: Sight) {
            self.producer = producer
            self.name = name
            self.sight = sight
        }
    }

    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// Of all events; nil if there are none.
    public var any: Sight?
    /// Ascending by name, over all frames.
    public var types: [OfType]
    /// Ascending by handle, over all frames.
    public var producers: [OfProducer]

    /// An answer, or a part of it.
    public init(
        watermark: UInt64, any: Sight?, types: [OfType] = [], producers: [OfProducer] = []
    ) {
        self.watermark = watermark
        self.any = any
        self.types = types
        self.producers = producers
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        watermark = try reader.read()
        any = try reader.readBool() ? reader.readSight() : nil
        types = []
        for _ in 0..<(try reader.readCount(limit: .max, size: 13)) {
            let type = try reader.readString(limit: Limits.nameBytes)
            types.append(OfType(type: type, sight: try reader.readSight()))
        }
        producers = []
        for _ in 0..<(try reader.readCount(limit: .max, size: 14)) {
            let handle: UInt32 = try reader.read()
            let name = try reader.readBool() ? reader.readString(limit: Limits.nameBytes) : nil
            producers.append(
                OfProducer(producer: handle, name: name, sight: try reader.readSight()))
        }
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(watermark)
        buffer.write(bool: any != nil)
        if let any { buffer.write(any) }
        buffer.write(UInt32(types.count))
        for type in types {
            buffer.write(string: type.type)
            buffer.write(type.sight)
        }
        buffer.write(UInt32(producers.count))
        for producer in producers {
            buffer.write(producer.producer)
            buffer.write(bool: producer.name != nil)
            if let name = producer.name { buffer.write(string: name) }
            buffer.write(producer.sight)
        }
    }
}

extension SightsInfo.OfType {
    /// The most bytes that it takes in a payload.
    public var encodedSize: Int { 21 + type.utf8.count }
}

extension SightsInfo.OfProducer {
    /// The most bytes that it takes in a payload.
    public var encodedSize: Int { 26 + (name?.utf8.count ?? 0) }
}

extension ByteReader {
    fileprivate mutating func readSight() throws(FormatError) -> Sight {
        Sight(
            event: try readBool() ? Timestamp(microseconds: read()) : nil,
            arrival: Timestamp(microseconds: try read()))
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ sight: Sight) {
        write(optional: sight.event?.microseconds)
        write(sight.arrival.microseconds)
    }
}
