import AuraCore

extension Storage {
    /// Hides the events that have one of the values in the attribute, for good, and orders them to be
    /// erased.
    ///
    /// Meant are the events that are durable now. It is durable when this returns; compactions and
    /// flushes that follow take the events out of every file, and then it is done.
    /// - Throws: `.noSpace`, `.io`, `.failed`; the events may be hidden when the store is opened again.
    public mutating func erase(
        _ subject: SubjectHash, now: Int64
    ) throws(StorageError) -> Tombstone {
        let tombstone = try nextTombstone(.subject(subject), now: now)
        try ledger.append(tombstone, of: manifest.incarnation)
        try add(tombstone, now: now)
        return tombstone
    }

    /// Hides the events with a time before that one, for good, and orders them to be deleted.
    ///
    /// Meant are the events that are durable now: older ones may come afterwards.
    /// - Throws: As `erase`.
    public mutating func delete(before time: Int64, now: Int64) throws(StorageError) -> Tombstone {
        let tombstone = try nextTombstone(.before(time), now: now)
        try add(tombstone, now: now)
        return tombstone
    }

    private func nextTombstone(
        _ target: Tombstone.Target, now: Int64
    ) throws(StorageError) -> Tombstone {
        if isClosed { throw .closed }
        if let failure { throw .failed(failure) }
        return Tombstone(
            number: manifest.state.lastTombstone + 1, sequence: log.nextSequence - 1,
            segment: log.lastFilledSegment, time: now, target: target)
    }

    private mutating func add(_ tombstone: Tombstone, now: Int64) throws(StorageError) {
        do throws(FileSystemError) {
            try manifest.write([.tombstoneAdded(tombstone)], now: now)
        } catch { throw StorageError(error, in: place.directory) }
        mask = Mask(manifest.state)
        index?.show(snapshot)
        // What is to be erased must not wait in the log until its segment is full.
        if tombstone.isErasure { log.leaveSegment() }
    }

    /// Orders what the ledger says and this manifest does not.
    mutating func replayLedger(now: Int64) throws(StorageError) {
        let erasures = try ledger.erasures(
            of: manifest.incarnation, unknownTo: manifest.state, upTo: log.nextSequence - 1,
            segment: log.lastFilledSegment)
        for erasure in erasures { try add(erasure, now: now) }
    }

    /// Whether the segment that is written to holds what must be erased; the next group, if only a
    /// promise, goes to another one.
    public var mustLeaveSegment: Bool {
        mask.tombstones.contains { $0.isErasure && $0.segment == log.segmentNumber }
    }

    /// Tombstones that some file may still hold events of, by number.
    public var tombstones: [Tombstone] { mask.tombstones }
}

extension Tombstone {
    /// Whether no file at all may keep what it means.
    var isErasure: Bool {
        if case .subject = target { true } else { false }
    }
}

extension Mask {
    /// What the manifest says is to be deleted.
    init(_ state: ManifestState) {
        let known = state.tombstones.values.sorted { $0.number < $1.number }
        tombstones = Canary.forgetTombstones.isActive ? [] : known
        lastDeletion = state.lastTombstone
    }
}
