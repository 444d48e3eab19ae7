import AuraCore

/// The edits of a broken manifest that can be read from its beginning.
struct ManifestRemains {
    let state: ManifestState
    let incarnation: UInt64

    /// Of the last manifest with a readable beginning, which says all that those before it said; nil
    /// where there is none.
    static func find(_ place: StorePlace) throws(StorageError) -> ManifestRemains? {
        let numbers = try place.names(in: ".").compactMap(FileName.manifestNumber)
        for number in numbers.sorted(by: >) {
            if let remains = ManifestRemains(place, number) { return remains }
        }
        return nil
    }

    private init?(_ place: StorePlace, _ number: UInt64) {
        guard let file = place.groupFile(.manifest, number, FileName.manifest(number)) else {
            return nil
        }
        var state = ManifestState()
        var chain = GroupChain()
        var offset = GroupFile.start
        do {
            while case .group(let header, let group, let fit) = try file.read(
                at: offset, after: chain)
            {
                if fit == .next { _ = try state.apply(group) }
                chain.advance(over: header, incarnation: file.header.incarnation)
                offset += Int64(header.groupSize)
            }
        } catch {
            // What comes behind cannot be read; what was read is right.
        }
        // Before its first edit a manifest says nothing.
        guard state.segmentSize > 0 else { return nil }
        self.state = state
        incarnation = file.header.incarnation
    }
}

extension StorePlace {
    /// A file of groups whose first page is right; nil otherwise.
    func groupFile(_ kind: SegmentHeader.Kind, _ number: UInt64, _ name: String) -> GroupFile? {
        do {
            let file = try fileSystem.open(path(name), .read)
            return try GroupFile(file, kind, number: number, name: name)
        } catch { return nil }
    }

    /// What a chunk says of itself, with a footer that holds its hash; nil otherwise.
    func chunkEntry(_ number: UInt64) -> (entry: ChunkEntry, footer: ChunkFooter)? {
        do {
            let name = FileName.chunks + "/" + FileName.chunk(number)
            let file = try fileSystem.open(path(name), .read)
            let size = try file.size()
            guard size >= Int64(ChunkHeader.size + ChunkTrailer.size) else { return nil }
            let end = try file.read(at: size - Int64(ChunkTrailer.size), count: ChunkTrailer.size)
            let trailer = try ChunkTrailer(end.rawSpan, fileSize: size)
            let bytes = try file.read(at: trailer.footerOffset, count: trailer.footerSize)
            guard Checksum.hash128(bytes.rawSpan) == trailer.footerHash else { return nil }
            let footer = try ChunkFooter(bytes.rawSpan)
            guard footer.number == number else { return nil }
            let entry = ChunkEntry(
                number: number, rowCount: footer.rowCount, fileSize: size,
                timeRange: footer.timeRange, sequenceRange: footer.sequenceRange,
                footerHash: trailer.footerHash)
            return (entry, footer)
        } catch { return nil }
    }
}

extension GroupFile {
    /// Every group whose hashes hold, wherever it lies, with its number.
    func intactGroups() -> [(number: UInt64, group: CommitGroup)] {
        var groups: [(number: UInt64, group: CommitGroup)] = []
        var offset = GroupFile.start
        while offset < size {
            guard let found = intactGroup(at: offset) else {
                offset += Int64(Limits.groupAlignment)
                continue
            }
            groups.append((found.header.number, found.group))
            offset += Int64(found.header.groupSize)
        }
        return groups
    }

    /// The group at an offset, if its hashes hold.
    func intactGroup(at offset: Int64) -> (header: GroupHeader, group: CommitGroup)? {
        do {
            guard let header = try peek(at: offset) else { return nil }
            let content = try file.read(at: offset, count: header.groupSize)
            guard content.count == header.groupSize,
                Checksum.hash64(
                    content.rawSpan.slice(GroupHeader.size, content.count - GroupHeader.size),
                    seed: header.number) == header.bodyHash
            else { return nil }
            return (header, try CommitGroup(content, header: header, in: self.header.kind))
        } catch { return nil }
    }
}

extension Chunk {
    /// The pieces of which every block holds its hash and means something.
    func wholePieces() -> [ChunkPiece] {
        var pieces: [ChunkPiece] = []
        do {
            let footer = try open().footer
            for (section, content) in footer.sections.enumerated() {
                let count = (content.rowCount + footer.groupRows - 1) / footer.groupRows
                for group in 0..<count {
                    guard let piece = wholePiece(section, group) else { continue }
                    pieces.append(piece)
                }
            }
        } catch {
            // Without a footer nothing says what belongs together.
        }
        return pieces
    }

    private func wholePiece(_ section: Int, _ group: Int) -> ChunkPiece? {
        do {
            let piece = ChunkPiece(self, try ChunkGroup(of: self, section: section, group: group))
            _ = try piece.times()
            _ = try piece.sequences()
            for index in piece.columnKeys.indices { _ = try piece.column(index) }
            return piece
        } catch { return nil }
    }
}

extension ChunkPiece {
    /// The sequence numbers; nil where they cannot be read.
    var wholeSequences: [UInt64]? {
        do { return try sequences().map { UInt64(bitPattern: $0) } } catch { return nil }
    }
}
