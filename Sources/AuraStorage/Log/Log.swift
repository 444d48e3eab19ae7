import AuraCore

/// The write-ahead log: appends groups to the last segment, and rolls to the next.
struct Log: Sendable {
    let place: StorePlace
    let segmentSize: Int64
    private(set) var segmentNumber: UInt64
    private var writer: GroupWriter
    /// Segments behind the last one that are ready for use, by number.
    private var spares: [UInt64: any File] = [:]
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
    var lastGroup: UInt64 { writer.chain.nextNumber - 1 }
    /// The last group that a durable header calls durable.
    var promisedGroup: UInt64 { writer.chain.promised }
    /// The sequence number that the next event gets.
    var nextSequence: UInt64 { writer.chain.nextSequence }
    var incarnation: UInt64 { writer.incarnation }

    /// The number of the spare that is wanted next; nil while `count` are ready.
    func wantedSpare(of count: Int) -> UInt64? {
        for distance in 1...UInt64(count) where spares[segmentNumber + distance] == nil {
            return segmentNumber + distance
        }
        return nil
    }

    /// Takes a segment that `Segment.create` made.
    mutating func addSpare(_ file: any File, number: UInt64) {
        if number > segmentNumber { spares[number] = file }
    }

    /// Writes the group and makes it durable.
    ///
    /// When a write or sync fails, the segment is not touched again: the kernel may have dropped
    /// the dirty pages, so another sync would promise what is lost. The group goes to the next
    /// segment once; if that fails as well, the log accepts no more.
    mutating func append(
        _ group: inout CommitGroup, manifest: inout Manifest, now: Int64
    ) throws(StorageError) {
        if let failure { throw .failed(failure) }
        let padded =
            (group.size + Limits.groupAlignment - 1) / Limits.groupAlignment
            * Limits.groupAlignment
        if writer.offset + Int64(padded) > segmentSize {
            try roll(manifest: &manifest, now: now)
        }
        do throws(FileSystemError) {
            if Canary.retrySyncAfterFailure.isActive {
                try appendRetrying(&group, now: now)
            } else {
                try writer.append(&group, now: now, sync: !Canary.skipLogSync.isActive)
            }
        } catch {
            do throws(StorageError) {
                try roll(manifest: &manifest, now: now)
            } catch {
                throw fail(error)
            }
            do throws(FileSystemError) {
                try writer.append(&group, now: now)
            } catch {
                throw fail(.io(error))
            }
        }
    }

    private mutating func fail(_ error: StorageError) -> StorageError {
        switch error {
        case .io(let cause), .failed(let cause): failure = cause
        default:
            failure = FileSystemError(.sync, place.logDirectory, .noSpace)
        }
        return .failed(failure ?? FileSystemError(.sync, place.logDirectory, .other(5)))
    }

    /// The bug that `Canary.retrySyncAfterFailure` plants: trusting a second sync.
    private mutating func appendRetrying(
        _ group: inout CommitGroup, now: Int64
    ) throws(FileSystemError) {
        try writer.append(&group, now: now, sync: false)
        do throws(FileSystemError) { try writer.file.sync() } catch { try writer.file.sync() }
    }

    /// Moves on to the next segment: ready before, and in the manifest before its first group.
    private mutating func roll(
        manifest: inout Manifest, now: Int64
    ) throws(StorageError) {
        let next = segmentNumber + 1
        let file: any File
        if let spare = spares[next] {
            file = spare
        } else {
            do throws(FileSystemError) {
                file = try Segment.create(
                    place, number: next, incarnation: incarnation, size: segmentSize)
            } catch {
                throw error.reason == .noSpace
                    ? .noSpace(directory: place.directory) : .io(error)
            }
        }
        try manifest.append(
            [.segmentUsed(number: next, syncedGroup: lastGroup)], now: now)
        spares[next] = nil
        segmentNumber = next
        writer = GroupWriter(
            file: file, incarnation: incarnation, fileNumber: next,
            offset: Int64(SegmentHeader.size), chain: writer.chain)
    }
}

/// One file of the log.
enum Segment {
    /// Makes a segment that is ready for use: zero-filled, so that a group's sync writes no
    /// metadata; header, content and name durable. A leftover of that number is replaced.
    ///
    /// Runs beside the writer; costs the size in writes. Each piece is synced by itself, so that a
    /// group's sync never waits for more than a piece.
    static func create(
        _ place: StorePlace, number: UInt64, incarnation: UInt64, size: Int64
    ) throws(FileSystemError) -> any File {
        let path = place.logDirectory + "/" + FileName.segment(number)
        if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
        let file = try place.fileSystem.open(path, .create)
        do throws(FileSystemError) {
            let zeros = [UInt8](repeating: 0, count: Int(min(1 << 20, size)))
            var offset: Int64 = 0
            while offset < size {
                let count = Int(min(Int64(zeros.count), size - offset))
                try file.write(zeros.rawSpan.slice(0, count), at: offset)
                try file.sync()
                offset += Int64(count)
            }
            let header = SegmentHeader(
                .log, incarnation: incarnation, number: number, fileSize: size)
            try file.write(header.encoded().rawSpan, at: 0)
            try file.sync()
            if !Canary.skipSegmentDirectorySync.isActive {
                try place.fileSystem.syncDirectory(place.logDirectory)
            }
            return file
        } catch {
            // A half-made spare would hold the very space that is missing.
            do throws(FileSystemError) { try place.fileSystem.remove(path) } catch {}
            throw error
        }
    }
}
