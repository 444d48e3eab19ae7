public import AuraCore
public import AuraWire

/// The answer to a statement, column by column.
public struct QueryResult: Hashable, Sendable {
    /// The columns with their values, one for each row; none of a statement that asks for nothing.
    public private(set) var columns: [QueryRows.Column] = []
    /// How many rows there are.
    public private(set) var rowCount = 0
    /// Every event up to this sequence number was considered, and no other.
    public let watermark: UInt64
    /// How long the server worked on it.
    public let elapsed: Duration
    /// Settings that it has changed: to be sent with the statements that follow.
    public let changes: [QueryRows.Change]
    /// What could not be read: then rows may lack, and figures be too low.
    public let missing: [MissingEvents]

    /// Whether all that was asked for could be read.
    public var isComplete: Bool { missing.isEmpty }

    /// Puts the frames of an answer together, of which there is at least one.
    init(_ frames: [QueryRows]) {
        let last = frames.last
        watermark = last?.watermark ?? 0
        elapsed = .microseconds(Int64(clamping: last?.elapsed ?? 0))
        changes = last?.changes ?? []
        missing = last?.missing ?? []
        for frame in frames {
            rowCount += frame.rowCount
            if columns.isEmpty {
                columns = frame.columns
            } else {
                for index in columns.indices where index < frame.columns.count {
                    columns[index].values += frame.columns[index].values
                }
            }
        }
    }

    /// The values of a row, one for each column.
    public func row(_ index: Int) -> [Value] { columns.map { $0.values[index] } }
}
