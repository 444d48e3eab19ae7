import AuraCore
import AuraEngine
import AuraQuery

/// Brings a store's clinic up to the present.
///
/// The first start loads a month; a later one goes on where the last one ended, so that a load that
/// was interrupted is continued and nothing is there twice.
struct DemoHistory {
    let store: EventStore
    let group: ClinicGroup
    let days: Int

    private static let batchRows = 4_096

    /// Loads what is missing up to `now`.
    ///
    /// - Parameter progress: Called after each day with the events loaded so far and the part done.
    /// - Returns: The events that were loaded.
    func load(until now: Timestamp, progress: (Int, Double) -> Void) async throws -> Int {
        let start = try start(now)
        var feed = DemoFeed(group, after: start)
        var reached = start
        var count = 0
        while reached < now {
            let midnight =
                (reached.microseconds.flooredQuotient(ClinicGroup.day) + 1) * ClinicGroup.day
            reached = min(now, Timestamp(microseconds: midnight))
            let events = feed.next(until: reached)
            try await append(events)
            count += events.count
            let span = Double(now.microseconds - start.microseconds)
            progress(count, Double(reached.microseconds - start.microseconds) / span)
        }
        return count
    }

    /// The last event that is there, else so many days ago.
    private func start(_ now: Timestamp) throws -> Timestamp {
        var query = CountQuery()
        query.end = Timestamp(microseconds: now.microseconds + 1)
        let beginning = Timestamp(
            microseconds: now.microseconds - Int64(days) * ClinicGroup.day)
        let last = try store.count(query).rows.first?.last
        return max(last ?? beginning, beginning)
    }

    private func append(_ events: [Event]) async throws {
        var builder = BatchBuilder()
        for event in events {
            if builder.rowCount == DemoHistory.batchRows { try await append(&builder) }
            guard try !builder.append(event) else { continue }
            try await append(&builder)
            _ = try builder.append(event)
        }
        try await append(&builder)
    }

    private func append(_ builder: inout BatchBuilder) async throws {
        guard let bytes = builder.finish() else { return }
        _ = try await store.append(EventBatch(validating: bytes))
    }
}
