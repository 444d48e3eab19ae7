public import AuraCore
public import NIOCore

/// STATUS: how the server is.
public struct StatusRequest: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.status

    /// The question has no fields.
    public init() {}

    /// Reads nothing.
    public init(from reader: inout ByteReader) throws(FormatError) {}

    /// Appends nothing.
    public func encode(into buffer: inout ByteBuffer) {}
}

/// STATUS_INFO: the answer to STATUS.
public struct StatusInfo: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.statusInfo

    /// A number with a name.
    public struct Counter: Hashable, Sendable {
        /// Words joined by dots.
        public var name: String
        /// The number.
        public var value: UInt64

        /// A number with a name.
        public init(_ name: String, _ value: UInt64) {
            self.name = name
            self.value = value
        }
    }

    /// What the reading over of all files at rest has come to.
    public struct Scrub: Hashable, Sendable {
        /// Rounds over the whole store that have ended.
        public var rounds: UInt64 = 0
        /// Bytes that were read in the present round.
        public var bytesRead: UInt64 = 0
        /// Bytes that the present round has to read.
        public var bytes: UInt64 = 0
        /// When the last round ended; nil before the first has.
        public var lastRound: Timestamp?
        /// Places that were found damaged.
        public var findings: UInt64 = 0
        /// The last of them, for people; empty if there is none.
        public var lastFinding = ""

        /// Nothing yet.
        public init() {}
    }

    /// The server's clock, µs since the epoch.
    public var serverTime: Int64 = 0
    /// µs since the server began to listen.
    public var uptime: UInt64 = 0
    /// Identity of the store.
    public var incarnation: UInt64 = 0
    /// Sequence number of the last event that is durable and visible; also how many there are.
    public var visible: UInt64 = 0
    /// Sequence number up to which nothing can be lost any more.
    public var stable: UInt64 = 0
    /// Bytes of memory that events take.
    public var memoryBytes: UInt64 = 0
    /// Bytes of memory that events may take.
    public var memoryLimit: UInt64 = 0
    /// Open connections.
    public var connections: UInt32 = 0
    /// How many connections there may be.
    public var maximumConnections: UInt32 = 0
    /// Whether batches are taken; false after the log failed.
    public var isWritable = true
    /// What is stored and cannot be read: answers that need it are not complete.
    public var missing: [MissingEvents] = []
    /// How far the store has been read over for rot.
    public var scrub = Scrub()
    /// What was counted since the server began to listen, by name: batches, refusals by code, what
    /// the privacy rules took out.
    public var counters: [Counter] = []

    /// All zero.
    public init() {}

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        serverTime = try reader.read()
        uptime = try reader.read()
        incarnation = try reader.read()
        visible = try reader.read()
        stable = try reader.read()
        memoryBytes = try reader.read()
        memoryLimit = try reader.read()
        connections = try reader.read()
        maximumConnections = try reader.read()
        isWritable = try reader.readBool()
        for _ in 0..<(try reader.readCount(limit: WireLimits.counters, size: 12)) {
            let name = try reader.readString(limit: WireLimits.peerNameBytes)
            counters.append(Counter(name, try reader.read()))
        }
        missing = try reader.readMissing()
        scrub = try Scrub(from: &reader)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(serverTime)
        buffer.write(uptime)
        buffer.write(incarnation)
        buffer.write(visible)
        buffer.write(stable)
        buffer.write(memoryBytes)
        buffer.write(memoryLimit)
        buffer.write(connections)
        buffer.write(maximumConnections)
        buffer.write(bool: isWritable)
        let counters = counters.prefix(WireLimits.counters)
        buffer.write(UInt32(counters.count))
        for counter in counters {
            buffer.write(string: counter.name.clipped(to: WireLimits.peerNameBytes))
            buffer.write(counter.value)
        }
        buffer.write(missing: missing)
        scrub.encode(into: &buffer)
    }
}

extension StatusInfo.Scrub {
    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        rounds = try reader.read()
        bytesRead = try reader.read()
        bytes = try reader.read()
        lastRound = try reader.readBool() ? Timestamp(microseconds: reader.read()) : nil
        findings = try reader.read()
        lastFinding = try reader.readString(limit: WireLimits.textBytes)
    }

    fileprivate func encode(into buffer: inout ByteBuffer) {
        buffer.write(rounds)
        buffer.write(bytesRead)
        buffer.write(bytes)
        buffer.write(bool: lastRound != nil)
        if let lastRound { buffer.write(lastRound.microseconds) }
        buffer.write(findings)
        buffer.write(text: lastFinding)
    }
}
