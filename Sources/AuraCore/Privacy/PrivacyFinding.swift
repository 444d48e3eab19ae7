/// The rules that an event can break; raw values name them in counters and messages.
public enum PrivacyRule: String, CaseIterable, Comparable, Sendable {
    /// An attribute whose name is denied.
    case name
    /// A denied name as a key within a JSON text.
    case key
    /// An e-mail address.
    case email
    /// A phone number.
    case phone
    /// An internet address that is more than a network.
    case address

    /// Orders by name.
    public static func < (left: PrivacyRule, right: PrivacyRule) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// One breach of a rule, without what was found: a finding may be logged.
public struct PrivacyFinding: Hashable, Sendable {
    /// What became of the value.
    public enum Outcome: String, Sendable {
        /// The attribute was left out.
        case dropped
        /// The address was cut to its network.
        case truncated
        /// The event was refused.
        case refused
    }

    /// The rule that was broken.
    public var rule: PrivacyRule
    /// The attribute, `$id` for the event's id, `$type` for the type's name.
    ///
    /// A name that itself breaks a rule is withheld.
    public var attribute: String
    /// What became of it.
    public var outcome: Outcome
    /// How many events are concerned.
    public var rows: Int

    /// A breach of that rule.
    public init(_ rule: PrivacyRule, _ attribute: String, _ outcome: Outcome, rows: Int = 1) {
        self.rule = rule
        self.attribute = attribute
        self.outcome = outcome
        self.rows = rows
    }

    /// Stands for a name that may not be repeated.
    public static let withheld = "(withheld)"
    /// Stands for the event's type.
    public static let typeName = "$type"
}

extension PrivacyFinding: CustomStringConvertible {
    /// What was found where, for the sender.
    public var description: String {
        let what =
            switch rule {
            case .name: "is a denied name"
            case .key: "holds JSON with a denied key"
            case .email: "holds an e-mail address"
            case .phone: "holds a phone number"
            case .address: "holds a full internet address"
            }
        return "attribute '\(attribute)' \(what): \(outcome.rawValue)"
    }
}
