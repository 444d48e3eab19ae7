public import AuraCore
public import AuraWire

/// Looks at each batch before it is stored: privacy rules, types that must be registered.
///
/// Called on the event loop of the connection, between its other work: it must not block.
public protocol BatchPolicy: Sendable {
    /// What becomes of a valid batch.
    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict
    /// What the policy counted since it was made, for STATUS.
    var counters: [StatusInfo.Counter] { get }
}

/// What becomes of a batch.
public enum BatchVerdict: Sendable {
    /// It is stored byte for byte.
    case accept(warnings: [Warning])
    /// This one is stored in its stead, and marked as rewritten.
    case rewrite(EventBatch, warnings: [Warning])
    /// It is refused as a whole.
    case refuse(FailureCode, reason: String)
}

/// Lets every batch pass.
public struct OpenPolicy: BatchPolicy {
    /// The policy has no parts.
    public init() {}

    /// Accepts.
    public func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        .accept(warnings: [])
    }

    /// None.
    public var counters: [StatusInfo.Counter] { [] }
}
