import AuraCore

/// Reads the log from its first segment to its end, group by group. Rules R1–R10 of
/// `Formats/log.md`.
struct LogRecovery {
    let place: StorePlace
    let manifest: ManifestState
    let incarnation: UInt64
    var chain = GroupChain()
    /// The last group read, with its place, for the rewrite of what nobody promised.
    private var last: (group: CommitGroup, file: GroupFile, offset: Int64)?

    init(place: StorePlace, manifest: ManifestState, incarnation: UInt64) {
        self.place = place
        self.manifest = manifest
        self.incarnation = incarnation
    }

    /// Reads all groups, hands each to `visit`, cleans the end, and returns the log ready to append.
    mutating func run(
        report: inout RecoveryReport,
        visit: (CommitGroup) throws(StorageError) -> Void
    ) throws(StorageError) -> Log {
        let (segments, spares) = try openSegments()
        var index = 0
        var offset = Int64(SegmentHeader.size)
        var damage: FormatError?
        reading: while true {
            let limit = try firstGroup(of: index + 1, segments)
            (offset, damage) = try read(
                segments[index], until: limit, report: &report, visit: visit)
            guard let limit, chain.nextNumber == limit else { break reading }
            index += 1
        }
        try settle(segments, from: index, offset: offset, damage: damage, report: &report)
        if index < segments.count - 1 { offset = Int64(SegmentHeader.size) }
        try rewriteLast()
        let active = segments[segments.count - 1]
        return Log(
            place: place, segmentSize: manifest.segmentSize,
            segmentNumber: manifest.lastSegment,
            writer: GroupWriter(
                file: active.file, incarnation: incarnation, fileNumber: manifest.lastSegment,
                offset: offset, chain: chain),
            spares: spares)
    }

    /// Opens segments 1…last, which must all be there (R6, R7, R9), and the whole spares behind
    /// them; a spare that is not whole was being made when the process ended, and is made anew.
    private func openSegments() throws(StorageError) -> ([GroupFile], [UInt64: any File]) {
        let names: [String]
        do { names = try place.fileSystem.list(place.logDirectory) } catch { throw .io(error) }
        let numbers = Set(names.compactMap(FileName.segmentNumber))
        var segments: [GroupFile] = []
        for number in 1...manifest.lastSegment {
            let name = FileName.log + "/" + FileName.segment(number)
            guard numbers.contains(number) else {
                if Canary.skipSegmentGapCheck.isActive { continue }
                throw .missing(
                    file: name, reason: "the manifest names segments 1 to \(manifest.lastSegment)")
            }
            segments.append(try open(number, name: name))
        }
        var spares: [UInt64: any File] = [:]
        for number in numbers where number > manifest.lastSegment {
            let name = FileName.log + "/" + FileName.segment(number)
            do throws(StorageError) {
                let spare = try open(number, name: name)
                if spare.size == manifest.segmentSize { spares[number] = spare.file }
            } catch .corrupt {
                continue
            }
        }
        return (segments, spares)
    }

    private func open(_ number: UInt64, name: String) throws(StorageError) -> GroupFile {
        let file: any File
        do {
            file = try place.fileSystem.open(place.path(name), .update)
        } catch { throw .io(error) }
        let segment = try GroupFile(file, .log, number: number, name: name)
        guard segment.header.incarnation == incarnation else {
            throw .corrupt(
                file: name, FormatError(.log, 3, at: 16, "it belongs to another store"))
        }
        return segment
    }

    /// The number of a segment's first group, which ends the segment before (a group that could not
    /// be made durable there was written anew here); nil if it has none.
    private func firstGroup(
        of index: Int, _ segments: [GroupFile]
    ) throws(StorageError) -> UInt64? {
        guard index < segments.count else { return nil }
        return try segments[index].peek(at: Int64(SegmentHeader.size))?.number
    }

    /// Reads groups below `limit` from one segment; returns where it stopped and why.
    private mutating func read(
        _ segment: GroupFile, until limit: UInt64?, report: inout RecoveryReport,
        visit: (CommitGroup) throws(StorageError) -> Void
    ) throws(StorageError) -> (Int64, FormatError?) {
        var offset = Int64(SegmentHeader.size)
        while offset + Int64(Limits.groupAlignment) <= segment.size {
            if let limit, chain.nextNumber >= limit { break }
            switch try segment.read(at: offset, after: chain) {
            case .blank:
                return (offset, nil)
            case .damaged(let error):
                return (offset, error)
            case .group(let header, let group):
                chain.advance(over: header, incarnation: incarnation)
                try visit(group)
                last = (group, segment, offset)
                offset += Int64(header.groupSize)
                report.groups += 1
                report.events += UInt64(group.eventCount)
            }
        }
        return (offset, nil)
    }

    /// Tells a torn tail from damage over everything behind the last good group, and clears it.
    private func settle(
        _ segments: [GroupFile], from index: Int, offset: Int64, damage: FormatError?,
        report: inout RecoveryReport
    ) throws(StorageError) {
        if let closed = manifest.closedAtGroup, closed == chain.nextNumber - 1, damage == nil {
            return
        }
        // A promise may stand in any later segment; find it before anything is cleared.
        var promise = manifest.promisedGroup
        for later in segments[(index + 1)...] {
            promise = max(promise, try later.survey(from: Int64(SegmentHeader.size)).promise)
        }
        if Canary.truncateCorruption.isActive { promise = 0 }
        try TornTail.settle(
            segments[index], from: offset, chain: chain, promise: promise, damage: damage,
            place: place, report: &report)
        for later in segments[(index + 1)...] {
            try TornTail.settle(
                later, from: Int64(SegmentHeader.size), chain: chain, damage: nil, place: place,
                report: &report)
        }
    }

    /// Writes the last group again in place and makes it durable.
    ///
    /// What was read may be in the page cache alone: a process that is killed, or a sync that
    /// failed, leaves pages there that no disk has. From here on the group counts as durable.
    private func rewriteLast() throws(StorageError) {
        guard let last, chain.promised < chain.nextNumber - 1,
            manifest.closedAtGroup != chain.nextNumber - 1, !Canary.skipTailRewrite.isActive
        else { return }
        do throws(FileSystemError) {
            try last.file.file.write(last.group.bytes.rawSpan, at: last.offset)
            try last.file.file.sync()
        } catch { throw .io(error) }
    }
}
