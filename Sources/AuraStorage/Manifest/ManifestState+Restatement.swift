extension ManifestState {
    /// Edits that add up to this state: the first ones of a manifest that takes over from another.
    func restatement(now: Int64) -> [ManifestEdit] {
        var edits: [ManifestEdit] = [.created(segmentSize: segmentSize, time: createdAt)]
        edits += tombstones.values.sorted { $0.number < $1.number }.map { .tombstoneAdded($0) }
        edits.append(
            .restated(
                segment: lastSegment, group: promisedGroup, chunk: lastChunk,
                tombstone: lastTombstone))
        edits += chunks.values.sorted { $0.number < $1.number }.map { .chunkAdded($0) }
        if let flushed { edits.append(.flushed(flushed)) }
        if let closedAtGroup { edits.append(.closed(lastGroup: closedAtGroup, time: now)) }
        if let identity { edits.append(.renewed(identity: identity, time: now)) }
        if isCopy { edits.append(.copied(time: now)) }
        return edits
    }
}
