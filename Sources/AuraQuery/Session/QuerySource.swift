public import AuraStorage

/// What queries are answered from.
public struct QuerySource: Sendable {
    /// The events.
    public let snapshot: Snapshot
    /// What of them is counted; nil if nothing is.
    let index: IndexState?
    let catalogues: CatalogueCache
    /// What else is asked now.
    let running: RunningQueries

    /// Events alone.
    public init(
        _ snapshot: Snapshot, _ catalogues: CatalogueCache = CatalogueCache(),
        _ running: RunningQueries = RunningQueries()
    ) {
        self.snapshot = snapshot
        self.catalogues = catalogues
        self.running = running
        index = nil
    }

    /// Events and what the index counts of them.
    package init(
        _ view: EventIndex.View, _ catalogues: CatalogueCache,
        _ running: RunningQueries = RunningQueries()
    ) {
        snapshot = view.snapshot
        self.catalogues = catalogues
        self.running = running
        // While an order to delete is being carried out the index may still count what it hides.
        let isTrue = view.uncounted.isEmpty && view.state.lastDeletion >= snapshot.lastDeletion
        index = isTrue ? view.state : nil
    }

    /// The same events, but for chunks that cannot be read.
    func reading(_ snapshot: Snapshot) -> QuerySource {
        // The index would count what is missing.
        snapshot.chunkCount == self.snapshot.chunkCount
            ? self : QuerySource(snapshot, catalogues, running)
    }
}
