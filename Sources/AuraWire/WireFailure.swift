public import AuraCore
public import NIOCore

/// ERROR: a request was refused, or the connection is about to close.
///
/// With the request's id, or 0 where it is about the connection.
public struct WireFailure: WireMessage, Error {
    /// The message's code.
    public static let opcode = Opcode.error
    /// What happened; a number that this build does not know is kept.
    public var number: UInt16
    /// What to do.
    public var failureClass: FailureClass
    /// How long to wait before the next attempt, in milliseconds.
    public var retryAfterMilliseconds: UInt32
    /// With `outOfSequence`: the number that the producer's next batch must have.
    ///
    /// Otherwise 0.
    public var expectedSequence: UInt64
    /// With `batchInvalid` and failures of the stream: the broken condition of `Formats/batch.md`
    /// or `Formats/wire.md`, and its place in the batch or frame.
    ///
    /// With `badQuery` for a statement: how many of its bytes are at fault. Otherwise 0.
    public var condition: UInt32
    /// Where, in bytes from the start of the batch, frame or statement; otherwise 0.
    public var place: UInt32
    /// What happened and what to do, for people.
    ///
    /// Nothing in it needs to be parsed.
    public var message: String

    /// A failure of that code.
    ///
    /// - Parameter detail: What the code's own summary cannot say.
    public init(_ code: FailureCode, detail: String = "", expectedSequence: UInt64 = 0) {
        number = code.rawValue
        failureClass = code.failureClass
        retryAfterMilliseconds = code.retryAfterMilliseconds
        self.expectedSequence = expectedSequence
        condition = 0
        place = 0
        let detail = detail.isEmpty ? "" : " (\(detail.clipped(to: 3_000)))"
        message = code.summary + detail + "; " + code.remedy
    }

    /// A failure of that code whose message says all that its summary and remedy would.
    ///
    /// - Parameter place: Which bytes of the text that was sent are at fault.
    public init(_ code: FailureCode, message: String, place: Range<Int> = 0..<0) {
        self.init(code)
        self.message = message
        self.place = UInt32(clamping: place.lowerBound)
        condition = UInt32(clamping: place.count)
    }

    /// A failure of that code, for bytes that broke a condition.
    public init(_ code: FailureCode, _ error: FormatError) {
        self.init(code, detail: error.description)
        condition = UInt32(clamping: error.condition)
        place = UInt32(clamping: error.offset)
    }

    /// The code, if this build knows it.
    public var code: FailureCode? { FailureCode(rawValue: number) }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        number = try reader.read()
        let code = try reader.read(UInt8.self)
        guard let failureClass = FailureClass(rawValue: code) else {
            throw reader.badValue("failure class \(code)")
        }
        self.failureClass = failureClass
        retryAfterMilliseconds = try reader.read()
        expectedSequence = try reader.read()
        condition = try reader.read()
        place = try reader.read()
        message = try reader.readString(limit: WireLimits.textBytes)
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(number)
        buffer.write(failureClass.rawValue)
        buffer.write(retryAfterMilliseconds)
        buffer.write(expectedSequence)
        buffer.write(condition)
        buffer.write(place)
        buffer.write(text: message)
    }
}

extension WireFailure: CustomStringConvertible {
    /// The message and its number.
    public var description: String { "\(message) [\(number)]" }
}

extension FailureCode {
    /// The failure that a broken condition of `Formats/wire.md` is reported as.
    public init(wire error: FormatError) {
        switch error.condition {
        case 2: self = .badMagic
        case 3: self = .badVersion
        case 4: self = .badHeaderChecksum
        case 6: self = .frameTooLarge
        case 7, 10: self = .badPayloadChecksum
        case 8: self = .unknownOpcode
        default: self = .malformed
        }
    }
}
