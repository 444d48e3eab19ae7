import AuraCore
import Synchronization

/// An installed chunk: its file is opened, and its footer read, when something is asked of it.
final class Chunk: Sendable {
    let entry: ChunkEntry
    private let place: StorePlace
    private let incarnation: UInt64
    private let cache: BlockCache
    private let opened: Mutex<Opened?> = Mutex(nil)
    private let knownGroups: Mutex<[ChunkGroup]?> = Mutex(nil)
    /// Whether a subject has events here, as far as somebody has asked.
    private let subjects: Mutex<[SubjectHash: Bool]> = Mutex([:])
    /// What was last looked for by value, and its codes in the columns that have some.
    let lastFilter: Mutex<(filter: ValueFilter, codes: [Int: [Int64]])?> = Mutex(nil)
    /// Why it is set aside; nil while it is read.
    let fault: Mutex<StorageError?> = Mutex(nil)

    /// The file and what is in it: one object, for it is asked for with every block.
    final class Opened: Sendable {
        let file: any File
        let footer: ChunkFooter
        /// Where each block stands in the footer.
        let indexes: [ChunkFooter.Key: Int]
        /// Where each type stands in the footer.
        let types: [ExactText: Int]
        /// The dictionaries and maps, by the keys of their first blocks.
        let lists: [ChunkFooter.Key: EntryList]

        fileprivate init(
            _ file: any File, _ footer: ChunkFooter, indexes: [ChunkFooter.Key: Int],
            lists: [ChunkFooter.Key: EntryList]
        ) {
            self.file = file
            self.footer = footer
            self.indexes = indexes
            types = Dictionary(
                footer.types.enumerated().map { (ExactText($1.name), $0) },
                uniquingKeysWith: { first, _ in first })
            self.lists = lists
        }
    }

    init(_ entry: ChunkEntry, in place: StorePlace, incarnation: UInt64, cache: BlockCache) {
        self.entry = entry
        self.place = place
        self.incarnation = incarnation
        self.cache = cache
    }

    /// The rows, in pieces of one group of a section each.
    ///
    /// - Parameters:
    ///   - names: Pieces without events of these types are left out; nil means all types.
    ///   - times: And so are those without events of these times; nil means all.
    func pieces(
        ofTypes names: [ExactText]? = nil, in times: TimeRanges? = nil
    ) throws(StorageError) -> [ChunkPiece] {
        var isWanted: [Bool]?
        if let names {
            let opened = try open()
            var flags = [Bool](repeating: false, count: opened.footer.types.count)
            for name in names { if let type = opened.types[name] { flags[type] = true } }
            guard flags.contains(true) else { return [] }
            isWanted = flags
        }
        var pieces: [ChunkPiece] = []
        for group in try groups() where times?.overlaps(group.timeRange) ?? true {
            if let isWanted, !group.runs.contains(where: { isWanted[$0.type] }) { continue }
            pieces.append(ChunkPiece(self, group))
        }
        return pieces
    }

    /// What the footer says of each group of rows, which is put together once.
    private func groups() throws(StorageError) -> [ChunkGroup] {
        if let known = knownGroups.withLock({ $0 }) { return known }
        let footer = try open().footer
        var groups: [ChunkGroup] = []
        for (section, content) in footer.sections.enumerated() {
            let count = (content.rowCount + footer.groupRows - 1) / footer.groupRows
            for group in 0..<count {
                groups.append(try ChunkGroup(of: self, section: section, group: group))
            }
        }
        knownGroups.withLock { $0 = groups }
        return groups
    }

    /// File and footer, opened once.
    func open() throws(StorageError) -> Opened {
        if let known = opened.withLock({ $0 }) { return known }
        let fresh = try read()
        opened.withLock { $0 = fresh }
        return fresh
    }

    /// Opens the file and reads its footer anew.
    func read() throws(StorageError) -> Opened {
        let file: any File
        do {
            file = try place.fileSystem.open(place.path(entry.name), .read)
        } catch {
            if error.reason == .notFound {
                throw .missing(file: entry.name, reason: "the manifest names it")
            }
            throw .io(error)
        }
        let trailer: ChunkTrailer
        let bytes: [UInt8]
        do {
            let size = try file.size()
            guard size == entry.fileSize else {
                throw corrupt(1, 0, "it has \(size) bytes, the manifest says \(entry.fileSize)")
            }
            let start = size - Int64(ChunkTrailer.size)
            let end = try file.read(at: start, count: ChunkTrailer.size)
            do throws(FormatError) {
                trailer = try ChunkTrailer(end.rawSpan, fileSize: size)
            } catch { throw StorageError.corrupt(file: entry.name, error) }
            bytes = try file.read(at: trailer.footerOffset, count: trailer.footerSize)
        } catch let error as FileSystemError {
            throw .io(error)
        } catch let error as StorageError {
            throw error
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
        let hash = Checksum.hash128(bytes.rawSpan)
        guard hash == trailer.footerHash,
            hash == entry.footerHash || Canary.ignoreFooterHash.isActive
        else {
            throw corrupt(4, trailer.footerOffset, "a footer that is not the one of the manifest")
        }
        if let version = ChunkFooter.newerVersion(bytes.rawSpan) {
            throw .newerFormat(
                file: entry.name, found: version, supported: ChunkFooter.version)
        }
        let footer: ChunkFooter
        do {
            footer = try ChunkFooter(bytes.rawSpan)
        } catch {
            throw .corrupt(file: entry.name, error.moved(by: trailer.footerOffset))
        }
        guard footer.incarnation == incarnation, footer.number == entry.number else {
            throw corrupt(5, trailer.footerOffset, "the footer of another chunk")
        }
        let indexes = Dictionary(
            footer.blocks.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first }
        )
        guard indexes.count == footer.blocks.count else {
            throw corrupt(6, trailer.footerOffset, "two blocks of one kind and place")
        }
        guard let lists = EntryList.all(of: footer.blocks) else {
            throw corrupt(6, trailer.footerOffset, "a dictionary or a map with gaps")
        }
        return Opened(file, footer, indexes: indexes, lists: lists)
    }

    /// Whether events of the subject are here, which is found out once.
    func holds(_ subject: SubjectHash) throws(StorageError) -> Bool {
        if let known = subjects.withLock({ $0[subject] }) { return known }
        var isHere = false
        for (index, key) in try open().footer.columns.enumerated()
        where key.name == subject.attribute && !isHere {
            switch (key.type, try entries(.dictionary, index)) {
            // All that had a value were deleted.
            case (.string, nil), (.uuid, nil): continue
            case (.string, let list?):
                for block in 0..<list.blockCount where !isHere {
                    isHere = subject.isAmong(try texts(index, block: block))
                }
            case (.uuid, _): isHere = subject.isAmong(try uuids(index))
            default:
                for piece in try pieces() where !isHere {
                    isHere = try subject.rows(of: piece) != nil
                }
            }
        }
        subjects.withLock { $0[subject] = isHere }
        return isHere
    }

    func corrupt(_ condition: Int, _ offset: Int64, _ reason: String) -> StorageError {
        .corrupt(file: entry.name, FormatError(.chunk, condition, at: Int(offset), reason))
    }

    /// The entry of a block; nil where there is none.
    func block(_ key: ChunkFooter.Key) throws(StorageError) -> ChunkFooter.Block? {
        let opened = try open()
        return opened.indexes[key].map { opened.footer.blocks[$0] }
    }

    /// A block that must be there, with what `decode` makes of it.
    func content(
        _ key: ChunkFooter.Key, isUnpacked: Bool = true,
        _ decode: (BlockReader) throws(FormatError) -> (BlockCache.Content, size: Int)
    ) throws(StorageError) -> BlockCache.Content {
        let opened = try open()
        guard let index = opened.indexes[key] else {
            throw corrupt(6, 0, "the block \(key) is missing in the footer")
        }
        let cacheKey = BlockCache.Key(chunk: entry.number, block: index, isUnpacked: isUnpacked)
        if let known = cache.content(cacheKey) { return known }
        let block = opened.footer.blocks[index]
        let reader = try read(block, index, opened.file)
        do throws(FormatError) {
            let (content, size) = try decode(reader)
            cache.insert(content, size: size, for: cacheKey)
            return content
        } catch {
            throw .corrupt(file: entry.name, error.moved(by: block.offset))
        }
    }

    /// The numbers of a block of values, all of which are kept once they were looked for.
    func kept(_ key: ChunkFooter.Key) throws(StorageError) -> NarrowNumbers? {
        guard let index = try open().indexes[key] else { return nil }
        let key = BlockCache.Key(chunk: entry.number, block: index, isUnpacked: true)
        guard case .narrow(let numbers)? = cache.content(key) else { return nil }
        return numbers
    }

    /// Keeps the numbers of a block of values, unless they are too wide.
    func keep(_ numbers: [Int64], _ key: ChunkFooter.Key) throws(StorageError) {
        guard let index = try open().indexes[key], let narrow = NarrowNumbers(numbers) else {
            return
        }
        cache.insert(
            .narrow(narrow), size: narrow.byteCount,
            for: BlockCache.Key(chunk: entry.number, block: index, isUnpacked: true))
    }

    /// Reads a block from the file, and checks it.
    func read(
        _ block: ChunkFooter.Block, _ index: Int, _ file: any File
    ) throws(StorageError) -> BlockReader {
        var bytes: [UInt8]
        do {
            bytes = try file.read(at: block.offset, count: block.storedSize)
        } catch { throw .io(error) }
        let seed = ChunkHeader.seed(
            incarnation: incarnation, number: entry.number, block: UInt64(index))
        guard bytes.count == block.storedSize,
            Checksum.hash64(bytes.rawSpan, seed: seed) == block.hash
                || Canary.ignoreBlockHash.isActive
        else { throw corrupt(7, block.offset, "a block that does not hold its hash") }
        if block.isCompressed {
            guard let plain = Compression.decompress(bytes.rawSpan, size: block.contentSize) else {
                throw corrupt(8, block.offset, "a block that does not decompress")
            }
            bytes = plain
        }
        do throws(FormatError) {
            return try BlockReader(encoding: block.encoding, count: block.count, bytes: bytes)
        } catch { throw .corrupt(file: entry.name, error.moved(by: block.offset)) }
    }

    /// What `decode` makes of all blocks of a dictionary or a map together.
    func whole(
        _ kind: ChunkFooter.Kind, _ column: Int, _ list: EntryList,
        _ decode: ([BlockReader]) throws(FormatError) -> (BlockCache.Content, size: Int)
    ) throws(StorageError) -> BlockCache.Content {
        let opened = try open()
        var key = ChunkFooter.Key(kind: kind, column: column)
        // It is kept under the first of them.
        let cacheKey = opened.indexes[key].map {
            BlockCache.Key(chunk: entry.number, block: $0, isUnpacked: true)
        }
        if let cacheKey, let known = cache.content(cacheKey) { return known }
        var readers: [BlockReader] = []
        for block in 0..<list.blockCount {
            key.group = block
            guard let index = opened.indexes[key] else { throw corrupt(6, 0, "no block \(key)") }
            readers.append(try read(opened.footer.blocks[index], index, opened.file))
        }
        do throws(FormatError) {
            let (content, size) = try decode(readers)
            if let cacheKey { cache.insert(content, size: size, for: cacheKey) }
            return content
        } catch { throw .corrupt(file: entry.name, error) }
    }

    /// A block, packed as it is, which is kept for the next one who asks.
    func reader(_ key: ChunkFooter.Key) throws(StorageError) -> BlockReader {
        let content = try content(key, isUnpacked: false) { reader in
            (.block(reader), reader.byteCount)
        }
        guard case .block(let reader) = content else {
            throw corrupt(6, 0, "the block \(key) holds something else")
        }
        return reader
    }

    /// What `body` makes of the values of a block.
    func withBlock<Result>(
        _ key: ChunkFooter.Key, _ body: (BlockReader) throws(FormatError) -> Result
    ) throws(StorageError) -> Result {
        let reader = try reader(key)
        do throws(FormatError) { return try body(reader) } catch {
            let offset = try block(key)?.offset ?? 0
            throw .corrupt(file: entry.name, error.moved(by: offset))
        }
    }
}
