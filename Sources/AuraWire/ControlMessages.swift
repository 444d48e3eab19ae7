public import AuraCore
public import NIOCore

/// PING: asks the peer for a sign of life.
///
/// Either side may ask.
public struct Ping: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.ping
    /// Comes back in PONG.
    public var value: UInt64

    /// A ping with a value.
    public init(value: UInt64) { self.value = value }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        value = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(value)
    }
}

/// PONG: the answer to PING.
public struct Pong: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.pong
    /// The value of the PING.
    public var value: UInt64

    /// An answer with a value.
    public init(value: UInt64) { self.value = value }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        value = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(value)
    }
}

/// GOAWAY: the server takes no further request on this connection; it answers those that wait, and
/// closes.
public struct GoAway: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.goAway
    /// Why; a number that this build does not know is kept.
    public var reason: UInt16
    /// Why, for people.
    public var text: String

    /// A farewell with the reason of a failure.
    public init(_ code: FailureCode) {
        reason = code.rawValue
        text = code.summary
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        reason = try reader.read()
        text = try reader.readString(limit: WireLimits.textBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(reason)
        buffer.write(text: text)
    }
}

/// CREDIT: more bytes may be sent.
///
/// From the server, with request id 0: bytes of APPEND payloads. From the client, with the request
/// id of a subscription: bytes of EVENTS payloads.
public struct Credit: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.credit
    /// Granted anew, on top of what is left.
    public var bytes: UInt64

    /// A grant.
    public init(bytes: UInt64) { self.bytes = bytes }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        bytes = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(bytes)
    }
}

/// CANCEL: the client wants no more of a count or subscription.
///
/// Not answered itself: the request of that id ends with ERROR `cancelled` or END, or was over.
public struct Cancel: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.cancel
    /// The request to end.
    public var requestID: UInt32

    /// Ends a request.
    public init(requestID: UInt32) { self.requestID = requestID }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        requestID = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(requestID)
    }
}
