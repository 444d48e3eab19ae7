import AuraCore
public import AuraQuery
import AuraStorage

/// Reads of the time-bucket index.
///
/// They work on a copy that costs little, so that neither they nor the writer wait for each other.
extension EventStore {
    /// The figures of events by type, dimension and time.
    ///
    /// The answer says up to which event it holds, and whether it is whole.
    public func metrics(_ query: MetricQuery) throws(EngineError) -> MetricResult {
        do throws(QueryError) { return try MetricReader.read(query, from: index.view) } catch {
            throw .query(error)
        }
    }

    /// How unusual a bucket is.
    public func score(_ query: ScoreQuery) throws(EngineError) -> Score {
        do throws(QueryError) { return try ScoreReader.read(query, from: index.view.state) } catch {
            throw .query(error)
        }
    }

    /// The answers to many questions, all of the same moment: what rules are evaluated by.
    public func metrics(
        _ queries: [MetricQuery]
    ) -> [Result<MetricResult, QueryError>] {
        let view = index.view
        return queries.map { query in
            do throws(QueryError) {
                return .success(try MetricReader.read(query, from: view))
            } catch { return .failure(error) }
        }
    }

    /// When events were last seen.
    public func lastSeen() -> LastSeen { LastSeen(index.view.state) }

    /// Recounts random cells of the index from the events.
    public func auditIndex(cells: Int = 100, seed: UInt64) -> IndexAudit {
        IndexAudit.run(cells: cells, seed: seed, on: index.view)
    }
}
