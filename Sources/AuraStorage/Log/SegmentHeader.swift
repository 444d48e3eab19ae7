import AuraCore

/// The first page of a file of groups (log segment or manifest), written once before the file is
/// used.
///
/// `Formats/log.md`, "File header".
struct SegmentHeader: Hashable, Sendable {
    static let size = Limits.groupAlignment
    static let version: UInt32 = 1
    /// Where the reserved bytes begin.
    private static let reserved = 48

    /// What the file holds; raw values are the magics on disk.
    enum Kind: UInt64, Sendable {
        /// `AURALOG1`.
        case log = 0x3147_4F4C_4152_5541
        /// `AURAMAN1`.
        case manifest = 0x314E_414D_4152_5541

        var format: FormatError.Format { self == .log ? .log : .manifest }
    }

    var kind: Kind
    /// Drawn at random when the store was made; every header checksum is seeded with it.
    var incarnation: UInt64
    var number: UInt64
    /// Bytes of the whole file; 0 for a file that grows.
    var fileSize: Int64

    init(_ kind: Kind, incarnation: UInt64, number: UInt64, fileSize: Int64) {
        self.kind = kind
        self.incarnation = incarnation
        self.number = number
        self.fileSize = fileSize
    }

    func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.append(little: kind.rawValue)
        out.append(little: Self.version)
        out.append(little: UInt32(Self.size))
        out.append(little: incarnation)
        out.append(little: number)
        out.append(little: fileSize)
        // Features a reader must know; none so far.
        out.append(little: UInt64(0))
        out.append(contentsOf: repeatElement(0, count: Self.size - 8 - out.count))
        out.append(little: Checksum.hash64(out.rawSpan))
        return out
    }

    /// Reads and checks the first page of the file called `name`.
    init(_ file: any File, _ kind: Kind, number: UInt64, name: String) throws(StorageError) {
        let (bytes, actual) = try firstPage(file)
        func wrong(_ condition: Int, _ offset: Int, _ reason: String) -> StorageError {
            .corrupt(file: name, FormatError(kind.format, condition, at: offset, reason))
        }
        guard bytes.count == Self.size else {
            throw wrong(1, 0, "the file has \(bytes.count) bytes, its header \(Self.size)")
        }
        let page = bytes.rawSpan
        guard
            page.load(Self.size - 8, as: UInt64.self)
                == Checksum.hash64(page.slice(0, Self.size - 8))
        else { throw wrong(2, Self.size - 8, "the file header's checksum differs") }
        guard page.load(0, as: UInt64.self) == kind.rawValue else {
            throw wrong(2, 0, "the file header's magic is another's")
        }
        let version = page.load(8, as: UInt32.self)
        guard version <= Self.version, page.load(40, as: UInt64.self) == 0 else {
            throw .newerFormat(file: name, found: version, supported: Self.version)
        }
        guard page.load(12, as: UInt32.self) == Self.size else {
            throw wrong(2, 12, "the file header says another size of itself")
        }
        guard page.slice(Self.reserved, Self.size - 8 - Self.reserved).isZero else {
            throw wrong(2, Self.reserved, "reserved bytes of the file header are set")
        }
        self.init(
            kind, incarnation: page.load(16), number: page.load(24), fileSize: page.load(32))
        guard self.number == number else {
            throw wrong(3, 24, "the file header says number \(self.number)")
        }
        guard fileSize == (kind == .log ? actual : 0) else {
            throw wrong(3, 32, "the file header says \(fileSize) bytes, the file has \(actual)")
        }
    }
}

/// The first page of a file, and the file's size.
private func firstPage(_ file: any File) throws(StorageError) -> ([UInt8], Int64) {
    do {
        return (try file.read(at: 0, count: SegmentHeader.size), try file.size())
    } catch { throw .io(error) }
}
