import AuraCore

/// One durable change of what the store consists of.
///
/// `Formats/manifest.md`, "Edits".
enum ManifestEdit: Hashable, Sendable {
    /// The store was made: the first edit of a manifest.
    case created(segmentSize: Int64, time: Int64)
    /// The segment may hold groups from now on; every group up to `syncedGroup` is durable.
    case segmentUsed(number: UInt64, syncedGroup: UInt64)
    /// A process opened the store and made durable what it found, up to that group.
    case opened(lastGroup: UInt64, time: Int64)
    /// A process closed it: nothing lies behind that group.
    case closed(lastGroup: UInt64, time: Int64)
    /// A chunk is part of the store from now on.
    case chunkAdded(ChunkEntry)
    /// A chunk is no part of it any more.
    case chunkDropped(number: UInt64)
    /// Every group up to that place is in chunks and in a checkpoint.
    case flushed(FlushMark)
    /// Events are to be deleted, and hidden until they are.
    case tombstoneAdded(Tombstone)
    /// No file holds any of those events any more.
    case tombstoneDone(number: UInt64)
    /// The directory is a copy of the store: who opens it for writing gives it another identity first.
    case copied(time: Int64)
    /// The store has that identity from now on; its files keep the incarnation that they were made with.
    case renewed(identity: UInt64, time: Int64)
    /// An earlier manifest came to these greatest numbers: of segments, durable groups, chunks and
    /// tombstones.
    case restated(segment: UInt64, group: UInt64, chunk: UInt64, tombstone: UInt64)

    private enum Code: UInt8 {
        case created = 1
        case segmentUsed = 2
        case opened = 3
        case closed = 4
        case chunkAdded = 5
        case chunkDropped = 6
        case flushed = 7
        case copied = 8
        case renewed = 9
        case aged = 10
        case erased = 11
        case tombstoneDone = 12
        case restated = 13
    }

    func encoded() -> [UInt8] {
        var out: [UInt8] = []
        switch self {
        case .created(let segmentSize, let time):
            out.append(Code.created.rawValue)
            out.append(little: segmentSize)
            out.append(little: time)
        case .segmentUsed(let number, let syncedGroup):
            out.append(Code.segmentUsed.rawValue)
            out.append(little: number)
            out.append(little: syncedGroup)
        case .opened(let lastGroup, let time):
            out.append(Code.opened.rawValue)
            out.append(little: lastGroup)
            out.append(little: time)
        case .closed(let lastGroup, let time):
            out.append(Code.closed.rawValue)
            out.append(little: lastGroup)
            out.append(little: time)
        case .chunkAdded(let entry):
            out.append(Code.chunkAdded.rawValue)
            entry.append(to: &out)
        case .chunkDropped(let number):
            out.append(Code.chunkDropped.rawValue)
            out.append(little: number)
        case .flushed(let mark):
            out.append(Code.flushed.rawValue)
            mark.append(to: &out)
        case .tombstoneAdded(let tombstone):
            out.append((tombstone.isErasure ? Code.erased : Code.aged).rawValue)
            tombstone.append(to: &out)
        case .tombstoneDone(let number):
            out.append(Code.tombstoneDone.rawValue)
            out.append(little: number)
        case .copied(let time):
            out.append(Code.copied.rawValue)
            out.append(little: time)
        case .renewed(let identity, let time):
            out.append(Code.renewed.rawValue)
            out.append(little: identity)
            out.append(little: time)
        case .restated(let segment, let group, let chunk, let tombstone):
            out.append(Code.restated.rawValue)
            out.append(little: segment)
            out.append(little: group)
            out.append(little: chunk)
            out.append(little: tombstone)
        }
        return out
    }

    /// Reads an edit, which must fill the bytes.
    init(_ bytes: RawSpan) throws(FormatError) {
        var reader = ByteReader(bytes, format: .manifest)
        do {
            self = try ManifestEdit(&reader)
            try reader.expectEnd()
        } catch {
            throw FormatError(.manifest, 21, at: error.offset, error.reason)
        }
    }

    private init(_ reader: inout ByteReader) throws(FormatError) {
        let code = try reader.read(UInt8.self)
        switch Code(rawValue: code) {
        case .created:
            self = .created(segmentSize: try reader.read(), time: try reader.read())
        case .segmentUsed:
            self = .segmentUsed(number: try reader.read(), syncedGroup: try reader.read())
        case .opened:
            self = .opened(lastGroup: try reader.read(), time: try reader.read())
        case .closed:
            self = .closed(lastGroup: try reader.read(), time: try reader.read())
        case .chunkAdded:
            self = .chunkAdded(try ChunkEntry(&reader))
        case .chunkDropped:
            self = .chunkDropped(number: try reader.read())
        case .flushed:
            self = .flushed(try FlushMark(&reader))
        case .aged:
            self = .tombstoneAdded(try Tombstone(aged: &reader))
        case .erased:
            self = .tombstoneAdded(try Tombstone(erased: &reader))
        case .tombstoneDone:
            self = .tombstoneDone(number: try reader.read())
        case .copied:
            self = .copied(time: try reader.read())
        case .renewed:
            self = .renewed(identity: try reader.read(), time: try reader.read())
        case .restated:
            self = .restated(
                segment: try reader.read(), group: try reader.read(), chunk: try reader.read(),
                tombstone: try reader.read())
        case nil:
            throw FormatError(.manifest, 21, at: 0, "edit \(code) is unknown")
        }
    }
}

extension ChunkEntry {
    fileprivate func append(to out: inout [UInt8]) {
        out.append(little: number)
        out.append(little: UInt64(rowCount))
        out.append(little: fileSize)
        out.append(little: timeRange.lowerBound)
        out.append(little: timeRange.upperBound)
        out.append(little: sequenceRange.lowerBound)
        out.append(little: sequenceRange.upperBound)
        out.append(hash: footerHash)
        out.append(little: tombstone)
        out.append(little: UInt64(level))
    }

    fileprivate init(_ reader: inout ByteReader) throws(FormatError) {
        number = try reader.read()
        rowCount = Int(clamping: try reader.read(UInt64.self))
        fileSize = try reader.read()
        let times = (try reader.read(Int64.self), try reader.read(Int64.self))
        let sequences = (try reader.read(UInt64.self), try reader.read(UInt64.self))
        guard rowCount > 0, rowCount <= UInt32.max, fileSize > 0, times.0 <= times.1,
            sequences.0 > 0, sequences.0 <= sequences.1, sequences.1 <= UInt64(Int64.max)
        else { throw reader.failure("chunk \(number) of \(rowCount) rows") }
        timeRange = times.0...times.1
        sequenceRange = sequences.0...sequences.1
        footerHash = try reader.readHash128()
        tombstone = try reader.read()
        let level = try reader.read(UInt64.self)
        guard level <= 1 else { throw reader.failure("a chunk of level \(level)") }
        self.level = UInt8(level)
    }
}

extension FlushMark {
    fileprivate func append(to out: inout [UInt8]) {
        out.append(little: sequence)
        out.append(little: segment)
        out.append(little: offset)
        out.append(little: group)
        out.append(hash: previous)
        out.append(little: checkpoint)
        out.append(little: UInt64(checkpointSize))
        out.append(little: checkpointHash)
    }

    fileprivate init(_ reader: inout ByteReader) throws(FormatError) {
        sequence = try reader.read()
        segment = try reader.read()
        offset = try reader.read()
        group = try reader.read()
        previous = try reader.readHash128()
        checkpoint = try reader.read()
        checkpointSize = Int(clamping: try reader.read(UInt64.self))
        checkpointHash = try reader.read()
        guard offset >= GroupFile.start, offset % Int64(Limits.groupAlignment) == 0,
            sequence <= UInt64(Int64.max)
        else { throw reader.failure("a log that goes on at \(offset)") }
    }
}

extension ByteReader {
    mutating func readHash128() throws(FormatError) -> Hash128 {
        Hash128(low: try read(), high: try read())
    }
}

extension [UInt8] {
    mutating func append(hash: Hash128) {
        append(little: hash.low)
        append(little: hash.high)
    }
}
