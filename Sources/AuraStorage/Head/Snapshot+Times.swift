package import AuraCore

extension Snapshot {
    /// Calls `body` with the events of those times that have a sequence number up to `last`, until it
    /// returns false.
    ///
    /// In no order. Batches may hold events of other times as well, and behind their first `end` rows
    /// such with greater numbers. Of chunks only pieces with such times are read, and of these only
    /// the attributes named.
    package func forEachBatch(
        in times: TimeRanges, attributes: Set<ExactText>, upTo last: UInt64,
        _ body: (_ batch: EventBatch, _ end: Int) -> Bool
    ) throws(StorageError) {
        for chunk in chunks where times.overlaps(chunk.entry.timeRange) {
            for source in try mask.sources(of: chunk) where times.overlaps(source.timeRange) {
                let events = try source.events(in: times, attributes, upTo: last)
                for batch in EventBatch.batches(of: events) {
                    guard body(batch, batch.rowCount) else { return }
                }
            }
        }
        for strip in runs.joined() {
            guard try visit(strip, times, last, body) else { return }
        }
        for strip in tail {
            guard try visit(strip, times, last, body) else { return }
        }
    }

    private func visit(
        _ strip: Strip, _ times: TimeRanges, _ last: UInt64,
        _ body: (_ batch: EventBatch, _ end: Int) -> Bool
    ) throws(StorageError) -> Bool {
        guard strip.firstSequence <= last, times.overlaps(strip.timeRange) else { return true }
        return try mask.visible(strip).allSatisfy { strip in
            guard strip.firstSequence <= last else { return true }
            return body(
                strip.batch, Int(min(UInt64(strip.rowCount), last - strip.firstSequence + 1)))
        }
    }

    /// Events of chunks that may have to be read for those times.
    package func chunkRows(in times: TimeRanges) -> Int {
        chunks.reduce(0) { $0 + (times.overlaps($1.entry.timeRange) ? $1.entry.rowCount : 0) }
    }
}

extension RowSource {
    /// Its events of those times and numbers, with the attributes named.
    fileprivate func events(
        in times: TimeRanges, _ attributes: Set<ExactText>, upTo last: UInt64
    ) throws(StorageError) -> [Event] {
        let ownTimes = try self.times()
        let sequences = try self.sequences()
        let names = typeNames
        let types = try typeCodes()
        // The place of each wanted row among the events; -1 for others.
        var places = [Int32](repeating: -1, count: rowCount)
        var events: [Event] = []
        for row in places.indices
        where times.contains(ownTimes[row]) && UInt64(bitPattern: sequences[row]) <= last {
            places[row] = Int32(events.count)
            events.append(
                Event(
                    type: names[Int(types[row])], time: Timestamp(microseconds: ownTimes[row])))
        }
        if events.isEmpty { return [] }
        for (index, key) in columnKeys.enumerated() where attributes.contains(key.name) {
            let column = try column(index)
            for value in 0..<column.count {
                let place = places[column.row(value)]
                guard place >= 0 else { continue }
                events[Int(place)].attributes.append(
                    Attribute(key.name.text, column.value(value)))
            }
        }
        return events
    }
}

extension EventBatch {
    /// Few batches of events that came out of valid ones.
    fileprivate static func batches(of events: [Event]) -> [EventBatch] {
        var batches: [EventBatch] = []
        var builder = BatchBuilder()
        func finish() {
            guard let bytes = builder.finish() else { return }
            do throws(FormatError) {
                batches.append(try EventBatch(validating: bytes))
            } catch {
                preconditionFailure("an encoded batch is not valid: \(error)")
            }
        }
        for event in events where !builder.append(valid: event) {
            finish()
            builder.appendAlone(valid: event)
        }
        finish()
        return batches
    }
}
