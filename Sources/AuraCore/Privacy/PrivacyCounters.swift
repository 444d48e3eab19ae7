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
    public private(set) var refusedBatches = 0
    /// The same by rule; a batch that breaks several counts for each.
    public private(set) var refusedBatchesByRule: [PrivacyRule: Int] = [:]

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

    /// Whether nothing was counted.
    public var isEmpty: Bool { self == PrivacyCounters() }

    /// Counts what was dropped or truncated.
    ///
    /// Refused events are counted by whoever refuses, once each, however much is wrong with them.
    ///
    /// - Returns: Whether the attribute was not counted under this rule before.
    @discardableResult
    public mutating func count(_ finding: PrivacyFinding) -> Bool {
        switch finding.outcome {
        case .dropped:
            return add(finding.rows, to: finding.rule, finding.attribute)
        case .truncated:
            truncatedAddresses += finding.rows
            return truncatedAddresses == finding.rows
        case .refused:
            return false
        }
    }

    /// Counts a batch that is refused because of these findings.
    public mutating func countRefusedBatch(_ findings: [PrivacyFinding]) {
        refusedBatches += 1
        for rule in Set(findings.map(\.rule)) { refusedBatchesByRule[rule, default: 0] += 1 }
    }

    /// Attributes left out, the most frequent first, at most `limit` of them.
    public func mostStripped(
        _ limit: Int
    ) -> [(rule: PrivacyRule, attribute: String, count: Int)] {
        let all = stripped.flatMap { rule, names in
            names.map { (rule: rule, attribute: $0.key, count: $0.value) }
        }
        let sorted = all.sorted {
            (-$0.count, $0.rule, $0.attribute) < (-$1.count, $1.rule, $1.attribute)
        }
        return Array(sorted.prefix(limit))
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
        refusedBatchesByRule.merge(other.refusedBatchesByRule) { $0 + $1 }
    }

    @discardableResult
    private mutating func add(_ count: Int, to rule: PrivacyRule, _ name: String) -> Bool {
        var name = name
        if stripped[rule]?[name] == nil,
            stripped.values.reduce(0, { $0 + $1.count })
                >= PrivacyCounters.nameLimit
        {
            name = PrivacyCounters.otherNames
        }
        let isNew = stripped[rule]?[name] == nil
        stripped[rule, default: [:]][name, default: 0] += count
        return isNew
    }
}
