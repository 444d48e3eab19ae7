/// The value of one dimension of a row of counts.
public enum GroupKey: Sendable {
    case type(String)
    /// Start of the bucket.
    case bucket(Timestamp)
    /// nil: the event has no such attribute.
    case attribute(AttributeValue?)
}

extension GroupKey: Hashable, Comparable {
    /// Whether both name the same group: texts byte by byte, values as their `==` says.
    public static func == (left: GroupKey, right: GroupKey) -> Bool {
        switch (left, right) {
        case (.type(let left), .type(let right)): ExactText(left) == ExactText(right)
        case (.bucket(let left), .bucket(let right)): left == right
        case (.attribute(let left), .attribute(let right)): left == right
        default: false
        }
    }

    /// Orders keys of one grouping; absent attributes first.
    public static func < (left: GroupKey, right: GroupKey) -> Bool {
        switch (left, right) {
        case (.type(let left), .type(let right)): ExactText(left) < ExactText(right)
        case (.bucket(let left), .bucket(let right)): left < right
        case (.attribute(let left?), .attribute(let right?)): left < right
        case (.attribute(nil), .attribute(let right)): right != nil
        default: false
        }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .type(let name): hasher.combine(ExactText(name))
        case .bucket(let start): hasher.combine(start)
        case .attribute(let value): hasher.combine(value)
        }
    }
}
