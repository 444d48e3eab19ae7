/// How often the privacy rules took hold; counters of several threads or times can be added.
public struct PrivacyCounters: Hashable, Sendable {
    /// Attributes left out, by rule and attribute; further names count as `otherNames`.
    public private(set) var stripped: [PrivacyRule: [String: Int]] = [:]
    /// Addresses cut to their network.
    public private(set) var truncatedAddresses = 0
    /// Events refused.
    public var refusedEvents = 0
    /// Batches encoded anew.
    public var rewrittenBatches = 0
    /// Batches refused as a whole.
    public var refusedBatches = 0

    /// Distinct attribute names that are counted each on its own, all rules together.
    public static let nameLimit = 1_000
    /// Stands for all names beyond the limit.
    public static let otherNames = "(other)"

    /// Counters at zero.
    public init() {}

    /// Attributes left out because of that rule.
    public func strippedCount(_ rule: PrivacyRule) -> Int {
        stripped[rule, default: [:]].values.reduce(0, +)
    }

    /// Counts what was dropped or truncated.
    ///
    /// Refused events are counted by whoever refuses, once each, however much is wrong with them.
    public mutating func count(_ finding: PrivacyFinding) {
        switch finding.outcome {
        case .dropped: add(finding.rows, to: finding.rule, finding.attribute)
        case .truncated: truncatedAddresses += finding.rows
        case .refused: break
        }
    }

    /// Adds what another has counted.
    public mutating func merge(_ other: PrivacyCounters) {
        // In order, so that the same names are kept whoever merges.
        for (rule, names) in other.stripped.sorted(by: { $0.key < $1.key }) {
            for (name, count) in names.sorted(by: { $0.key < $1.key }) {
                add(count, to: rule, name)
            }
        }
        truncatedAddresses += other.truncatedAddresses
        refusedEvents += other.refusedEvents
        rewrittenBatches += other.rewrittenBatches
        refusedBatches += other.refusedBatches
    }

    private mutating func add(_ count: Int, to rule: PrivacyRule, _ name: String) {
        var name = name
        if stripped[rule]?[name] == nil,
            stripped.values.reduce(0, { $0 + $1.count })
                >= PrivacyCounters.nameLimit
        {
            name = PrivacyCounters.otherNames
        }
        stripped[rule, default: [:]][name, default: 0] += count
    }
}
