public import AuraWire

/// What the server says of a stored batch.
public struct Receipt: Hashable, Sendable {
    /// Sequence number of the batch's first event; nil where the server stored it so long ago that
    /// it does not remember.
    public let firstSequence: UInt64?
    /// Events in the batch; 0 where the server does not remember.
    public let rowCount: Int
    /// The batch had been stored before; it is there once.
    public let isDuplicate: Bool
    /// What the sender should look into; nothing is to be sent again.
    public let warnings: [Warning]

    init(_ ack: AppendAck) {
        firstSequence = ack.flags.contains(.forgotten) ? nil : ack.firstSequence
        rowCount = Int(ack.rowCount)
        isDuplicate = ack.flags.contains(.duplicate)
        warnings = ack.warnings
    }
}
