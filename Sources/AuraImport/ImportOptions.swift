public import AuraCore

/// What an import reads and how it makes events of it.
public struct ImportOptions: Sendable {
    /// What the input is.
    public enum Format: Hashable, Sendable {
        /// NDJSON if the first character is `{`, else CSV.
        case automatic
        /// One JSON object a line.
        case ndjson
        /// Comma-separated values under a header; nil for the delimiter that is most frequent there.
        case csv(delimiter: UInt8?)
    }

    /// What the input is.
    public var format = Format.automatic
    /// Each row gives one event for each mapping whose conditions it meets; 1 to 8 of them.
    public var mappings = [ColumnMapping()]
    /// Events of one batch: the batch ends with the row that reaches them.
    public var batchRows = 4_096
    /// The latest instant that an event may carry; a row with a later one is rejected.
    ///
    /// Such a row counts towards `batchRows` all the same, so that batches end where they would if
    /// it were taken.
    public var latestTime: Timestamp?
    /// Bytes of one row; a longer one is rejected.
    public var rowBytes = Limits.batchBytes
    /// Bytes read at once.
    public var blockBytes = 256 << 10
    /// What the schema of an event type says of an attribute, or of an alias of one; nil if it says
    /// nothing.
    ///
    /// Must give the same answer to the same question.
    public typealias Schema = @Sendable (_ type: String, _ attribute: String) -> AttributeSchema?
    /// The schemas to go by: the catalogue's, unless something else is set.
    public var schema: Schema = { Catalogue.schema(for: $0)?.attribute($1) }
    /// The rules on what may be stored.
    ///
    /// A row with what they deny loses it or is rejected, as the policy says.
    public var privacy = PrivacyRules()

    /// NDJSON or CSV with the default names, the catalogue's schemas, the default privacy policy.
    public init() {}
}

/// Where an import stands: after a row whose events, and those of all rows before, were emitted.
///
/// An import that begins there with the same options gives the same batches from there on, byte for
/// byte. It can be kept as JSON.
public struct ImportPosition: Codable, Hashable, Sendable {
    /// Bytes read, after decompression.
    public var offset: Int64 = 0
    /// Lines read.
    public var line: Int64 = 0
    /// Rows read, rejected ones included; blank lines and the header do not count.
    public var row: Int64 = 0
    /// What the first lines of a CSV file said; nil for NDJSON.
    public var csv: CSVLayout?

    /// The start of the input.
    public init() {}
}

/// Events of some rows, ready to be sent.
public struct ImportedBatch: Hashable, Sendable {
    /// The batch as `Formats/batch.md` has it.
    public var bytes: [UInt8]
    /// Events in it.
    public var eventCount: Int
    /// Where to begin once this batch is durable.
    public var position: ImportPosition
}

/// A row that gave no event.
public struct RejectedRow: Hashable, Sendable {
    /// The line on which it begins, from 1.
    public var line: Int64
    /// The byte at which it begins, after decompression, from 0.
    public var offset: Int64
    /// What is wrong with it.
    public var reason: String
    /// The row as it was read, without its line end; of one that is too long, the beginning.
    public var text: [UInt8]
}

/// How much an import did, from its own start on.
public struct ImportCounts: Hashable, Sendable {
    /// Rows read, rejected ones included.
    public var rows: Int64 = 0
    /// Events of the batches that were handed out.
    public var events: Int64 = 0
    /// Rows rejected.
    public var rejected: Int64 = 0
    /// Bytes read, after decompression.
    public var bytes: Int64 = 0
    /// What the privacy rules did in the batches that were handed out, and events they refused.
    public var privacy = PrivacyCounters()
}
