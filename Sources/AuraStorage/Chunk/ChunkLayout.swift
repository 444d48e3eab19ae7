/// How the rows of a chunk are divided into blocks.
public struct ChunkLayout: Hashable, Sendable {
    /// Types with fewer rows share a section, so that small ones do not cost blocks of their own.
    public var sectionRows = 8_192
    /// Rows of one block of a section, at most `Limits.batchRows`.
    public var groupRows = 65_536
    /// Entries of one block of a dictionary or a map, so that few are read without the others.
    public var entriesPerBlock = 4_096
    /// Whether columns that are nearly functions of others are found, and derived from them.
    ///
    /// It takes about as long as all else: for chunks that are merged, not for those of a flush.
    public var derivesColumns = false
    /// Whether it is noted where ids occur, so that what has others is not read.
    ///
    /// For chunks that are merged.
    public var findsIDs = false

    /// By what the users and values of hours are rolled up; nil where they are not.
    public var rollups: IndexPlan?

    /// Bytes of memory that writing a chunk should take beside its events: fewer rows need less.
    public var workBytes = 64 << 20

    /// The layout that suits chunks of a million rows.
    public init() {}

    /// Bytes that a row takes while a chunk is written: its place, its order, and one of its values.
    private static let rowBytes = 60
    /// Bytes that a text takes while those of its column are numbered and sorted.
    private static let textBytes = 96

    /// Rows of a chunk for which the memory is enough.
    ///
    /// - Parameters:
    ///   - rows: Rows that are like those to come.
    ///   - texts: How many texts the column of theirs has that has most.
    func fittingRows(like rows: Int, texts: Int) -> Int {
        let work = rows * ChunkLayout.rowBytes + texts * ChunkLayout.textBytes
        return max(1, rows * workBytes / max(1, work))
    }
}
