import AuraCore

/// A file at rest that is read over for rot, a piece at a time.
public struct RestingFile: Sendable {
    /// What is read.
    fileprivate enum Content: Sendable {
        case chunk(Chunk)
        case segment(StorePlace, number: UInt64)
    }

    fileprivate let content: Content
    /// Its name, below the data directory.
    public let name: String
    /// Bytes that it has.
    public let size: Int64

    /// Whether it is a segment of the log.
    public var isOfLog: Bool {
        if case .segment = content { true } else { false }
    }

    /// Reads all of it; `pace` is called with the bytes of each piece, and ends the reading by false.
    ///
    /// - Returns: The damage that was found; nil if there is none, or the reading was ended. A chunk
    ///   is set aside for it, and taken back where it is whole again.
    public func check(pace: (Int) -> Bool) -> StorageError? {
        switch content {
        case .chunk(let chunk): check(chunk, pace)
        case .segment(let place, let number): check(place, number, pace)
        }
    }

    private func check(_ chunk: Chunk, _ pace: (Int) -> Bool) -> StorageError? {
        do throws(StorageError) {
            if try chunk.scrub(pace) { chunk.takeBack() }
            return nil
        } catch {
            return chunk.setAside(after: error) ? error : nil
        }
    }

    private func check(
        _ place: StorePlace, _ number: UInt64, _ pace: (Int) -> Bool
    ) -> StorageError? {
        do throws(StorageError) {
            try place.scrub(segment: number, name: name, pace)
            return nil
        } catch {
            return error
        }
    }
}

extension Snapshot {
    /// The chunks, as files to be read over.
    var restingFiles: [RestingFile] {
        chunks.map {
            RestingFile(content: .chunk($0), name: $0.entry.name, size: $0.entry.fileSize)
        }
    }
}

extension StorePlace {
    /// A segment that is full, as a file to be read over.
    func restingSegment(_ number: UInt64, size: Int64) -> RestingFile {
        RestingFile(
            content: .segment(self, number: number),
            name: FileName.log + "/" + FileName.segment(number), size: size)
    }

    /// Reads every group of a full segment: those whose hashes hold must be numbered without gaps, up
    /// to the first of the next segment.
    ///
    /// What lies between them may be torn, for it was written once more.
    fileprivate func scrub(
        segment number: UInt64, name: String, _ pace: (Int) -> Bool
    ) throws(StorageError) {
        let segment = try openSegment(number, name)
        var offset = GroupFile.start
        var last: UInt64?
        /// A group that cannot be read: well, if it was written once more.
        var broken: (number: UInt64, offset: Int64)?
        func expect(_ group: UInt64) throws(StorageError) {
            if let last, group > last + 1, broken == nil { broken = (last + 1, offset) }
            guard let place = broken, group != place.number else {
                broken = nil
                return
            }
            throw .corrupt(
                file: name,
                FormatError(
                    .log, 7, at: Int(place.offset), "group \(place.number) cannot be read"))
        }
        while offset < segment.size {
            var size = Limits.groupAlignment
            if let header = try segment.peek(at: offset) {
                if try segment.holds(header) {
                    try expect(header.number)
                    last = header.number
                    size = header.groupSize
                } else if broken == nil {
                    broken = (header.number, offset)
                }
            }
            offset += Int64(size)
            guard pace(size) else { return }
        }
        let next = FileName.log + "/" + FileName.segment(number + 1)
        if let header = try openSegment(number + 1, next).peek(at: GroupFile.start) {
            try expect(header.number)
        }
    }

    private func openSegment(_ number: UInt64, _ name: String) throws(StorageError) -> GroupFile {
        let file: any File
        do throws(FileSystemError) { file = try fileSystem.open(path(name), .read) } catch {
            guard error.reason == .notFound else { throw .io(error) }
            throw .missing(file: name, reason: "the manifest names it")
        }
        return try GroupFile(file, .log, number: number, name: name)
    }
}

extension GroupFile {
    /// Whether the body of the group of a header holds its hash.
    fileprivate func holds(_ header: GroupHeader) throws(StorageError) -> Bool {
        let content: [UInt8]
        do throws(FileSystemError) {
            content = try file.read(at: header.offset, count: header.groupSize)
        } catch { throw .io(error) }
        guard content.count == header.groupSize else { return false }
        let body = content.rawSpan.slice(GroupHeader.size, content.count - GroupHeader.size)
        return Checksum.hash64(body, seed: header.number) == header.bodyHash
    }
}

extension Chunk {
    /// Reads footer and blocks again, past the cache.
    ///
    /// - Returns: Whether that came to its end: `pace` may end it.
    fileprivate func scrub(_ pace: (Int) -> Bool) throws(StorageError) -> Bool {
        let opened = try read()
        for (index, block) in opened.footer.blocks.enumerated() {
            _ = try read(block, index, opened.file)
            guard pace(block.storedSize) else { return false }
        }
        return true
    }
}
