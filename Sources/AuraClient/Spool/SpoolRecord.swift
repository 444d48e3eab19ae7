import AuraCore
import NIOCore

/// What a spool's files consist of: `Formats/spool.md`.
enum SpoolRecord: Sendable {
    /// A batch, and when it was written, in µs.
    case batch(SendWindow.Batch, time: Int64)
    /// A batch that the server refused as a whole, and its halves, or nothing, in its place.
    case replacement(SpoolPosition, rowCount: Int, halves: [SendWindow.Batch])
    case mark(SpoolMark)
    /// Nothing but what every record says: how much of the file is known durable.
    case promise

    enum Kind: UInt8 {
        case batch = 1
        case replacement = 2
        case mark = 3
        case promise = 4
    }

    /// What a record's header says.
    struct Header {
        var kind: UInt8
        var flags: UInt8 = 0
        var position = SpoolPosition(id: 0, row: 0)
        var rowCount: UInt32 = 0
        var size: UInt32 = 0
        var time: Int64 = 0
        var synced: UInt64
        var payloadHash: UInt64 = 0

        /// Bytes of the record with its padding.
        var recordSize: Int { SpoolRecord.headerSize + (Int(size) + 7) & ~7 }
    }

    static let headerSize = 64
    /// Behind what was synced, a record begins at a multiple of this.
    static let alignment = 4_096
    static let magic: UInt32 = 0x3152_5341  // ASR1
    /// A batch came encoded and must not be divided.
    static let wholeFlag: UInt8 = 1
    static let markSize = 24

    /// The bytes of the record at that place of a file of which `synced` bytes are durable.
    func encoded(in file: SpoolFileHeader, at place: Int, synced: Int) -> [UInt8] {
        var header = Header(kind: kind.rawValue, synced: UInt64(synced))
        var payload: [UInt8] = []
        switch self {
        case .batch(let batch, let time):
            header.flags = batch.part == nil ? SpoolRecord.wholeFlag : 0
            header.position = batch.position
            header.rowCount = UInt32(batch.rowCount)
            header.time = time
            payload = Array(batch.body.readableBytesView)
            header.payloadHash = batch.hash
        case .replacement(let position, let rowCount, let halves):
            header.position = position
            header.rowCount = UInt32(rowCount)
            for half in halves { payload += half.body.readableBytesView }
            header.payloadHash = Checksum.hash64(payload.rawSpan)
        case .mark(let mark):
            header.position = mark.first
            payload.append(little: mark.number)
            payload.append(little: mark.stored)
            payload.append(little: mark.incarnation)
            header.payloadHash = Checksum.hash64(payload.rawSpan)
        case .promise:
            header.payloadHash = Checksum.hash64(payload.rawSpan)
        }
        header.size = UInt32(payload.count)
        var bytes = header.encoded(seed: file.seed(at: place))
        bytes += payload
        bytes.pad(to: 8)
        return bytes
    }

    private var kind: Kind {
        switch self {
        case .batch: .batch
        case .replacement: .replacement
        case .mark: .mark
        case .promise: .promise
        }
    }
}

extension SpoolRecord.Header {
    func encoded(seed: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: SpoolRecord.magic)
        bytes += [kind, flags, 0, 0]
        bytes.append(little: position.id)
        bytes.append(little: position.row)
        bytes.append(little: rowCount)
        bytes.append(little: size)
        bytes.append(little: UInt32(0))
        bytes.append(little: time)
        bytes.append(little: synced)
        bytes.append(little: payloadHash)
        bytes.append(little: Checksum.hash64(bytes.rawSpan, seed: seed))
        return bytes
    }

    /// The header in these bytes, if they are one of that place.
    init?(_ bytes: RawSpan, seed: UInt64) {
        guard bytes.byteCount >= SpoolRecord.headerSize,
            bytes.load(0, as: UInt32.self) == SpoolRecord.magic,
            bytes.load(56, as: UInt64.self) == Checksum.hash64(bytes.slice(0, 56), seed: seed)
        else { return nil }
        kind = bytes.load(4)
        flags = bytes.load(5)
        position = SpoolPosition(id: bytes.load(8), row: bytes.load(16))
        rowCount = bytes.load(20)
        size = bytes.load(24)
        time = bytes.load(32)
        synced = bytes.load(40)
        payloadHash = bytes.load(48)
    }
}

/// How a file of a spool begins.
struct SpoolFileHeader: Hashable, Sendable {
    /// Drawn when the spool was begun, and the same in all of its files.
    var identity: UInt64
    var number: UInt64
    /// How many bytes of the file before this one count; 0 in the first one.
    var previousEnd: UInt64
    /// How many bytes of this file were durable when it got its name.
    var begun: UInt64
    /// The id of the last batch in the files before this one; 0 if there is none.
    var previousID: UInt64
    /// The name of the producer whose batches these are.
    var producer: String

    static let size = 192
    static let magic: UInt64 = 0x314C_5053_4152_5541  // AURASPL1

    /// What the hash of a record's header begins with: its file and place.
    func seed(at place: Int) -> UInt64 {
        identity &+ number &* (1 << 32) &+ UInt64(place)
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: SpoolFileHeader.magic)
        bytes.append(little: identity)
        bytes.append(little: number)
        bytes.append(little: previousEnd)
        bytes.append(little: UInt32(producer.utf8.count))
        bytes.append(little: UInt32(0))
        bytes += producer.utf8
        bytes += [UInt8](repeating: 0, count: 168 - bytes.count)
        bytes.append(little: begun)
        bytes.append(little: previousID)
        bytes.append(little: Checksum.hash64(bytes.rawSpan))
        return bytes
    }

    /// The header of the file of that number.
    init(_ bytes: RawSpan, number: UInt64) throws(FormatError) {
        guard bytes.byteCount >= SpoolFileHeader.size else {
            throw FormatError(.spool, 1, at: 0, "\(bytes.byteCount) bytes are less than a header")
        }
        guard bytes.load(0, as: UInt64.self) == SpoolFileHeader.magic else {
            throw FormatError(.spool, 2, at: 0, "it does not begin with AURASPL1")
        }
        let hash = Checksum.hash64(bytes.slice(0, 184))
        guard bytes.load(184, as: UInt64.self) == hash else {
            throw FormatError(.spool, 2, at: 184, "the header's hash does not hold")
        }
        let size = Int(bytes.load(32, as: UInt32.self))
        guard (1...Limits.producerNameBytes).contains(size), bytes.slice(36, 4).isZero,
            bytes.slice(40 + size, 128 - size).isZero,
            let name = String(validating: bytes.slice(40, size).array, as: UTF8.self)
        else {
            throw FormatError(
                .spool, 2, at: 32, "the producer's name, or what is kept behind it, is wrong")
        }
        identity = bytes.load(8)
        self.number = bytes.load(16)
        previousEnd = bytes.load(24)
        begun = bytes.load(168)
        previousID = bytes.load(176)
        producer = name
        guard self.number == number else {
            throw FormatError(.spool, 3, at: 16, "it is file \(self.number)")
        }
        guard begun >= SpoolFileHeader.size, begun <= UInt64(bytes.byteCount) else {
            throw FormatError(
                .spool, 4, at: 168,
                "\(begun) bytes of it were durable, \(bytes.byteCount) are there")
        }
    }

    init(
        identity: UInt64, number: UInt64, previousEnd: UInt64, begun: UInt64,
        previousID: UInt64, producer: String
    ) {
        self.identity = identity
        self.number = number
        self.previousEnd = previousEnd
        self.begun = begun
        self.previousID = previousID
        self.producer = producer
    }
}
