import AuraCore

/// A file of groups behind a header page, read with nothing taken on trust: a log segment, or the
/// manifest.
struct GroupFile: Sendable {
    let file: any File
    /// For errors: the path below the data directory.
    let name: String
    let header: SegmentHeader
    /// Bytes of the file when it was opened.
    let size: Int64

    /// What lies at a place.
    enum Found {
        case group(GroupHeader, CommitGroup)
        /// Zeros, or the end of the file.
        case blank
        case damaged(FormatError)
    }

    init(
        _ file: any File, _ kind: SegmentHeader.Kind, number: UInt64, name: String
    ) throws(StorageError) {
        self.file = file
        self.name = name
        header = try SegmentHeader(file, kind, number: number, name: name)
        do { size = try file.size() } catch { throw .io(error) }
    }

    /// The group at an offset, which must be the next of the chain.
    func read(at offset: Int64, after chain: GroupChain) throws(StorageError) -> Found {
        let page = try bytes(at: offset, count: Limits.groupAlignment)
        if page.rawSpan.isZero { return .blank }
        guard
            let header = GroupHeader(
                page.rawSpan, incarnation: header.incarnation, file: header.number, at: offset)
        else { return .damaged(wrong(4, offset, "no group header, or not one of this place")) }
        guard header.number == chain.nextNumber else {
            return .damaged(
                wrong(5, offset, "group \(header.number), expected \(chain.nextNumber)"))
        }
        guard header.previous == chain.previous || Canary.ignoreChain.isActive else {
            return .damaged(wrong(6, offset, "the group before was another"))
        }
        guard header.firstSequence == chain.nextSequence else {
            return .damaged(
                wrong(5, offset, "event \(header.firstSequence), expected \(chain.nextSequence)"))
        }
        let content = try bytes(at: offset, count: header.groupSize)
        guard content.count == header.groupSize else {
            return .damaged(wrong(7, offset, "the group leaves the file"))
        }
        let body = content.rawSpan.slice(GroupHeader.size, content.count - GroupHeader.size)
        guard Checksum.hash64(body, seed: header.number) == header.bodyHash
            || Canary.ignoreBodyChecksum.isActive
        else { return .damaged(wrong(7, offset, "the group's checksum differs")) }
        do {
            return .group(header, try CommitGroup(content, header: header))
        } catch {
            return .damaged(
                wrong(error.condition, offset + Int64(error.offset), error.reason))
        }
    }

    /// The header of the group at an offset, whatever its chain; nil if there is none.
    func peek(at offset: Int64) throws(StorageError) -> GroupHeader? {
        let page = try bytes(at: offset, count: Limits.groupAlignment)
        return GroupHeader(
            page.rawSpan, incarnation: header.incarnation, file: header.number, at: offset)
    }

    /// What lies from an offset to the end: the greatest promise any readable header makes, and
    /// where the last byte that is not zero ends.
    func survey(from offset: Int64) throws(StorageError) -> (promise: UInt64, end: Int64) {
        var promise: UInt64 = 0
        var end = offset
        var place = offset
        while place < size {
            let window = try bytes(at: place, count: 1 << 20)
            var page = 0
            while page < window.count {
                let rest = min(Limits.groupAlignment, window.count - page)
                let span = window.rawSpan.slice(page, rest)
                if !span.isZero {
                    end = place + Int64(page + rest)
                    let header = GroupHeader(
                        span, incarnation: header.incarnation, file: header.number,
                        at: place + Int64(page))
                    if let header { promise = max(promise, header.syncedNumber) }
                }
                page += Limits.groupAlignment
            }
            place += Int64(window.count)
            if window.isEmpty { break }
        }
        return (promise, end)
    }

    /// Overwrites a range with zeros and makes that durable.
    func erase(_ range: Range<Int64>) throws(StorageError) {
        if range.isEmpty || Canary.leaveTornTail.isActive { return }
        let zeros = [UInt8](repeating: 0, count: Int(min(1 << 20, range.upperBound - range.lowerBound)))
        var place = range.lowerBound
        do {
            while place < range.upperBound {
                let count = Int(min(Int64(zeros.count), range.upperBound - place))
                try file.write(zeros.rawSpan.slice(0, count), at: place)
                place += Int64(count)
            }
            try file.sync()
        } catch { throw .io(error) }
    }

    func bytes(at offset: Int64, count: Int) throws(StorageError) -> [UInt8] {
        do {
            return try file.read(at: offset, count: count)
        } catch {
            if Canary.treatReadErrorAsEnd.isActive { return [] }
            throw .io(error)
        }
    }

    private func wrong(_ condition: Int, _ offset: Int64, _ reason: String) -> FormatError {
        FormatError(header.kind.format, condition, at: Int(offset), reason)
    }
}

/// Where a chain of groups stands: what the next group must be.
struct GroupChain: Hashable, Sendable {
    var nextNumber: UInt64 = 1
    var nextSequence: UInt64 = 1
    /// XXH3-128 of the last header.
    var previous = Hash128.zero
    /// The greatest group that a later one, or the manifest, calls durable.
    var promised: UInt64 = 0

    /// Takes a group that was read or written as the last.
    mutating func advance(over header: GroupHeader, incarnation: UInt64) {
        nextNumber = header.number + 1
        nextSequence = header.firstSequence + UInt64(header.eventCount)
        previous = Checksum.hash128(header.encoded(incarnation: incarnation).rawSpan)
        promised = max(promised, header.syncedNumber)
    }
}
