/// When chunks are merged, and how large they become.
public struct CompactionPolicy: Hashable, Sendable {
    /// Rows of a chunk that compaction makes; fewer where there are no more.
    public var chunkRows = 1 << 20
    /// So many chunks of one size, neighbours in time, are merged into one: each row is written again
    /// once for each power of this number.
    public var fanOut = 8
    /// While much is going on, chunks that make more than one new one wait until there are so many times
    /// `fanOut`: merging them makes little fewer of them, and takes time from what is going on.
    public var patience = 8
    /// Fewer rows than this make the smallest size.
    public var smallRows = 1 << 10
    /// Chunks are written again when one of so many rows is hidden because of its age.
    public var hiddenShare = 8

    /// The policy that suits chunks of a million rows.
    public init() {}

    /// The size of a chunk of so many rows: 0, 1, 2, …, each a `fanOut` larger.
    func tier(_ rows: Int) -> Int {
        var tier = 0
        var bound = smallRows
        while rows >= bound, bound < chunkRows {
            tier += 1
            bound *= fanOut
        }
        return tier
    }
}
