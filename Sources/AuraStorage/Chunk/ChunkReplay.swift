import AuraCore

/// The events of chunks in the order in which they came, as strips.
///
/// Chunks lie by type and time: the events of a window of sequence numbers are gathered from all
/// that have some, and put in order.
struct ChunkReplay {
    private let chunks: [Chunk]
    private let mask: Mask

    /// Sequence numbers that are gathered at once.
    private static let window: UInt64 = 32_768

    init(_ chunks: [Chunk], _ mask: Mask) {
        self.chunks = chunks
        self.mask = mask
    }

    /// Calls `body` with strip after strip; false if it said so.
    func forEachStrip(
        from sequence: UInt64, _ body: (Strip) -> Bool
    ) throws(StorageError) -> Bool {
        let last = chunks.map(\.entry.sequenceRange.upperBound).max() ?? 0
        var start = max(1, sequence)
        while start <= last {
            let rest = chunks.map(\.entry.sequenceRange).filter { $0.upperBound >= start }
            start = max(start, rest.map(\.lowerBound).min() ?? start)
            let window = start..<start + ChunkReplay.window
            for strip in Strip.strips(of: try events(in: window)) {
                guard body(strip) else { return false }
            }
            start = window.upperBound
        }
        return true
    }

    /// The events of a window, in order.
    private func events(
        in window: Range<UInt64>
    ) throws(StorageError) -> [SequencedEvent] {
        var events: [SequencedEvent] = []
        for chunk in chunks where chunk.entry.sequenceRange.overlaps(window) {
            for source in try mask.sources(of: chunk)
            where source.sequenceRange.overlaps(window) {
                try append(source, in: window, to: &events)
            }
        }
        return events.sorted { $0.sequence < $1.sequence }
    }

    private func append(
        _ source: any RowSource, in window: Range<UInt64>,
        to events: inout [SequencedEvent]
    ) throws(StorageError) {
        let sequences = try source.sequences()
        // The place of each wanted row among the events; -1 for others.
        var places = [Int32](repeating: -1, count: source.rowCount)
        let first = events.count
        let names = source.typeNames
        let types = try source.typeCodes()
        let times = try source.times()
        for row in sequences.indices {
            let sequence = UInt64(bitPattern: sequences[row])
            guard window.contains(sequence) else { continue }
            places[row] = Int32(events.count - first)
            let time = Timestamp(microseconds: times[row])
            events.append(
                SequencedEvent(
                    sequence: sequence, event: Event(type: names[Int(types[row])], time: time)))
        }
        if events.count == first { return }
        for (index, key) in source.columnKeys.enumerated() {
            let column = try source.column(index)
            for value in 0..<column.count {
                let place = places[column.row(value)]
                guard place >= 0 else { continue }
                let value = column.value(value)
                if key.name.text == ReservedName.id {
                    events[first + Int(place)].event.id = EventID(value)
                } else {
                    events[first + Int(place)].event.attributes.append(
                        Attribute(key.name.text, value))
                }
            }
        }
    }
}
