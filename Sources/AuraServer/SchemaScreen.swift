public import AuraCore
public import AuraWire
import Synchronization

/// The schemas as a policy on batches: differences are warnings, attributes beyond the cap of their
/// type move into `$residual`, and unknown types are learnt, taken or refused.
///
/// A batch that has nothing new costs its types and columns.
public final class SchemaScreen: BatchPolicy {
    private struct State {
        var registry: SchemaRegistry
        var warned = 0
        var capped = 0
        var refused = 0
    }

    private let state: Mutex<State>

    /// A screen that goes by a registry, and goes on learning.
    public init(_ registry: SchemaRegistry) {
        state = Mutex(State(registry: registry))
    }

    /// Learns from a batch that is stored already.
    public func learn(_ batch: EventBatch) {
        state.withLock { state in
            // A type that is refused now may have been taken before; nothing is to be learnt of it.
            _ = try? state.registry.inspect(batch.bytes, batch.layout)
        }
    }

    /// Accepts, with warnings; rewrites what exceeds a cap; refuses types that must be registered.
    public func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let report: SchemaReport
        do throws(SchemaError) {
            report = try look(batch, layout)
        } catch {
            // The code of the failure has the remedy.
            return .refuse(.unknownType, reason: error.reason)
        }
        if report.fitsCap, report.warnings.isEmpty { return .accept(warnings: []) }
        let warnings = SchemaScreen.warnings(report)
        if report.fitsCap { return .accept(warnings: warnings) }
        do throws(RewriteError) {
            let batch = EventBatch(storage: batch.array, start: 0, layout: layout)
            return .rewrite(try report.capped(batch), warnings: warnings)
        } catch {
            return .refuse(
                .batchInvalid,
                reason: "with the attributes beyond the \(Limits.attributesPerType) of a type in "
                    + "'$residual' it exceeds a batch: send smaller ones")
        }
    }

    private func look(
        _ batch: RawSpan, _ layout: BatchLayout
    ) throws(SchemaError) -> SchemaReport {
        // A closure cannot throw this typed error out of the lock, hence the result.
        let result = state.withLock { state -> Result<SchemaReport, SchemaError> in
            do throws(SchemaError) {
                let report = try state.registry.inspect(batch, layout)
                if !report.warnings.isEmpty { state.warned += 1 }
                if !report.fitsCap { state.capped += 1 }
                return .success(report)
            } catch {
                state.refused += 1
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func warnings(_ report: SchemaReport) -> [Warning] {
        var warnings = report.warnings.map { warning in
            Warning(
                code: warning.difference == .overCap ? Warning.cap : Warning.schema,
                about: warning.description, events: warning.rows)
        }
        if report.omitted > 0 {
            warnings.append(
                Warning(code: Warning.schema, text: "and \(report.omitted) further differences"))
        }
        return warnings
    }

    /// What was learnt, warned of, changed and refused.
    public var counters: [StatusInfo.Counter] {
        let state = state.withLock { $0 }
        return [
            ("learnt_types", state.registry.learntTypeCount),
            ("learnt_attributes", state.registry.learntAttributeCount),
            ("warned_batches", state.warned), ("capped_batches", state.capped),
            ("refused_batches", state.refused),
        ].map { StatusInfo.Counter("schema.\($0.0)", UInt64($0.1)) }
    }
}
