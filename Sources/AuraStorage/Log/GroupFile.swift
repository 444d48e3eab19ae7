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
        /// A group that continues the chain.
        case group(GroupHeader, CommitGroup, GroupChain.Fit)
        /// Zeros, or the end of the file.
        case blank
        /// What a crash could have left of a group.
        case damaged(FormatError)
    }

    /// What lies in a range that holds no group of the chain.
    struct Rest {
        /// The headers that can be read, with the places where they lie, ascending.
        var headers: [(place: Int64, header: GroupHeader)] = []
        /// Where it begins.
        let start: Int64
        /// Where the last page that is not blank ends.
        var end: Int64
        /// The greatest group that one of the headers calls durable.
        var promise: UInt64 { headers.map(\.header.syncedNumber).max() ?? 0 }
    }

    init(
        _ file: any File, _ kind: SegmentHeader.Kind, number: UInt64, name: String
    ) throws(StorageError) {
        self.file = file
        self.name = name
        header = try SegmentHeader(file, kind, number: number, name: name)
        do { size = try file.size() } catch { throw .io(error) }
    }

    /// Where the first group lies.
    static var start: Int64 { Int64(SegmentHeader.size) }

    /// What lies at an offset, as the continuation of a chain.
    ///
    /// - Throws: `.corrupt` for what no crash leaves: a group of another place or history, and one
    ///   whose hash holds but whose content breaks the format.
    func read(at offset: Int64, after chain: GroupChain) throws(StorageError) -> Found {
        let page = try bytes(at: offset, count: Limits.groupAlignment)
        if page.rawSpan.isZero { return .blank }
        guard let header = try groupHeader(page.rawSpan, at: offset) else {
            return .damaged(wrong(4, offset, "no group header"))
        }
        let fit = try fit(of: header, after: chain)
        let content = try bytes(at: offset, count: header.groupSize)
        guard content.count == header.groupSize else {
            return .damaged(wrong(7, offset, "the group leaves the file"))
        }
        let body = content.rawSpan.slice(GroupHeader.size, content.count - GroupHeader.size)
        guard
            Checksum.hash64(body, seed: header.number) == header.bodyHash
                || Canary.ignoreBodyChecksum.isActive
        else { return .damaged(wrong(7, offset, "the group's checksum differs")) }
        do throws(FormatError) {
            let group = try CommitGroup(content, header: header, in: self.header.kind)
            return .group(header, group, fit)
        } catch {
            throw .corrupt(file: name, error.moved(by: offset))
        }
    }

    /// How a readable header continues the chain, which it must.
    private func fit(
        of header: GroupHeader, after chain: GroupChain
    ) throws(StorageError) -> GroupChain.Fit {
        if let fit = chain.fit(of: header) { return fit }
        let isNext = header.number == chain.nextNumber
        let reason =
            isNext && header.firstSequence == chain.nextSequence
            ? "the group before was another"
            : "group \(header.number) from event \(header.firstSequence), expected "
                + "\(chain.nextNumber) from \(chain.nextSequence)"
        throw .corrupt(
            file: name, wrong(isNext ? 6 : 5, header.offset, reason))
    }

    /// The header of the group at an offset, whatever its chain; nil if there is none.
    func peek(at offset: Int64) throws(StorageError) -> GroupHeader? {
        let page = try bytes(at: offset, count: Limits.groupAlignment)
        return try groupHeader(page.rawSpan, at: offset)
    }

    /// Looks at every page from an offset to another, or to the end.
    func survey(from offset: Int64, to limit: Int64 = .max) throws(StorageError) -> Rest {
        var rest = Rest(start: offset, end: offset)
        var place = offset
        let limit = min(limit, size)
        while place < limit {
            let window = try bytes(at: place, count: Int(min(1 << 20, limit - place)))
            if window.isEmpty { break }
            try survey(window.rawSpan, at: place, &rest)
            place += Int64(window.count)
        }
        return rest
    }

    private func survey(
        _ window: RawSpan, at place: Int64, _ rest: inout Rest
    ) throws(StorageError) {
        var page = 0
        while page < window.byteCount {
            let count = min(Limits.groupAlignment, window.byteCount - page)
            if !window.slice(page, count).isZero {
                let offset = place + Int64(page)
                rest.end = offset + Int64(count)
                if let header = try groupHeader(window.slice(page, count), at: offset) {
                    rest.headers.append((offset, header))
                }
            }
            page += count
        }
    }

    /// Overwrites a range with zeros and makes that durable.
    func erase(_ range: Range<Int64>) throws(StorageError) {
        if range.isEmpty || Canary.leaveTornTail.isActive { return }
        let count = range.upperBound - range.lowerBound
        let zeros = [UInt8](repeating: 0, count: Int(min(1 << 20, count)))
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

    private func bytes(at offset: Int64, count: Int) throws(StorageError) -> [UInt8] {
        do {
            return try file.read(at: offset, count: count)
        } catch {
            if Canary.treatReadErrorAsEnd.isActive { return [] }
            throw .io(error)
        }
    }

    /// The header that a page begins with; nil if there is none.
    ///
    /// - Throws: `.corrupt` for one that was written for another place: the disk put it here over
    ///   what belongs here.
    private func groupHeader(
        _ page: RawSpan, at offset: Int64
    ) throws(StorageError) -> GroupHeader? {
        guard let header = GroupHeader(page, incarnation: header.incarnation) else { return nil }
        if Canary.ignorePlace.isActive { return header }
        guard header.file == self.header.number, header.offset == offset else {
            throw .corrupt(
                file: name,
                wrong(4, offset, "a group of file \(header.file), byte \(header.offset)"))
        }
        return header
    }

    private func wrong(_ condition: Int, _ offset: Int64, _ reason: String) -> FormatError {
        FormatError(header.kind.format, condition, at: Int(offset), reason)
    }
}

extension FormatError {
    /// The same error in what begins `offset` bytes before.
    func moved(by offset: Int64) -> FormatError {
        FormatError(format, condition, at: self.offset + Int(offset), reason)
    }
}
