public import AuraCore

/// The 32 bytes before each payload, little-endian.
///
/// `Formats/wire.md`, "Frame".
public struct FrameHeader: Hashable, Sendable {
    /// Bytes of a header.
    public static let size = 32
    /// The first four bytes: `AUR1`.
    public static let magic: UInt32 = 0x3152_5541
    /// The version of the framing.
    public static let version: UInt16 = 1
    /// The bytes that the header hash covers.
    public static let hashedSize = 20

    /// What a frame says beside its message.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// One bit each.
        public let rawValue: UInt8

        /// Flags of that code.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The frame answers the request of its id.
        public static let response = Flags(rawValue: 1)
        /// More frames answer the same request.
        public static let more = Flags(rawValue: 2)
        static let all: Flags = [.response, .more]
    }

    /// The message's code; may be one that this build does not know.
    public var code: UInt8
    /// What the frame says beside its message.
    public var flags: Flags
    /// Drawn by whoever asks; 0 where nothing is asked or answered.
    public var requestID: UInt32
    /// Bytes of the payload.
    public var payloadSize: Int
    /// XXH3-64 of the payload behind the fixed part of its message.
    public var payloadHash: UInt64

    /// A header of these parts.
    public init(
        _ opcode: Opcode, flags: Flags = [], requestID: UInt32 = 0, payloadSize: Int,
        payloadHash: UInt64
    ) {
        code = opcode.rawValue
        self.flags = flags
        self.requestID = requestID
        self.payloadSize = payloadSize
        self.payloadHash = payloadHash
    }

    /// The message's code, if this build knows it.
    public var opcode: Opcode? { Opcode(rawValue: code) }

    /// Bytes of the whole frame.
    public var frameSize: Int { FrameHeader.size + payloadSize }

    /// Reads the first 32 bytes, of which nothing is taken on trust; traps if there are fewer.
    ///
    /// - Throws: Conditions 2 to 5 of `Formats/wire.md`, in the order in which they protect.
    public init(_ bytes: RawSpan) throws(FormatError) {
        try FrameHeader.checkMagic(bytes)
        let version = bytes.load(4, as: UInt16.self)
        guard version == FrameHeader.version else {
            throw FormatError(
                .wire, 3, at: 4, "framing version \(version); \(FrameHeader.version) is supported")
        }
        guard
            Checksum.hash32(bytes.slice(0, FrameHeader.hashedSize))
                == bytes.load(20, as: UInt32.self)
        else {
            throw FormatError(.wire, 4, at: 20, "the header's checksum differs")
        }
        let flags = bytes.load(7, as: UInt8.self)
        guard flags & ~Flags.all.rawValue == 0, bytes.load(16, as: UInt32.self) == 0 else {
            throw FormatError(.wire, 5, at: 7, "flags or reserved bytes are set")
        }
        code = bytes.load(6)
        self.flags = Flags(rawValue: flags)
        requestID = bytes.load(8)
        payloadSize = Int(bytes.load(12, as: UInt32.self))
        payloadHash = bytes.load(24)
    }

    /// Throws unless the bytes begin as a frame does, as far as they are there: a peer of another
    /// protocol may send less than a header, and wait.
    static func checkMagic(_ bytes: RawSpan) throws(FormatError) {
        for place in 0..<min(4, bytes.byteCount) {
            let expected = UInt8(truncatingIfNeeded: magic >> UInt32(8 * place))
            guard bytes.load(place, as: UInt8.self) == expected else {
                throw FormatError(.wire, 2, at: 0, "the frame does not begin with 'AUR1'")
            }
        }
    }

    /// Throws unless the payload is the one that the header was made for.
    ///
    /// Of a batch's frame this covers the batch, whose hash is `payloadHash`; the fixed part before
    /// it is checked when it is read.
    public func verify(_ payload: RawSpan) throws(FormatError) {
        let start = min(opcode?.fixedPartSize ?? 0, payload.byteCount)
        let hashed = payload.slice(start, payload.byteCount - start)
        guard Checksum.hash64(hashed) == payloadHash else {
            throw FormatError(.wire, 7, at: FrameHeader.size, "the payload's checksum differs")
        }
    }
}
