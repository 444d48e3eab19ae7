/// Where a client keeps on disk what the server does not have for sure, and how carefully.
///
/// With a spool, `AuraClient.record` returns once an event is in it, whether or not the server can
/// be reached. What is there survives the end of the process, and the next client of the same
/// directory sends it, in order and once. One client at a time uses a directory.
public struct ClientSpool: Hashable, Sendable {
    /// When what was written is made durable: until then the end of the process does not harm it,
    /// but a power failure may.
    public enum Sync: Hashable, Sendable {
        /// At the latest that long after it was written.
        case every(Duration)
        /// Before `record` returns.
        case eachRecord
    }

    /// The directory, which is created if it is missing; nothing else may lie in it.
    public var directory: String
    /// When what was written is made durable.
    ///
    /// Batches are sent after that in any case.
    public var sync = Sync.every(.milliseconds(50))
    /// Bytes that the spool may take on disk, at least 16 MiB; then events are refused.
    ///
    /// Each sync begins another page of 4 KiB.
    public var maximumBytes = 1 << 30
    /// How long an event may wait for the server; then others are refused.
    ///
    /// After seven days in which it hears nothing from a producer, a server may forget which of its
    /// batches it has.
    public var maximumAge = Duration.seconds(7 * 86_400)

    /// A spool with defaults for all but its directory.
    public init(directory: String) {
        self.directory = directory
    }
}
