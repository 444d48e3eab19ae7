public import AuraCore
public import AuraStorage

/// Rows that a query has answered: all of them, or the next ones.
public struct QueryAnswer: Sendable {
    /// A column of it.
    public struct Column: Hashable, Sendable {
        /// What it is called in the query.
        public let name: String
        /// The type of its values.
        public let type: ValueType
    }

    /// Its columns.
    public let columns: [Column]
    var vectors: [Vector]
    /// Every event up to this sequence number was considered, and no other.
    public let watermark: UInt64
    /// Chunks that cannot be read: then rows may be missing, or figures too low.
    ///
    /// They are known before the first row.
    public let missing: [MissingChunk]

    /// No rows.
    init(columns: [Column], watermark: UInt64, missing: [MissingChunk]) {
        self.columns = columns
        vectors = columns.map { VectorBuilder($0.type).finish() }
        self.watermark = watermark
        self.missing = missing
    }

    /// Whether all that was asked for could be read.
    public var isComplete: Bool { missing.isEmpty }

    /// Rows.
    public var rowCount: Int { vectors.first?.count ?? 0 }

    /// The values of some rows in a column.
    public func values(of column: Int, in rows: Range<Int>) -> [Value] {
        vectors[column].values(rows)
    }

    /// The values of a row, one for each column.
    public func row(_ index: Int) -> [Value] { vectors.map { $0.value(index) } }
}

/// An answer that is put together of its parts.
struct CollectedAnswer {
    private var parts: [QueryAnswer] = []
    private var memory: MemoryGrant
    private let settings: QuerySettings

    init(_ settings: QuerySettings) {
        self.settings = settings
        memory = MemoryGrant(settings.memoryLimit, nil)
    }

    /// Begins anew.
    mutating func forget() -> Bool {
        self = CollectedAnswer(settings)
        return true
    }

    mutating func add(_ part: QueryAnswer) throws(QueryFailure) {
        try memory.take(KnownRows(columns: part.vectors, count: part.rowCount).size)
        parts.append(part)
    }

    /// All of it; nil if there is no part.
    var answer: QueryAnswer? {
        guard var answer = parts.first else { return nil }
        for index in answer.vectors.indices {
            answer.vectors[index] = Vector.joined(
                parts.map { $0.vectors[index] }, answer.columns[index].type)
        }
        return answer
    }
}
