public import AuraCore
public import NIOCore

/// PRODUCER_OPEN: takes a producer's name; whoever opened it before is fenced.
public struct ProducerOpen: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.producerOpen
    /// 1 to `Limits.producerNameBytes` bytes, stable over restarts of the client.
    public var name: String

    /// Opens the producer of that name.
    public init(name: String) { self.name = name }

    /// Reads the fields.
    ///
    /// A name of a wrong size is read, so that it can be refused by its own code.
    public init(from reader: inout ByteReader) throws(FormatError) {
        name = try reader.readString(limit: WireLimits.textBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(string: name)
    }
}

/// PRODUCER_STATE: the answer to PRODUCER_OPEN.
public struct ProducerState: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.producerState
    /// Stands for the name in APPEND.
    public var producer: UInt32
    /// Which opening of the name this is.
    public var epoch: UInt32
    /// The number that the producer's next new batch must have.
    public var nextSequence: UInt64

    /// A state of these parts.
    public init(producer: UInt32, epoch: UInt32, nextSequence: UInt64) {
        self.producer = producer
        self.epoch = epoch
        self.nextSequence = nextSequence
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        producer = try reader.read()
        epoch = try reader.read()
        nextSequence = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(producer)
        buffer.write(epoch)
        buffer.write(nextSequence)
    }
}

/// The fixed part of APPEND, before the batch: 32 bytes with a hash of their own.
///
/// The payload hash of the frame covers the batch alone: it is the batch's identity in the log, and
/// a batch that is sent again needs no second hash.
public struct AppendHead: Hashable, Sendable {
    /// Bytes of the fixed part; the batch begins at byte 64 of the frame.
    public static let size = 32
    static let hashedSize = 28

    /// The handle from PRODUCER_STATE; 0 for a batch without a producer, which is stored again each
    /// time it is sent.
    public var producer: UInt32
    /// The epoch from PRODUCER_STATE; 0 without a producer.
    public var epoch: UInt32
    /// The producer's number of the batch, from 1; without a producer, anything: it comes back in
    /// the acknowledgement.
    public var sequence: UInt64

    /// A fixed part of these fields.
    public init(producer: UInt32 = 0, epoch: UInt32 = 0, sequence: UInt64) {
        self.producer = producer
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Reads the fixed part of an APPEND payload.
    ///
    /// - Throws: Condition 1 if there are fewer bytes, 10 if the hash differs, 5 if reserved bytes
    ///   are set.
    public init(payload: RawSpan) throws(FormatError) {
        guard payload.byteCount >= AppendHead.size else {
            throw FormatError(
                .wire, 1, at: 0, "an APPEND of \(payload.byteCount) bytes has no batch")
        }
        guard
            Checksum.hash32(payload.slice(0, AppendHead.hashedSize))
                == payload.load(28, as: UInt32.self)
        else {
            throw FormatError(.wire, 10, at: 28, "the fixed part's checksum differs")
        }
        guard payload.load(16, as: UInt32.self) == 0, payload.load(20, as: UInt64.self) == 0 else {
            throw FormatError(.wire, 5, at: 16, "flags or reserved bytes are set")
        }
        producer = payload.load(0)
        epoch = payload.load(4)
        sequence = payload.load(8)
    }

    /// The batch of an APPEND payload, whose fixed part was read.
    @_lifetime(copy payload)
    public static func batch(of payload: RawSpan) -> RawSpan {
        payload.slice(size, payload.byteCount - size)
    }

    /// Appends the 32 bytes.
    func encode(into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex - buffer.readerIndex
        buffer.write(producer)
        buffer.write(epoch)
        buffer.write(sequence)
        buffer.write(UInt32(0))
        buffer.write(UInt64(0))
        let hash = Checksum.hash32(
            buffer.readableBytesSpan.slice(start, AppendHead.hashedSize))
        buffer.write(hash)
    }
}

/// How far a batch has come when it is acknowledged; raw values are the codes on the wire.
public enum DurabilityLevel: UInt8, Sendable {
    /// On the disk: it survives a power failure.
    case disk = 2
}

/// APPEND_ACK: the batch is durable and visible.
public struct AppendAck: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.appendAck

    /// What is special about a batch.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// One bit each.
        public let rawValue: UInt8

        /// Flags of that code.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The batch was stored before; nothing was stored now.
        public static let duplicate = Flags(rawValue: 1)
        /// The batch was stored so long ago that its place is not remembered: first sequence
        /// number and rows are 0.
        ///
        /// Comes with `duplicate`.
        public static let forgotten = Flags(rawValue: 2)
        /// The privacy rules of the server, or its cap of attributes, changed the batch; the warnings say
        /// what.
        public static let rewritten = Flags(rawValue: 4)
    }

    /// The producer's number of the batch, as APPEND had it.
    public var sequence: UInt64
    /// Sequence number of the first event.
    public var firstSequence: UInt64
    /// Events; the last has sequence number `firstSequence` + `rowCount` - 1.
    public var rowCount: UInt32
    /// What is special about the batch.
    public var flags: Flags
    /// How far the batch has come.
    public var level: DurabilityLevel
    /// What the sender should look into; nothing is to be sent again.
    public var warnings: [Warning]

    /// An acknowledgement of these parts.
    public init(
        sequence: UInt64, firstSequence: UInt64, rowCount: UInt32, flags: Flags = [],
        level: DurabilityLevel = .disk, warnings: [Warning] = []
    ) {
        self.sequence = sequence
        self.firstSequence = firstSequence
        self.rowCount = rowCount
        self.flags = flags
        self.level = level
        self.warnings = warnings
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        sequence = try reader.read()
        firstSequence = try reader.read()
        rowCount = try reader.read()
        flags = Flags(rawValue: try reader.read())
        let code = try reader.read(UInt8.self)
        guard let level = DurabilityLevel(rawValue: code) else {
            throw reader.badValue("durability level \(code)")
        }
        self.level = level
        warnings = []
        for _ in 0..<(try reader.readCount(limit: WireLimits.warnings, size: 6)) {
            warnings.append(
                Warning(
                    code: try reader.read(),
                    text: try reader.readString(limit: WireLimits.textBytes)))
        }
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(sequence)
        buffer.write(firstSequence)
        buffer.write(rowCount)
        buffer.write(flags.rawValue)
        buffer.write(level.rawValue)
        let warnings = warnings.prefix(WireLimits.warnings)
        buffer.write(UInt32(warnings.count))
        for warning in warnings {
            buffer.write(warning.code)
            buffer.write(text: warning.text)
        }
    }
}

/// Something about a stored batch that its sender should look into.
public struct Warning: Hashable, Sendable {
    /// What kind; `Formats/wire.md`, "Codes".
    ///
    /// A number that this build does not know is kept.
    public var code: UInt16
    /// What, where and what to do.
    public var text: String

    /// A warning of these parts.
    public init(code: UInt16, text: String) {
        self.code = code
        self.text = text
    }

    /// A warning about that many events of the batch.
    public init(code: UInt16, about subject: String, events: Int) {
        self.init(code: code, text: "\(subject) (\(events) events)")
    }

    /// The privacy rules took attributes or values out.
    public static let privacy: UInt16 = 1
    /// Events differ from their type's schema.
    public static let schema: UInt16 = 2
    /// Attributes were moved into `$residual`, for their type has too many.
    public static let cap: UInt16 = 3

    /// What the warning is about: the text without the number of events, the same for the same
    /// cause.
    public var subject: String { parts.subject }

    /// How many events of the batch the warning is about, if it says so.
    public var events: Int? { parts.events }

    private var parts: (subject: String, events: Int?) {
        let end = " events)"
        guard text.hasSuffix(end), let start = text.lastIndex(of: "("), start > text.startIndex,
            let events = Int(text[text.index(after: start)...].dropLast(end.count))
        else { return (text, nil) }
        return (String(text[..<text.index(before: start)]), events)
    }
}

/// STABLE: up to here nothing can be lost any more, not even by a damaged disk's last page; a client
/// may let go of the batches that end at or before `stable`.
///
/// Sent with request id 0 to connections that appended, at most once for each burst of answers.
public struct Stable: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.stable
    /// Sequence number up to which everything is stable, inclusive.
    public var stable: UInt64
    /// Sequence number up to which everything is durable and visible.
    public var visible: UInt64

    /// A progress of these parts.
    public init(stable: UInt64, visible: UInt64) {
        self.stable = stable
        self.visible = visible
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        stable = try reader.read()
        visible = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(stable)
        buffer.write(visible)
    }
}
