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

    private enum Code: UInt8 {
        case created = 1
        case segmentUsed = 2
        case opened = 3
        case closed = 4
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
        case nil:
            throw FormatError(.manifest, 21, at: 0, "edit \(code) is unknown")
        }
    }
}

/// What the edits of a manifest add up to.
struct ManifestState: Hashable, Sendable {
    /// Bytes of every segment; 0 before the first edit.
    private(set) var segmentSize: Int64 = 0
    /// When the store was made, µs.
    private(set) var createdAt: Int64 = 0
    /// The last segment that may hold groups; 0 before the first.
    private(set) var lastSegment: UInt64 = 0
    /// The greatest group that the edits call durable.
    private(set) var promisedGroup: UInt64 = 0
    /// Set while the last thing that happened is an orderly close: the last group of all.
    private(set) var closedAtGroup: UInt64?

    /// Takes the next edit; the edit must be possible after those before.
    mutating func apply(_ edit: ManifestEdit) throws(FormatError) {
        func require(_ isPossible: Bool, _ reason: String) throws(FormatError) {
            if !isPossible { throw FormatError(.manifest, 22, at: 0, reason) }
        }
        if case .created = edit {
        } else {
            try require(segmentSize > 0, "the first edit is not a creation")
        }
        switch edit {
        case .created(let size, let time):
            try require(segmentSize == 0, "a second creation")
            try require(
                size >= 2 * GroupFile.start && size % Int64(Limits.groupAlignment) == 0,
                "segments of \(size) bytes")
            segmentSize = size
            createdAt = time
        case .segmentUsed(let number, let syncedGroup):
            try require(number == lastSegment + 1, "segment \(number) after \(lastSegment)")
            try require(
                syncedGroup >= promisedGroup,
                "group \(syncedGroup) after \(promisedGroup)")
            lastSegment = number
            promisedGroup = syncedGroup
            closedAtGroup = nil
        case .opened(let lastGroup, _), .closed(let lastGroup, _):
            try require(
                lastGroup >= promisedGroup || Canary.ignorePromise.isActive,
                "group \(lastGroup) after \(promisedGroup)")
            promisedGroup = lastGroup
            if case .closed = edit { closedAtGroup = lastGroup } else { closedAtGroup = nil }
        }
    }
}
