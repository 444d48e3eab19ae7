/// Every hard limit of the formats, with its reason.
///
/// `Formats/limits.md` lists the same numbers.
public enum Limits {
    /// Bytes of an event type's or attribute's name: names live in every batch's dictionary.
    public static let nameBytes = 128
    /// Rows of one batch: a row index fits 16 bits and a batch fits a frame.
    public static let batchRows = 65_536
    /// Bytes of one encoded batch: one frame, one record of a group.
    public static let batchBytes = 4 << 20
    /// Event types in one batch: their codes fit 16 bits.
    public static let batchTypes = 4_096
    /// Columns of one batch, all types together.
    public static let batchColumns = 4_096
    /// Values of one batch, all columns together: a column of one constant takes 40 bytes however
    /// many rows it speaks for, so that without this a small batch could grow without bound.
    public static let batchValues = 1 << 20
    /// Attributes that one event type may have as columns of their own; the rest goes to the
    /// residual column.
    public static let attributesPerType = 256
    /// Bytes of one string value; a longer one is refused with its event.
    public static let stringBytes = 1 << 20
    /// First instant an event may carry, 0001-01-01T00:00:00Z, in µs.
    public static let earliestTime: Int64 = -62_135_596_800_000_000
    /// Last instant an event may carry, 9999-12-31T23:59:59.999999Z, in µs.
    public static let latestTime: Int64 = 253_402_300_799_999_999
    /// How far an event may lie in the future of the server that takes it, in µs.
    public static let futureTolerance: Int64 = 86_400_000_000
    /// Bytes of one log group's content: bounds the memory that one sync covers.
    public static let groupBytes = 8 << 20
    /// Every group starts and ends on this boundary, so that a torn group never damages another.
    public static let groupAlignment = 4_096
    /// Bytes of a producer's name.
    public static let producerNameBytes = 128
    /// Producers that the store remembers; each costs about 2.5 kB.
    public static let producers = 10_000
    /// Time without a record after which a producer may be forgotten for another one, in µs: longer
    /// than any client keeps a batch that it may send again.
    public static let producerIdle: Int64 = 604_800_000_000
    /// Batches of one producer that are remembered for deduplication, and may be in flight.
    public static let producerWindow = 64
}
