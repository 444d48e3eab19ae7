import AuraCore

/// Saves what is provably intact of a broken data directory into a new one.
///
/// Every chunk that is sound is taken as it is; of others the groups of rows whose blocks all hold
/// their hash; of the log every group whose hashes hold, whether or not the chain reaches it. What
/// comes of it is a store of chunks with an empty log, which has an identity of its own.
public struct StoreSalvage: Sendable {
    /// What was saved, and what was not.
    public struct Report: Hashable, Sendable {
        /// Events of the new store.
        public internal(set) var events = 0
        /// Chunks that were taken as they are.
        public internal(set) var chunks = 0
        /// Groups of the log from which events were taken.
        public internal(set) var groups = 0
        /// Sequence numbers up to the last one known whose events were not found; among them those
        /// that were removed before, if any.
        public internal(set) var lost: [ClosedRange<UInt64>] = []
        /// What is wrong with the old directory.
        public internal(set) var findings: [StoreFinding] = []
    }

    /// Reads the directory and writes the new one, which must be empty or not there yet.
    ///
    /// - Throws: `.notEmpty`, `.inUse`; `.missing` where not even the identity of a store is left;
    ///   what cannot be written.
    public static func run(
        _ directory: String, to target: String, in fileSystem: any FileSystem, now: Int64
    ) throws(StorageError) -> Report {
        let source = try StoreDirectory(directory, in: fileSystem)
        let place = CopyTarget(place: StorePlace(fileSystem: fileSystem, directory: target))
        try place.prepare()
        var remains = try StoreRemains(of: source)
        try remains.read()
        return try remains.write(to: place, now: now)
    }
}

extension StoreRemains {
    /// Makes a store of what was found.
    fileprivate func write(
        to target: CopyTarget, now: Int64
    ) throws(StorageError) -> StoreSalvage.Report {
        var entries = whole.map(\.entry)
        // What was to be deleted is looked for in all of them again.
        for index in entries.indices { entries[index].tombstone = 0 }
        for entry in entries {
            try target.copy(entry.name, from: source.place, size: entry.fileSize)
        }
        let lastChunk = (entries.map(\.number) + [state?.lastChunk ?? 0]).max() ?? 0
        if !pieces.isEmpty {
            let number = lastChunk + 1
            let file: any File
            do throws(FileSystemError) {
                file = try target.place.create(FileName.chunks + "/" + FileName.chunk(number))
            } catch { throw StorageError(error, in: target.place.directory) }
            entries.append(
                try ChunkWriter.write(
                    pieces, to: file, ChunkLayout(), incarnation: incarnation, number: number))
        }
        let number = entries.map(\.number).max() ?? 0
        let checkpoint = Checkpoint(producers: producers.all, lastIngestTime: producers.lastTime)
        let bytes = checkpoint.encoded(incarnation: incarnation, number: number)
        try target.write(bytes, to: FileName.checkpoint(number))
        let tombstones = (state?.tombstones.values ?? [:].values)
            .sorted { $0.number < $1.number }.map { ManifestEdit.tombstoneAdded($0.inNewLog) }
        let last = max(events.last, lastSequence)
        let mark = FlushMark(
            sequence: last, segment: 1, offset: GroupFile.start, group: max(1, lastGroup),
            previous: .zero, checkpoint: number, checkpointSize: bytes.count,
            checkpointHash: Checksum.hash64(bytes.rawSpan))
        try target.makeStore(
            incarnation: incarnation, segmentSize: state?.segmentSize ?? 64 << 20,
            edits: tombstones + entries.sorted { $0.number < $1.number }.map { .chunkAdded($0) }
                + [.flushed(mark), .copied(time: now)], now: now)
        var report = StoreSalvage.Report()
        report.events = events.count
        report.chunks = whole.count
        report.groups = groups
        report.lost = events.gaps(through: last)
        report.findings = findings
        return report
    }
}
