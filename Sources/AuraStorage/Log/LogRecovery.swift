import AuraCore

/// Reads the log from its first segment to its end, group by group. `Formats/log.md`, "Recovery".
struct LogRecovery {
    let place: StorePlace
    let manifest: ManifestState
    let incarnation: UInt64

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
        /// What lies behind; nil where an orderly close says that nothing does.
        var rest: GroupFile.Rest?
    }

    /// Reads all groups, hands each to `visit` once, cleans the end, and returns the log.
    func run(
        report: inout RecoveryReport,
        visit: @escaping (GroupReader.Place) throws(StorageError) -> Void
    ) throws(StorageError) -> Outcome {
        let names = try place.logNames()
        let segments = try openSegments(names)
        let spares = try openSpares(names)
        var reader = GroupReader(incarnation: incarnation, visit: visit)
        let end = try read(segments, with: &reader)
        try reader.finish()
        let chain = reader.chain
        if let rest = end.rest { try settle(segments, end, rest, chain, report: &report) }
        discardLeftovers(names, except: spares)
        let isLast = end.index == segments.count - 1
        let log = Log(
            place: place, segmentSize: manifest.segmentSize, segmentNumber: manifest.lastSegment,
            writer: GroupWriter(
                file: segments[segments.count - 1].file, incarnation: incarnation,
                fileNumber: manifest.lastSegment,
                offset: isLast ? end.place.offset : GroupFile.start, chain: chain),
            spares: spares)
        let isPromised = max(chain.promised, manifest.promisedGroup) >= chain.lastNumber
        return Outcome(
            log: log,
            doubtful: isPromised || Canary.trustLastGroup.isActive ? nil : reader.last?.group)
    }

    /// Reads segment after segment.
    private func read(
        _ segments: [GroupFile], with reader: inout GroupReader
    ) throws(StorageError) -> End {
        var end = End(place: try reader.read(segments[0], from: GroupFile.start))
        while true {
            let next = end.index + 1
            if next < segments.count,
                try reader.isContinued(in: segments[next], at: GroupFile.start)
            {
                end.index = next
                end.place = try reader.read(segments[next], from: GroupFile.start)
                continue
            }
            if end.place.damage == nil, manifest.closedAtGroup == reader.chain.lastNumber {
                return end
            }
            let rest = try segments[end.index].survey(from: end.place.offset)
            guard let place = try reader.continuation(in: segments[end.index], rest) else {
                end.rest = rest
                return end
            }
            end.place = try reader.read(segments[end.index], from: place)
        }
    }

    /// Tells a torn tail from damage over everything behind the last good group, and clears it.
    private func settle(
        _ segments: [GroupFile], _ end: End, _ rest: GroupFile.Rest, _ chain: GroupChain,
        report: inout RecoveryReport
    ) throws(StorageError) {
        var tail = TornTail(place, after: chain, promise: manifest.promisedGroup)
        tail.add(segments[end.index], from: end.place.offset, rest)
        for later in segments[(end.index + 1)...] {
            tail.add(later, from: GroupFile.start, try later.survey(from: GroupFile.start))
        }
        try tail.check(segments[end.index], end.place)
        try tail.clear(report: &report)
    }

    /// Opens segments 1…last, which must all be there.
    private func openSegments(_ names: [String]) throws(StorageError) -> [GroupFile] {
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
            let spare = try open(number, name: name)
            return spare.size == manifest.segmentSize ? spare.file : nil
        } catch {
            if case .corrupt = error { return nil }
            throw error
        }
    }

    private func open(_ number: UInt64, name: String) throws(StorageError) -> GroupFile {
        let file: any File
        do {
            file = try place.fileSystem.open(place.path(name), .update)
        } catch { throw .io(error) }
        let segment = try GroupFile(file, .log, number: number, name: name)
        guard segment.header.incarnation == incarnation || Canary.ignoreIncarnation.isActive else {
            throw .corrupt(
                file: name, FormatError(.log, 3, at: 16, "it belongs to another store"))
        }
        return segment
    }
}
