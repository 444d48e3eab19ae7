import AuraCore

/// The entries of a dictionary or a map, which lie in one block or in several.
struct EntryList: Sendable {
    /// Entries of all blocks.
    let count: Int
    /// Entries of each block but the last, which has what is left.
    let perBlock: Int
    let blockCount: Int

    /// Which block has an entry, and its place there.
    @inline(__always)
    func place(of entry: Int) -> (block: Int, index: Int) {
        let (block, index) = UInt32(truncatingIfNeeded: entry).quotientAndRemainder(
            dividingBy: UInt32(truncatingIfNeeded: perBlock))
        return (Int(block), Int(index))
    }

    /// The lists of a chunk, found by the keys of their first blocks; nil if there is one whose blocks
    /// do not follow each other.
    static func all(of blocks: [ChunkFooter.Block]) -> [ChunkFooter.Key: EntryList]? {
        var lists: [ChunkFooter.Key: EntryList] = [:]
        // Whether the last block of a list so far is as full as the first.
        var isClosed: Set<ChunkFooter.Key> = []
        for block in blocks where [.dictionary, .map].contains(block.key.kind) {
            let key = ChunkFooter.Key(kind: block.key.kind, column: block.key.column)
            guard let list = lists[key] else {
                guard block.key == key, block.count > 0 else { return nil }
                lists[key] = EntryList(
                    count: block.count, perBlock: block.count, blockCount: 1)
                continue
            }
            guard !isClosed.contains(key), block.key.section == 0,
                block.key.group == list.blockCount, (1...list.perBlock).contains(block.count)
            else { return nil }
            if block.count < list.perBlock { isClosed.insert(key) }
            lists[key] = EntryList(
                count: list.count + block.count, perBlock: list.perBlock,
                blockCount: list.blockCount + 1)
        }
        return lists
    }
}
