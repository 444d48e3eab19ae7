public import AuraCore
public import AuraQuery
import AuraStorage

/// Reads of the time-bucket index.
///
/// They work on a copy that costs little, so that neither they nor the writer wait for each other.
/// All throw `.query(.noIndex)` where the store was opened without a plan for one.
extension EventStore {
    private func view() throws(EngineError) -> EventIndex.View {
        guard let index else { throw .query(.noIndex) }
        return index.view
    }

    /// The figures of events by type, dimension and time.
    ///
    /// The answer says up to which event it holds, and whether it is whole. Ends early with
    /// `.stopped` once `shouldStop`, which is asked again and again, says so.
    public func metrics(
        _ query: MetricQuery, shouldStop: () -> Bool = { false }
    ) throws(EngineError) -> MetricResult {
        let view = try view()
        do throws(QueryError) {
            let result = try MetricReader.read(query, from: view, shouldStop: shouldStop)
            damage.note(result.missing)
            return result
        } catch { throw EngineError(error) }
    }

    /// How unusual a bucket is.
    public func score(_ query: ScoreQuery) throws(EngineError) -> Score {
        let view = try view()
        do throws(QueryError) { return try ScoreReader.read(query, from: view.state) } catch {
            throw EngineError(error)
        }
    }

    /// The answers to many questions, all of the same moment: what rules are evaluated by.
    public func metrics(
        _ queries: [MetricQuery]
    ) throws(EngineError) -> [Result<MetricResult, QueryError>] {
        let view = try view()
        return queries.map { query in
            do throws(QueryError) {
                return .success(try MetricReader.read(query, from: view))
            } catch { return .failure(error) }
        }
    }

    /// When events were last seen.
    public func lastSeen() throws(EngineError) -> LastSeen {
        var seen = LastSeen(try view().state)
        seen.producerNames = committer.names(ofProducers: seen.producers.keys)
        return seen
    }

    /// What the index takes, and what recounting it in the background has shown; nil without one.
    public var indexStatus: IndexStatus? { index.map { auditor.status(of: $0) } }

    /// Recounts random cells of the index from the events.
    public func auditIndex(cells: Int = 100, seed: UInt64) throws(EngineError) -> IndexAudit {
        let view = try view()
        do throws(StorageError) {
            return try IndexAudit.run(cells: cells, seed: seed, on: view)
        } catch { throw .storage(error) }
    }
}
