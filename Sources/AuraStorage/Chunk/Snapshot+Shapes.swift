public import AuraCore

extension Snapshot {
    /// Calls `body` with batches that together have every type and every column of a type.
    ///
    /// They have not every event: what chunks hold is told by a single row for each type. A chunk that
    /// cannot be read is set aside.
    public func forEachShape(_ body: (EventBatch) -> Void) throws(StorageError) {
        for chunk in chunks {
            let footer: ChunkFooter
            do throws(StorageError) { footer = try chunk.open().footer } catch {
                if chunk.setAside(after: error) { continue }
                throw error
            }
            for type in footer.types { body(type.example(columns: footer.columns)) }
        }
        for strip in runs.joined() { body(strip.batch) }
        for strip in tail { body(strip.batch) }
    }
}

extension ChunkFooter.TypeEntry {
    /// One event of the type, with some value in each of its columns.
    fileprivate func example(columns all: [ColumnKey]) -> EventBatch {
        var event = Event(type: name, time: Timestamp(microseconds: 0))
        for column in columns.map({ all[$0] }) {
            let value = AttributeValue.example(of: column.type)
            if column.name.text == ReservedName.id {
                event.id = EventID(value)
            } else {
                event.attributes.append(Attribute(column.name.text, value))
            }
        }
        return Strip.strips(of: [SequencedEvent(sequence: 1, event: event)])[0].batch
    }
}

extension AttributeValue {
    fileprivate static func example(of type: AttributeType) -> AttributeValue {
        switch type {
        case .bool: .bool(false)
        case .int64: .int64(0)
        case .float64: .float64(0)
        case .string: .string("")
        case .timestamp: .timestamp(Timestamp(microseconds: 0))
        case .uuid: .uuid(UUIDBytes(high: 0, low: 0))
        case .ipPrefix:
            IPPrefix(rawValue: 0x0004_0000_0000_0000).map { .ipPrefix($0) } ?? .int64(0)
        }
    }
}
