public import AuraCore

extension SchemaRegistry {
    /// What the registry says of a batch of these events.
    public mutating func warnings(_ events: [Event]) throws -> [SchemaWarning] {
        try report(events).warnings
    }

    /// What the registry finds in a batch of these events.
    public mutating func report(_ events: [Event]) throws -> SchemaReport {
        let batch = try EventBatch(of: events)
        return try inspect(batch.bytes, batch.layout)
    }
}

extension EventBatch {
    /// The batch of these events, which must fit one.
    public init(of events: [Event]) throws {
        var builder = BatchBuilder()
        for event in events {
            guard try builder.append(event) else {
                throw EventError.eventTooLarge(size: builder.sizeBound)
            }
        }
        try self.init(validating: builder.finish() ?? [])
    }
}
