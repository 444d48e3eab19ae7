/// Bytes that are not in their format.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The documents of `Formats/` whose conditions can be broken.
    public enum Format: String, Sendable {
        case batch, chunk, checkpoint, index, ledger, log, manifest, spool, wire
    }

    /// The document that states the broken condition.
    public let format: Format
    /// The number of the condition in that document's "Validity".
    public let condition: Int
    /// Where, in bytes from the start of the batch, file or frame.
    public let offset: Int
    /// What is wrong, with what was found and what was needed.
    public let reason: String

    /// An error with all that it carries.
    public init(_ format: Format, _ condition: Int, at offset: Int, _ reason: String) {
        self.format = format
        self.condition = condition
        self.offset = offset
        self.reason = reason
    }

    /// One line: format, condition, place, reason.
    public var description: String {
        "\(format.rawValue).md condition \(condition), byte \(offset): \(reason)"
    }
}
