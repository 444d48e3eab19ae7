import AuraCore

/// What the edits of a manifest add up to.
struct ManifestState: Hashable, Sendable {
    /// Bytes of every segment; 0 before the first edit.
    private(set) var segmentSize: Int64 = 0
    /// When the store was made, µs.
    private(set) var createdAt: Int64 = 0
    /// The first segment that is still needed; 0 before the first.
    var firstSegment: UInt64 { flushed?.segment ?? min(1, lastSegment) }
    /// The last segment that may hold groups; 0 before the first.
    private(set) var lastSegment: UInt64 = 0
    /// The greatest group that the edits call durable.
    private(set) var promisedGroup: UInt64 = 0
    /// Set while the last thing that happened is an orderly close: the last group of all.
    private(set) var closedAtGroup: UInt64?
    /// How far the log is in chunks; nil before the first flush.
    private(set) var flushed: FlushMark?
    /// The chunks, by number.
    private(set) var chunks: [UInt64: ChunkEntry] = [:]
    /// Whether it is a copy that was not opened for writing since.
    private(set) var isCopy = false
    /// The identity that it was given after it had been copied; nil for a store that is none's copy.
    private(set) var identity: UInt64?
    /// The greatest number that a chunk had.
    private(set) var lastChunk: UInt64 = 0
    /// What is to be deleted and may still lie in some file, by number.
    private(set) var tombstones: [UInt64: Tombstone] = [:]
    /// The greatest number that a tombstone had.
    private(set) var lastTombstone: UInt64 = 0

    /// Takes the next edit; the edit must be possible after those before.
    mutating func apply(_ edit: ManifestEdit) throws(FormatError) {
        if case .created = edit {
        } else {
            try require(segmentSize > 0, "the first edit is not a creation")
        }
        try take(edit)
        switch edit {
        case .closed(let lastGroup, _): closedAtGroup = lastGroup
        case .copied, .renewed: break
        default: closedAtGroup = nil
        }
    }

    private mutating func take(_ edit: ManifestEdit) throws(FormatError) {
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
        case .opened(let lastGroup, _), .closed(let lastGroup, _):
            try require(
                lastGroup >= promisedGroup || Canary.ignorePromise.isActive,
                "group \(lastGroup) after \(promisedGroup)")
            promisedGroup = lastGroup
        case .chunkAdded(let entry):
            try require(chunks[entry.number] == nil, "chunk \(entry.number) is added again")
            try require(
                entry.tombstone <= lastTombstone,
                "tombstone \(entry.tombstone) in a chunk, after \(lastTombstone)")
            chunks[entry.number] = entry
            lastChunk = max(lastChunk, entry.number)
        case .chunkDropped(let number):
            try require(chunks[number] != nil, "chunk \(number) is dropped and is not there")
            chunks[number] = nil
        case .flushed(let mark):
            try require(
                mark.group > flushed?.group ?? 0 && mark.sequence >= flushed?.sequence ?? 0,
                "a flush up to group \(mark.group) again")
            try require(
                mark.segment >= max(1, firstSegment) && mark.segment <= lastSegment,
                "a flush up to segment \(mark.segment) of \(lastSegment)")
            flushed = mark
            promisedGroup = max(promisedGroup, mark.group)
        case .tombstoneAdded(let tombstone):
            try require(
                tombstone.number > lastTombstone,
                "tombstone \(tombstone.number) after \(lastTombstone)")
            tombstones = tombstones.filter { !tombstone.includes($0.value) }
            tombstones[tombstone.number] = tombstone
            lastTombstone = tombstone.number
        case .tombstoneDone(let number):
            try require(
                tombstones[number] != nil, "tombstone \(number) is done and is not there")
            tombstones[number] = nil
        case .copied:
            isCopy = true
        case .renewed(let identity, _):
            isCopy = false
            self.identity = identity
        case .restated(let segment, let group, let chunk, let tombstone):
            try require(
                lastSegment == 0 && group >= promisedGroup && chunk >= lastChunk
                    && tombstone >= lastTombstone,
                "numbers of an earlier manifest behind those of this one")
            lastSegment = segment
            promisedGroup = group
            lastChunk = chunk
            lastTombstone = tombstone
        }
    }
}

private func require(
    _ isPossible: Bool, _ reason: @autoclosure () -> String
) throws(FormatError) {
    if !isPossible { throw FormatError(.manifest, 22, at: 0, reason()) }
}
