import AuraCore

/// Reads the log from where it is not in chunks yet to its end, group by group.
///
/// `Formats/log.md`, "Recovery".
struct LogRecovery {
    let place: StorePlace
    let manifest: ManifestState
    let incarnation: UInt64
    /// How segments are opened: whoever only looks changes nothing.
    var mode = FileOpenMode.update

    /// What the log holds, read to its end without changing anything.
    struct Scan {
        let segments: [GroupFile]
        let chain: GroupChain
        /// Where the groups end: the number of the segment, and the place in it.
        let endSegment: UInt64
        let endOffset: Int64
        fileprivate let isEndLast: Bool
        fileprivate let last: GroupReader.Place?
        let tail: TornTail
    }

    /// The log, and what is left to do before it counts as durable.
    struct Outcome {
        var log: Log
        /// The last group, if nothing promises it: it may have been read from the page cache, and
        /// must be written again before anything is built on it.
        var doubtful: CommitGroup?
    }

    /// Where the readable log ends.
    private struct End {
        /// Index of the last segment that holds something.
        var index = 0
        var place: GroupReader.End
    }

    /// Where the chain goes on.
    private struct Next {
        var index: Int
        var offset: Int64
    }

    /// Reads all groups, hands each to `visit` once, cleans the end, and returns the log.
    func run(
        report: inout RecoveryReport,
        visit: @escaping (GroupReader.Place) throws(StorageError) -> Void
    ) throws(StorageError) -> Outcome {
        let names = try place.logNames()
        let segments = try openSegments(names)
        let spares = try openSpares(names)
        let found = try scan(segments, visit: visit)
        let chain = found.chain
        try found.tail.clear(report: &report)
        discardLeftovers(names, except: spares)
        let log = Log(
            place: place, segmentSize: manifest.segmentSize, segmentNumber: manifest.lastSegment,
            writer: GroupWriter(
                file: segments[segments.count - 1].file, incarnation: incarnation,
                fileNumber: manifest.lastSegment,
                offset: found.isEndLast ? found.endOffset : GroupFile.start, chain: chain),
            spares: spares)
        let isPromised = max(chain.promised, manifest.promisedGroup) >= chain.lastNumber
        return Outcome(
            log: log,
            doubtful: isPromised || Canary.trustLastGroup.isActive ? nil : found.last?.group)
    }

    /// Reads all groups, and hands each to `visit` once.
    func scan(
        visit: @escaping (GroupReader.Place) throws(StorageError) -> Void
    ) throws(StorageError) -> Scan {
        try scan(openSegments(place.logNames()), visit: visit)
    }

    private func scan(
        _ segments: [GroupFile],
        visit: @escaping (GroupReader.Place) throws(StorageError) -> Void
    ) throws(StorageError) -> Scan {
        var reader = GroupReader(
            incarnation: incarnation, from: manifest.flushed?.chain ?? GroupChain(), visit: visit)
        var tail = TornTail(place)
        let end = try read(segments, with: &reader, &tail)
        try reader.finish()
        try tail.check(
            segments[end.index], end.place, after: reader.chain, promise: manifest.promisedGroup)
        return Scan(
            segments: segments, chain: reader.chain,
            endSegment: segments[end.index].header.number, endOffset: end.place.offset,
            isEndLast: end.index == segments.count - 1, last: reader.last, tail: tail)
    }

    /// Reads segment after segment, and gathers what lies beside the chain.
    ///
    /// Ends, for each turn goes on behind the end of the one before.
    private func read(
        _ segments: [GroupFile], with reader: inout GroupReader, _ tail: inout TornTail
    ) throws(StorageError) -> End {
        let offset = manifest.flushed?.offset ?? GroupFile.start
        var end = End(place: try reader.read(segments[0], from: offset))
        while true {
            var next = try start(of: reader, in: segments, behind: end.index)
            if next == nil {
                let rests = try rests(segments, from: end)
                next = try continuation(of: reader, in: segments, end, rests)
                if next == nil {
                    for (file, rest) in zip(segments[end.index...], rests) {
                        tail.add(rest, of: file, after: reader.chain)
                    }
                }
            }
            guard let next else { return end }
            try addHole(segments, from: end, to: next, in: reader.chain, &tail)
            end = End(
                index: next.index,
                place: try reader.read(segments[next.index], from: next.offset))
        }
    }

    /// Adds what lies between the end of the groups and where the chain goes on.
    private func addHole(
        _ segments: [GroupFile], from end: End, to next: Next, in chain: GroupChain,
        _ tail: inout TornTail
    ) throws(StorageError) {
        for index in end.index...next.index {
            let start = index == end.index ? end.place.offset : GroupFile.start
            let rest = try segments[index].survey(
                from: start, to: index == next.index ? next.offset : .max)
            try tail.add(hole: rest, of: segments[index], in: chain)
        }
    }

    /// The next segment that begins with what follows; those between hold only what never became
    /// durable there.
    private func start(
        of reader: GroupReader, in segments: [GroupFile], behind index: Int
    ) throws(StorageError) -> Next? {
        for next in segments.indices.dropFirst(index + 1)
        where try reader.isContinued(in: segments[next], at: GroupFile.start) {
            return Next(index: next, offset: GroupFile.start)
        }
        return nil
    }

    /// What lies behind the end, in its segment and each later one.
    private func rests(
        _ segments: [GroupFile], from end: End
    ) throws(StorageError) -> [GroupFile.Rest] {
        var rests = [try segments[end.index].survey(from: end.place.offset)]
        for later in segments[(end.index + 1)...] {
            rests.append(try later.survey(from: GroupFile.start))
        }
        return rests
    }

    /// Where the chain goes on behind what cannot be read.
    private func continuation(
        of reader: GroupReader, in segments: [GroupFile], _ end: End, _ rests: [GroupFile.Rest]
    ) throws(StorageError) -> Next? {
        for (index, rest) in zip(segments.indices[end.index...], rests) {
            if let offset = try reader.continuation(in: segments[index], rest) {
                return Next(index: index, offset: offset)
            }
        }
        return nil
    }

    /// Opens the segments that are needed, which must all be there.
    private func openSegments(_ names: [String]) throws(StorageError) -> [GroupFile] {
        let numbers = Set(names.compactMap(FileName.segmentNumber))
        var segments: [GroupFile] = []
        for number in manifest.firstSegment...manifest.lastSegment {
            let name = FileName.log + "/" + FileName.segment(number)
            guard numbers.contains(number) else {
                if Canary.skipSegmentGapCheck.isActive { continue }
                throw .missing(
                    file: name,
                    reason: "the manifest names segments \(manifest.firstSegment) to "
                        + "\(manifest.lastSegment)")
            }
            segments.append(try open(number, name: name))
        }
        return segments
    }

    /// Opens the spares that an earlier process left for segments to come.
    private func openSpares(_ names: [String]) throws(StorageError) -> [UInt64: any File] {
        var spares: [UInt64: any File] = [:]
        for number in names.compactMap(FileName.spareNumber) where number > manifest.lastSegment {
            spares[number] = try spare(number, name: FileName.log + "/" + FileName.spare(number))
        }
        return spares
    }

    /// Removes spares that are not whole or come too late.
    private func discardLeftovers(_ names: [String], except spares: [UInt64: any File]) {
        for name in names {
            let spare = FileName.spareNumber(name)
            if let spare, spares[spare] != nil { continue }
            if spare == nil, FileName.unfinishedNumber(name) == nil { continue }
            place.discard(FileName.log + "/" + name)
        }
    }

    /// A spare that an earlier process left, if it is whole.
    private func spare(_ number: UInt64, name: String) throws(StorageError) -> (any File)? {
        do {
            return try open(number, name: name).file
        } catch {
            if case .corrupt = error { return nil }
            throw error
        }
    }

    private func open(_ number: UInt64, name: String) throws(StorageError) -> GroupFile {
        let file: any File
        do {
            file = try place.fileSystem.open(place.path(name), mode)
        } catch { throw .io(error) }
        let segment = try GroupFile(file, .log, number: number, name: name)
        guard segment.header.incarnation == incarnation || Canary.ignoreIncarnation.isActive else {
            throw .corrupt(
                file: name, FormatError(.log, 3, at: 16, "it belongs to another store"))
        }
        guard segment.size == manifest.segmentSize else {
            throw .corrupt(
                file: name,
                FormatError(
                    .log, 3, at: 32,
                    "it has \(segment.size) bytes, segments \(manifest.segmentSize)"))
        }
        return segment
    }
}
