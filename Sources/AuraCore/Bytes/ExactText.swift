/// A text as a key: equal to another only if its bytes are, ordered by them.
///
/// `String` calls é and e with an accent equal; the formats tell them apart, and so must whatever
/// counts, groups or looks up what was stored.
public struct ExactText: Hashable, Comparable, Sendable {
    /// The text.
    public let text: String

    /// The text as a key.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether the bytes are equal.
    public static func == (left: ExactText, right: ExactText) -> Bool {
        unsafe left.text.utf8.span.bytes.isEqual(right.text.utf8.span.bytes)
    }

    /// Orders by bytes.
    public static func < (left: ExactText, right: ExactText) -> Bool {
        unsafe compareBytes(left.text.utf8.span.bytes, right.text.utf8.span.bytes) < 0
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        unsafe text.utf8.span.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
