public import AuraCore
public import AuraWire
import Synchronization

/// The privacy rules as a policy on batches: what breaks them never reaches the disk.
///
/// A clean batch costs its columns and distinct strings and is not copied.
public final class PrivacyScreen: BatchPolicy {
    private let rules: PrivacyRules
    private let counted = Mutex(PrivacyCounters())

    /// A screen of these rules.
    public init(_ rules: PrivacyRules) {
        self.rules = rules
    }

    /// Accepts what is clean; rewrites or refuses the rest, as the rules' policy says.
    public func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let findings = rules.inspect(batch, layout)
        if findings.isEmpty { return .accept(warnings: []) }
        if rules.policy.batchAction == .refuse { return refuse(findings) }
        let batch = EventBatch(storage: batch.array, start: 0, layout: layout)
        do throws(RewriteError) {
            let (rewritten, findings) = try rules.rewrite(batch)
            guard let rewritten else { return refuse(findings) }
            counted.withLock { counters in
                counters.rewrittenBatches += 1
                counters.refusedEvents += batch.rowCount - rewritten.rowCount
                for finding in findings { counters.count(finding) }
            }
            return .rewrite(rewritten, warnings: warnings(findings))
        } catch {
            return refuse(findings)
        }
    }

    private func refuse(_ findings: [PrivacyFinding]) -> BatchVerdict {
        counted.withLock { $0.countRefusedBatch(findings) }
        let shown = findings.prefix(8).map(\.description).joined(separator: "; ")
        let more = findings.count > 8 ? "; and \(findings.count - 8) more" : ""
        return .refuse(.privacyRefused, reason: shown + more)
    }

    private func warnings(_ findings: [PrivacyFinding]) -> [Warning] {
        findings.prefix(WireLimits.warnings).map {
            Warning(code: Warning.privacy, about: $0.description, events: $0.rows)
        }
    }

    /// Attributes that STATUS names one by one.
    public static let namedAttributes = 256

    /// What the rules took out or refused; of attributes the most frequent ones by name.
    public var counters: [StatusInfo.Counter] {
        let counted = counted.withLock { $0 }
        var counters: [(name: String, count: Int)] = [
            ("truncated_addresses", counted.truncatedAddresses),
            ("refused_events", counted.refusedEvents),
            ("rewritten_batches", counted.rewrittenBatches),
            ("refused_batches", counted.refusedBatches),
        ]
        for rule in PrivacyRule.allCases {
            counters.append(("stripped.\(rule.rawValue)", counted.strippedCount(rule)))
        }
        for rule in PrivacyRule.allCases {
            guard let count = counted.refusedBatchesByRule[rule] else { continue }
            counters.append(("refused_batches.\(rule.rawValue)", count))
        }
        for (rule, attribute, count) in counted.mostStripped(PrivacyScreen.namedAttributes) {
            counters.append(("stripped.\(rule.rawValue).\(attribute)", count))
        }
        return counters.map { StatusInfo.Counter("privacy.\($0.name)", UInt64($0.count)) }
    }
}
