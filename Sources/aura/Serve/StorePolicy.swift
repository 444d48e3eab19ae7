import AuraCore
import AuraServer
import AuraWire
import Synchronization

/// What the configuration says of batches: privacy rules, and types that must be known.
final class StorePolicy: BatchPolicy {
    private let rules: PrivacyRules
    /// Nil where every type is taken.
    private let knownTypes: Set<String>?
    private let counts = Mutex(PrivacyCounters())

    init(_ settings: Configuration) {
        var policy = AuraCore.PrivacyPolicy()
        policy.deniedNames.formUnion(settings.deniedAttributes)
        switch settings.privacyPolicy {
        case .strip, .rewrite:
            policy.action = .strip
            policy.batchAction = .rewrite
        case .refuse:
            policy.action = .refuse
            policy.batchAction = .refuse
        }
        rules = PrivacyRules(policy, identifiers: SchemaRegistry().identifierNames)
        knownTypes =
            settings.unknownTypes == .refuse ? Set(Catalogue.all.map(\.type)) : nil
    }

    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let batch = EventBatch(storage: batch.array, start: 0, layout: layout)
        if let type = unknownType(batch) {
            return .refuse(.unknownType, reason: "event type '\(type)'")
        }
        let findings = rules.inspect(batch)
        if findings.isEmpty { return .accept(warnings: []) }
        guard rules.policy.batchAction == .rewrite else { return refuse(findings, batch) }
        do throws(PrivacyRewriteError) {
            let (rewritten, findings) = try rules.rewrite(batch)
            guard let rewritten else { return refuse(findings, batch) }
            counts.withLock { counts in
                counts.rewrittenBatches += 1
                counts.refusedEvents += batch.rowCount - rewritten.rowCount
                for finding in findings { counts.count(finding) }
            }
            return .rewrite(rewritten, warnings: StorePolicy.warnings(findings))
        } catch {
            return refuse(findings, batch)
        }
    }

    private func unknownType(_ batch: EventBatch) -> String? {
        guard let knownTypes else { return nil }
        return batch.layout.types.lazy.map { batch.string($0.name) }
            .first { !knownTypes.contains($0) }
    }

    private func refuse(_ findings: [PrivacyFinding], _ batch: EventBatch) -> BatchVerdict {
        counts.withLock { counts in
            counts.refusedBatches += 1
            counts.refusedEvents += batch.rowCount
        }
        let reason = findings.prefix(3).map(\.description).joined(separator: "; ")
        return .refuse(.privacyRefused, reason: reason)
    }

    private static func warnings(_ findings: [PrivacyFinding]) -> [Warning] {
        findings.prefix(WireLimits.warnings).map {
            Warning(code: Warning.privacy, text: "\($0) (\($0.rows) events)")
        }
    }

    var counters: [StatusInfo.Counter] {
        let counts = counts.withLock { $0 }
        let stripped = PrivacyRule.allCases.map { rule in
            StatusInfo.Counter("privacy_stripped_\(rule)", UInt64(counts.strippedCount(rule)))
        }
        return stripped + [
            StatusInfo.Counter("privacy_truncated_addresses", UInt64(counts.truncatedAddresses)),
            StatusInfo.Counter("privacy_refused_events", UInt64(counts.refusedEvents)),
            StatusInfo.Counter("privacy_refused_batches", UInt64(counts.refusedBatches)),
            StatusInfo.Counter("privacy_rewritten_batches", UInt64(counts.rewrittenBatches)),
        ]
    }
}
