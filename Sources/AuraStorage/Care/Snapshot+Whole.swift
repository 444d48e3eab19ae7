extension Snapshot {
    /// What is missing of the events up to the watermark, by sequence number.
    public var missing: [MissingChunk] { chunks.compactMap(\.missing) }

    /// Reads what can be read: `body` gets a snapshot without the chunks that are set aside.
    ///
    /// A chunk that turns out to be damaged is set aside, and `body` is called once more: so an
    /// answer has all of a chunk or nothing, and is the same however often it is asked for.
    ///
    /// - Returns: What `body` made of it, and what it lacked, whether it needed that or not.
    public func readingWhole<Content>(
        _ body: (Snapshot) throws(StorageError) -> Content
    ) throws(StorageError) -> (content: Content, missing: [MissingChunk]) {
        try readingWhole { snapshot, missing throws(StorageError) in (try body(snapshot), missing) }
    }

    /// As `readingWhole(_:)`, for a body that has to know beforehand what is missing.
    public func readingWhole<Content>(
        _ body: (Snapshot, [MissingChunk]) throws(StorageError) -> Content
    ) throws(StorageError) -> Content {
        while true {
            let missing = missing
            let aside = Set(missing.map(\.number))
            let whole = chunks.filter { !aside.contains($0.entry.number) }
            do throws(StorageError) {
                return try body(with(whole), Canary.hideMissingChunks.isActive ? [] : missing)
            } catch {
                guard whole.contains(where: { $0.setAside(after: error) }) else { throw error }
            }
        }
    }

    private func with(_ chunks: [Chunk]) -> Snapshot {
        Snapshot(chunks: chunks, runs: runs, tail: tail, mask: mask, watermark: watermark)
    }
}
