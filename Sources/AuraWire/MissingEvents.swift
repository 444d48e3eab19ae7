public import AuraCore
public import NIOCore

/// MISSING: events that are stored and cannot be read; also an element of COUNTS and STATUS_INFO.
public struct MissingEvents: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.missing

    /// Names what cannot be read, for people.
    public var chunk: String
    /// How many events it holds.
    public var count: UInt64
    /// Their least and greatest sequence number; others between may be elsewhere.
    public var sequences: ClosedRange<UInt64>
    /// Their earliest and latest time.
    public var times: ClosedRange<Timestamp>

    /// Events that cannot be read.
    public init(
        chunk: String, count: UInt64, sequences: ClosedRange<UInt64>, times: ClosedRange<Timestamp>
    ) {
        self.chunk = chunk
        self.count = count
        self.sequences = sequences
        self.times = times
    }

    /// Bytes of the least that it takes.
    static let smallestSize = 44

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        chunk = try reader.readString(limit: WireLimits.peerNameBytes)
        count = try reader.read()
        let first = try reader.read(UInt64.self)
        let last = try reader.read(UInt64.self)
        let earliest = Timestamp(microseconds: try reader.read())
        let latest = Timestamp(microseconds: try reader.read())
        guard first <= last, earliest <= latest else {
            throw reader.badValue("missing events \(first) to \(last), whose range descends")
        }
        sequences = first...last
        times = earliest...latest
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(string: chunk.clipped(to: WireLimits.peerNameBytes))
        buffer.write(count)
        buffer.write(sequences.lowerBound)
        buffer.write(sequences.upperBound)
        buffer.write(times.lowerBound.microseconds)
        buffer.write(times.upperBound.microseconds)
    }
}

extension ByteReader {
    /// A list of missing events.
    mutating func readMissing() throws(FormatError) -> [MissingEvents] {
        var missing: [MissingEvents] = []
        let limit = WireLimits.missing
        for _ in 0..<(try readCount(limit: limit, size: MissingEvents.smallestSize)) {
            missing.append(try MissingEvents(from: &self))
        }
        return missing
    }
}

extension ByteBuffer {
    /// Appends a list of missing events, as many as may be.
    mutating func write(missing: [MissingEvents]) {
        let missing = missing.prefix(WireLimits.missing)
        write(UInt32(missing.count))
        for events in missing { events.encode(into: &self) }
    }
}
