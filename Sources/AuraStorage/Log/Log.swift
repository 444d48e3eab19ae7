import AuraCore

/// The write-ahead log: appends groups to the last segment, and rolls to the next.
struct Log: Sendable {
    let place: StorePlace
    let segmentSize: Int64
    private(set) var segmentNumber: UInt64
    private var writer: GroupWriter
    /// Segments behind the last one that are ready for use, by number.
    private var spares: [UInt64: any File] = [:]
    /// The next segment under its own name, not in the manifest yet.
    private var next: (any File)?
    /// Set once a write or sync failed in the last segment, which is not written to again.
    private var mustRoll = false
    /// What `Canary.editTooLate` owes to the manifest.
    private var lateEdit: ManifestEdit?
    /// The error after which nothing more is written.
    private(set) var failure: FileSystemError?

    init(
        place: StorePlace, segmentSize: Int64, segmentNumber: UInt64, writer: GroupWriter,
        spares: [UInt64: any File]
    ) {
        self.place = place
        self.segmentSize = segmentSize
        self.segmentNumber = segmentNumber
        self.writer = writer
        self.spares = spares
    }

    /// The last durable group.
    var lastGroup: UInt64 { writer.chain.lastNumber }
    /// The sequence number that the next event gets.
    var nextSequence: UInt64 { writer.chain.nextSequence }
    var incarnation: UInt64 { writer.incarnation }

    /// Where the next group goes, and what it follows.
    var position: LogPosition {
        LogPosition(
            segment: segmentNumber, offset: writer.offset, group: writer.chain.lastNumber,
            previous: writer.chain.previous)
    }

    /// The number of the spare that is wanted next; nil while `count` are ready.
    func wantedSpare(of count: Int) -> UInt64? {
        for distance in 0..<UInt64(count) {
            let number = segmentNumber + 1 + distance
            if spares[number] == nil, distance > 0 || next == nil { return number }
        }
        return nil
    }

    /// Takes a spare that was made; one that comes too late is removed.
    mutating func addSpare(_ file: any File, number: UInt64) {
        if number > segmentNumber + (next == nil ? 0 : 1) {
            spares[number] = file
        } else {
            place.discard(FileName.log + "/" + FileName.spare(number))
        }
    }

    /// Writes the group and makes it durable.
    ///
    /// When a write or sync fails, the segment is not touched again: the kernel may have dropped
    /// the dirty pages, so another sync would promise what is lost. The group goes to the next
    /// segment once; if that fails as well, the log accepts no more. Only for want of space
    /// (`.noSpace`, nothing changed) may it be tried again.
    mutating func append(
        _ group: inout CommitGroup, manifest: inout Manifest, now: Int64
    ) throws(StorageError) {
        if let failure { throw .failed(failure) }
        let size = Int64(group.paddedSize)
        precondition(size <= segmentSize - GroupFile.start, "a group larger than a segment")
        do throws(FileSystemError) {
            if let lateEdit {
                try manifest.write([lateEdit], now: now)
                self.lateEdit = nil
            }
            if mustRoll || writer.offset + size > segmentSize {
                try roll(manifest: &manifest, now: now)
            }
            // Whoever finds a group in a segment takes the edit that names it for durable; that edit
            // may have been read from the page cache, and a full disk have kept it there.
            if writer.offset == GroupFile.start { try manifest.settle(now: now) }
            do throws(FileSystemError) {
                try write(&group, now: now)
            } catch {
                try roll(manifest: &manifest, now: now)
                try write(&group, now: now)
            }
        } catch {
            if error.reason == .noSpace, manifest.isWritable {
                throw .noSpace(directory: place.directory)
            }
            failure = error
            throw .failed(error)
        }
    }

    /// The last segment that holds a group; the one before the present one while that is empty.
    var lastFilledSegment: UInt64 {
        writer.offset > GroupFile.start ? segmentNumber : segmentNumber - 1
    }

    /// Has the next group go to a new segment.
    mutating func leaveSegment() {
        if writer.offset > GroupFile.start { mustRoll = true }
    }

    /// Writes the last group once more, behind itself: what was read of it may have been in the
    /// page cache alone.
    ///
    /// The first writing stays as it is, for it may be the durable one.
    mutating func appendAgain(
        _ group: inout CommitGroup, manifest: inout Manifest, now: Int64
    ) throws(StorageError) {
        writer.chain.stepBack()
        try append(&group, manifest: &manifest, now: now)
    }

    private mutating func write(
        _ group: inout CommitGroup, now: Int64
    ) throws(FileSystemError) {
        do throws(FileSystemError) {
            try writer.append(&group, now: now, sync: !Canary.skipLogSync.isActive)
        } catch {
            if Canary.retryFailedSync.isActive, error.operation == .sync {
                return try writer.append(&group, now: now, write: false)
            }
            mustRoll = true
            throw error
        }
    }

    /// Moves on to the next segment: durable with its name before it is in the manifest, and in the
    /// manifest before its first group.
    private mutating func roll(manifest: inout Manifest, now: Int64) throws(FileSystemError) {
        let number = segmentNumber + 1
        let file = try nextSegment(number)
        next = file
        let synced = lastGroup + (Canary.promiseTooMuch.isActive ? 1 : 0)
        let edit = ManifestEdit.segmentUsed(number: number, syncedGroup: synced)
        if Canary.editTooLate.isActive {
            lateEdit = edit
        } else {
            try manifest.write([edit], now: now)
        }
        next = nil
        mustRoll = false
        segmentNumber = number
        writer = GroupWriter(
            file: file, incarnation: incarnation, fileNumber: number, offset: GroupFile.start,
            chain: writer.chain)
    }

    private mutating func nextSegment(_ number: UInt64) throws(FileSystemError) -> any File {
        if let next { return next }
        // Given up first: after a failed renaming nobody knows under which name it is.
        if let spare = spares.removeValue(forKey: number) {
            try Segment.promote(place, number: number)
            return spare
        }
        return try Segment.create(
            place, number: number, incarnation: incarnation, size: segmentSize)
    }
}
