/// What the importer asks of the privacy rules, before anything of a row reaches a batch.
public struct PrivacyHooks: Sendable {
    /// What becomes of an attribute or of a value.
    public enum Verdict: UInt8, Sendable {
        case keep
        /// Only this value is left out, and counted.
        case drop
        /// The whole row is rejected.
        case refuse
    }

    /// What the rules say of an attribute by its name.
    public struct AttributeRule: Hashable, Sendable {
        public var verdict: Verdict
        /// Whether its texts are shown to `value`; false where they are ids.
        public var checksValues: Bool

        /// A rule of these parts.
        public init(_ verdict: Verdict, checksValues: Bool = true) {
            self.verdict = verdict
            self.checksValues = checksValues
        }
    }

    /// The rule of an attribute of an event type. Asked once for each pair, not for each event;
    /// must give the same answer to the same question. The sender's id of an event is `$id`.
    public var attribute: @Sendable (_ type: String, _ attribute: String) -> AttributeRule
    /// The verdict on a text (UTF-8). Asked once for each distinct text of a batch; must give the
    /// same answer to the same question.
    public var value: @Sendable (_ text: RawSpan) -> Verdict

    /// Rules of these two parts.
    public init(
        attribute: @escaping @Sendable (_ type: String, _ attribute: String) -> AttributeRule,
        value: @escaping @Sendable (_ text: RawSpan) -> Verdict
    ) {
        self.attribute = attribute
        self.value = value
    }

    /// Keeps everything.
    public static let none = PrivacyHooks(
        attribute: { _, _ in AttributeRule(.keep, checksValues: false) }, value: { _ in .keep })
}
