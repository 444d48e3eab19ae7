import AuraCore

/// The 64 bytes before each record's payload.
///
/// `Formats/log.md`, "Record".
public struct RecordHeader: Hashable, Sendable {
    /// Bytes of a header; payloads follow it and are padded to a multiple of 8.
    public static let size = 64

    /// What a record is; raw values are the codes on disk.
    public enum Kind: UInt8, Sendable {
        /// A batch of events.
        case append = 1
        /// A producer opened: its name, and from now on its epoch.
        case producerOpen = 2
        /// An edit of the manifest; in manifest files only.
        case edit = 16
    }

    /// What the payload is.
    public var kind: Kind
    /// The batch was re-encoded by the privacy rules; `clientHash` is that of what was sent.
    public var isRewritten = false
    /// Bytes of the payload, without padding.
    public var payloadSize = 0
    /// The producer, from 1; 0 for none.
    public var producer: UInt32 = 0
    /// Which opening of the producer, from 1.
    public var epoch: UInt32 = 0
    /// The producer's own number of the batch, from 1.
    public var producerSequence: UInt64 = 0
    /// Sequence number of the first event.
    public var firstSequence: UInt64 = 0
    /// Events in the batch.
    public var rowCount = 0
    /// When the server took it, µs since the epoch; never descending along the log.
    public var ingestTime: Int64 = 0
    /// XXH3-64 of the batch as its producer sent it: tells a repeated batch from another.
    public var clientHash: UInt64 = 0
    /// XXH3-64 of the payload as it lies here.
    public var payloadHash: UInt64 = 0

    static let rewrittenFlag: UInt8 = 1

    /// Whether it is a batch without producer, which nothing has to follow from.
    var isOfNobody: Bool { kind == .append && producer == 0 && epoch == 0 && producerSequence == 0 }

    /// Whether the fields that its kind does not use are zero.
    var hasOnlyItsFields: Bool {
        switch kind {
        case .append: true
        case .producerOpen: rowCount == 0 && !isRewritten
        case .edit:
            rowCount == 0 && !isRewritten && producer == 0 && epoch == 0 && producerSequence == 0
                && firstSequence == 0 && ingestTime == 0
        }
    }

    /// A header of a kind, all else zero.
    public init(_ kind: Kind) {
        self.kind = kind
    }

    func append(to out: inout [UInt8]) {
        out.append(kind.rawValue)
        out.append(isRewritten ? Self.rewrittenFlag : 0)
        out.append(little: UInt16(0))
        out.append(little: UInt32(payloadSize))
        out.append(little: producer)
        out.append(little: epoch)
        out.append(little: producerSequence)
        out.append(little: firstSequence)
        out.append(little: UInt32(rowCount))
        out.append(little: UInt32(0))
        out.append(little: ingestTime)
        out.append(little: clientHash)
        out.append(little: payloadHash)
    }

    /// Reads the header at `offset` of the bytes of a group in a file of that kind.
    init(_ bytes: RawSpan, at offset: Int, in file: SegmentHeader.Kind) throws(FormatError) {
        let code = bytes.load(offset, as: UInt8.self)
        guard let kind = Kind(rawValue: code), (kind == .edit) == (file == .manifest) else {
            throw FormatError(file.format, 8, at: offset, "a record of kind \(code)")
        }
        let flags = bytes.load(offset + 1, as: UInt8.self)
        guard flags & ~Self.rewrittenFlag == 0, bytes.load(offset + 2, as: UInt16.self) == 0,
            bytes.load(offset + 36, as: UInt32.self) == 0
        else {
            throw FormatError(file.format, 8, at: offset + 1, "flags or reserved bytes are set")
        }
        self.kind = kind
        isRewritten = flags & Self.rewrittenFlag != 0
        payloadSize = Int(bytes.load(offset + 4, as: UInt32.self))
        producer = bytes.load(offset + 8)
        epoch = bytes.load(offset + 12)
        producerSequence = bytes.load(offset + 16)
        firstSequence = bytes.load(offset + 24)
        rowCount = Int(bytes.load(offset + 32, as: UInt32.self))
        ingestTime = bytes.load(offset + 40)
        clientHash = bytes.load(offset + 48)
        payloadHash = bytes.load(offset + 56)
    }
}
