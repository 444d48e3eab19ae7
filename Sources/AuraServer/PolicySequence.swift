public import AuraCore
public import AuraWire

/// Several policies, each on what the one before has left of a batch.
public struct PolicySequence: BatchPolicy {
    private let policies: [any BatchPolicy]

    /// These policies, in this order.
    public init(_ policies: [any BatchPolicy]) {
        self.policies = policies
    }

    /// Refuses what one refuses; hands on what one rewrites, and all warnings.
    public func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        var rewritten: EventBatch?
        var warnings: [Warning] = []
        for policy in policies {
            let verdict =
                if let rewritten {
                    policy.inspect(rewritten.bytes, layout: rewritten.layout)
                } else {
                    policy.inspect(batch, layout: layout)
                }
            switch verdict {
            case .accept(let more): warnings += more
            case .rewrite(let other, let more):
                rewritten = other
                warnings += more
            case .refuse: return verdict
            }
        }
        guard let rewritten else { return .accept(warnings: warnings) }
        return .rewrite(rewritten, warnings: warnings)
    }

    /// Those of all policies.
    public var counters: [StatusInfo.Counter] { policies.flatMap(\.counters) }
}
