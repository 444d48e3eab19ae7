/// How the rows of a chunk are divided into blocks.
public struct ChunkLayout: Hashable, Sendable {
    /// Types with fewer rows share a section, so that small ones do not cost blocks of their own.
    public var sectionRows = 8_192
    /// Rows of one block of a section, at most `Limits.batchRows`.
    public var groupRows = 65_536
    /// Whether columns that are nearly functions of others are found, and derived from them.
    ///
    /// It takes about as long as all else: for chunks that are merged, not for those of a flush.
    public var derivesColumns = false

    /// The layout that suits chunks of a million rows.
    public init() {}
}
