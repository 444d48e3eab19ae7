import AuraCore

/// What reading every byte of a data directory has come to.
public struct StoreVerification: Hashable, Sendable {
    /// What is wrong; empty if all is sound.
    public internal(set) var findings: [StoreFinding] = []
    /// What is worth knowing and will be taken care of by the next start.
    public internal(set) var notes: [String] = []
    /// The last event, as chunks and log have it.
    public internal(set) var events: UInt64 = 0
    /// Chunks that are sound.
    public internal(set) var chunks = 0
    /// Groups of the log that are sound.
    public internal(set) var groups = 0
    /// Bytes of all files.
    public internal(set) var bytes: Int64 = 0

    /// Whether nothing is wrong.
    public var isSound: Bool { findings.isEmpty }

    init() {}

    fileprivate init(finding: StoreFinding) {
        findings = [finding]
    }
}

extension StoreDirectory {
    /// Reads every byte, and checks every hash and everything that one file says of another.
    ///
    /// - Parameter progress: Called with the name of each file before it is read.
    /// - Throws: What keeps it from looking at all; what is wrong is in the findings.
    public func verify(
        progress: (String) -> Void = { _ in }
    ) throws(StorageError) -> StoreVerification {
        let name: String?
        do throws(StorageError) { name = try CurrentFile.read(place) } catch {
            return StoreVerification(finding: StoreFinding(error, reading: FileName.current))
        }
        guard let name else {
            let missing = StorageError.missing(
                file: FileName.current, reason: "nothing says which files belong to the store")
            return StoreVerification(finding: StoreFinding(missing, reading: FileName.current))
        }
        return try verify(manifestNamed: name, progress: progress)
    }

    /// As `verify`, by the manifest of that name.
    func verify(
        manifestNamed name: String, progress: (String) -> Void = { _ in }
    ) throws(StorageError) -> StoreVerification {
        progress(name)
        let manifest: ManifestScan
        do throws(StorageError) {
            manifest = try ManifestScan(place, named: name, mode: .read)
        } catch {
            return StoreVerification(finding: StoreFinding(error, reading: name))
        }
        let files = try files()
        var result = StoreVerification()
        result.bytes = files.reduce(0) { $0 + $1.size }
        verify(manifest, &result, progress)
        note(files.map(\.name), manifest, &result)
        return result
    }

    private func verify(
        _ manifest: ManifestScan, _ result: inout StoreVerification, _ progress: (String) -> Void
    ) {
        let incarnation = manifest.groups.header.incarnation
        var checkpoint = Checkpoint()
        do throws(StorageError) {
            checkpoint = try place.checkpoint(manifest.state.flushed, incarnation)
        } catch {
            let name = manifest.state.flushed.map { FileName.checkpoint($0.checkpoint) }
            result.findings.append(StoreFinding(error, reading: name ?? ""))
        }
        var events = EventSet()
        for chunk in chunks(manifest) {
            progress(chunk.entry.name)
            do throws(StorageError) {
                try chunk.verify()
                try events.add(chunk, flushed: manifest.state.flushed?.sequence ?? 0)
                result.chunks += 1
            } catch {
                result.findings.append(StoreFinding(error, reading: chunk.entry.name))
            }
        }
        progress(FileName.log)
        verifyLog(manifest, behind: checkpoint, &result)
    }

    private func verifyLog(
        _ manifest: ManifestScan, behind checkpoint: Checkpoint, _ result: inout StoreVerification
    ) {
        do throws(StorageError) {
            let sequence = manifest.state.flushed?.sequence ?? 0
            var replay = Replay(behind: checkpoint, sequence: sequence, index: nil)
            var groups = 0
            let log = try log(manifest) { place throws(StorageError) in
                try replay.take(place)
                groups += 1
            }
            result.groups = groups
            result.events = log.chain.nextSequence - 1
            for (file, range) in manifest.tail.tails + log.tail.tails {
                result.notes.append(
                    "\(file.name) ends in an unfinished write of \(range.count) bytes at "
                        + "\(range.lowerBound): the next start sets it aside")
            }
            try noteLeftovers(manifest, log.segments[0], &result)
            if let closed = manifest.state.closedAtGroup, closed != log.chain.lastNumber {
                result.findings.append(
                    StoreFinding(
                        file: manifest.name,
                        problem: "the store was closed at group \(closed), the log ends at "
                            + "\(log.chain.lastNumber)",
                        remedy: "restore a backup if files of the log were exchanged"))
            }
        } catch {
            result.findings.append(StoreFinding(error, reading: FileName.log))
        }
    }

    /// Notes what is not what was written where nothing needs it: before the place from which chunks
    /// do not stand for the log.
    private func noteLeftovers(
        _ manifest: ManifestScan, _ segment: GroupFile, _ result: inout StoreVerification
    ) throws(StorageError) {
        guard let mark = manifest.state.flushed else { return }
        var offset = GroupFile.start
        while offset < mark.offset {
            if let group = segment.intactGroup(at: offset) {
                offset += Int64(group.header.groupSize)
                continue
            }
            let rest = try segment.survey(from: offset, to: offset + Int64(Limits.groupAlignment))
            if rest.end > offset {
                result.notes.append(
                    "\(segment.name) holds no group at \(offset), where nothing needs one any more")
            }
            offset += Int64(Limits.groupAlignment)
        }
    }

    /// Notes what lies beside the store's files.
    private func note(
        _ names: [String], _ manifest: ManifestScan, _ result: inout StoreVerification
    ) {
        for name in names {
            let last = String(name.split(separator: "/").last ?? "")
            if FileName.isChunk(name), let number = FileName.chunkNumber(last),
                manifest.state.chunks[number] == nil
            {
                result.notes.append("\(name) is no part of the store: the next start removes it")
            }
            let checkpoint = FileName.checkpointNumber(name)
            let isOtherCheckpoint =
                checkpoint != nil && checkpoint != manifest.state.flushed?.checkpoint
            if isOtherCheckpoint || FileName.manifestNumber(name) != nil && name != manifest.name {
                result.notes.append("\(name) is of no use: the next start removes it")
            }
        }
    }
}

extension EventSet {
    /// Adds the events of a chunk.
    ///
    /// Throws `.corrupt` for one that another has too, or that is not flushed.
    fileprivate mutating func add(
        _ chunk: Chunk, flushed last: UInt64
    ) throws(StorageError) {
        for piece in try chunk.pieces() {
            for number in try piece.sequences() {
                guard let number = UInt64(exactly: number), number <= last else {
                    throw chunk.corrupt(5, 0, "event \(number) behind the last flushed, \(last)")
                }
                guard insert(number) else {
                    throw chunk.corrupt(5, 0, "event \(number), which another chunk has too")
                }
            }
        }
    }
}
