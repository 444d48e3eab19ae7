import AuraCore

/// The limits of the binary protocol.
///
/// `Formats/wire.md`, "Limits", lists the same numbers.
public enum WireLimits {
    /// Bytes of a payload unless HELLO_ACK says otherwise: a batch and all that goes with it.
    public static let payloadBytes = Limits.batchBytes + (64 << 10)
    /// Bytes of a payload that no configuration exceeds.
    public static let hardPayloadBytes = 16 << 20
    /// Bytes of a payload before the peer is known.
    public static let payloadBytesBeforeAuth = 64 << 10
    /// Bytes of a client's or server's name or version.
    public static let peerNameBytes = 256
    /// Bytes of an API key.
    public static let keyBytes = 1_024
    /// Bytes of a text for people: of an error, a warning, a reason.
    public static let textBytes = 4_096
    /// Warnings of one acknowledgement.
    public static let warnings = 64
    /// Event types that a count, metric or subscription names.
    public static let types = 4_096
    /// Filters of one count.
    public static let filters = 64
    /// Values of one filter.
    public static let filterValues = 1_024
    /// Groupings of one count.
    public static let groupings = 4
    /// Quantiles of one metric.
    public static let quantiles = MetricQuery.maximumQuantiles
    /// Named counters of a status.
    public static let counters = 1_024
    /// Bytes of a QUERY's statement.
    public static let statementBytes = 1 << 20
    /// Settings of one QUERY, and changes of settings in one RESULT.
    public static let settings = 64
    /// Parameters of one QUERY.
    public static let parameters = 1_024
    /// Rows of one RESULT; an answer of more has several.
    public static let resultRows = 65_536
    /// Columns of an answer.
    public static let resultColumns = 16_384
    /// Bytes of a column's name, which is cut behind them.
    public static let columnNameBytes = 1_024
    /// How deep lists lie in lists.
    public static let listDepth = 100
    /// Values of one subject in an ORDER.
    public static let subjectValues = 16
    /// Parts of the store that an answer or a status says are missing.
    public static let missing = 1_024
}
