package import AuraCore

/// The time-bucket index as a value: cells, sketches and sights up to one sequence number.
///
/// A pure function of the batches in the order of the log, but for what memory made it give up. A
/// copy costs little and stays as it is; what is changed meanwhile is copied page by page.
package struct IndexState: Sendable {
    package let plan: IndexPlan
    package private(set) var series: SeriesTable
    /// The total and the series by type.
    package private(set) var byType: SeriesGroup
    /// The series by dimension.
    package private(set) var byDimension: SeriesGroup?
    /// Every event up to this sequence number is counted, and no other.
    package private(set) var watermark: UInt64 = 0
    /// The greatest event time that was plausible when it came: the present, as the index knows it.
    package private(set) var now = Int64.min
    /// The range of the times of all events that are counted.
    package private(set) var timeRange: ClosedRange<Int64>?
    /// The range of the times of events that lie too far in the future to be counted.
    package private(set) var beyond: ClosedRange<Int64>?
    /// When each producer was last seen.
    package private(set) var producers: [UInt32: SeriesTable.Sight] = [:]
    /// Number of the last order to delete of which nothing is counted any more.
    package private(set) var lastDeletion: UInt64 = 0

    /// - Parameter lastDeletion: Number of the last order to delete, of which nothing will be counted.
    package init(_ plan: IndexPlan, behind lastDeletion: UInt64 = 0) {
        self.plan = plan
        self.lastDeletion = lastDeletion
        series = SeriesTable(plan)
        let share = plan.dimensions.isEmpty ? 1 : 2
        byType = SeriesGroup(total: SeriesTable.total, byteLimit: plan.memoryLimit / share)
        if share == 2 { byDimension = SeriesGroup(total: nil, byteLimit: plan.memoryLimit / share) }
    }

    /// A state that was read back.
    init(_ plan: IndexPlan, _ parts: Parts) {
        self.plan = plan
        series = parts.series
        byType = parts.byType
        byDimension = parts.byDimension
        watermark = parts.watermark
        now = parts.now
        timeRange = parts.timeRange
        beyond = parts.beyond
        producers = parts.producers
        lastDeletion = parts.lastDeletion
    }

    /// All that a state consists of beside its plan.
    struct Parts {
        var series: SeriesTable
        var byType: SeriesGroup
        var byDimension: SeriesGroup?
        var watermark: UInt64
        var now: Int64
        var timeRange: ClosedRange<Int64>?
        var beyond: ClosedRange<Int64>?
        var producers: [UInt32: SeriesTable.Sight] = [:]
        var lastDeletion: UInt64
    }

    /// Bytes of memory.
    package var byteCount: Int { byType.byteCount + (byDimension?.byteCount ?? 0) }

    /// Where a batch comes from.
    package struct Origin: Sendable {
        /// Sequence number of its first event.
        package var firstSequence: UInt64
        /// When it came, µs.
        package var arrival: Int64
        /// Its producer; 0 for none.
        package var producer: UInt32

        package init(firstSequence: UInt64, arrival: Int64, producer: UInt32 = 0) {
            self.firstSequence = firstSequence
            self.arrival = arrival
            self.producer = producer
        }
    }

    /// Knows that no event up to that one is missing: those that it did not count are deleted.
    mutating func advance(to sequence: UInt64) {
        watermark = max(watermark, sequence)
    }

    /// Counts the events of a batch; one that is counted already is left out, as when the log is read
    /// again behind a checkpoint.
    package mutating func apply(_ batch: EventBatch, _ origin: Origin) {
        guard origin.firstSequence > watermark else { return }
        let seriesOfType = batch.layout.types.indices.map { series.number(ofType: $0, in: batch) }
        let codes = batch.typeCodes()
        let rows = BatchRows(
            times: batch.times(), codes: codes, plan, profiles(seriesOfType),
            valueNames: series.valueNames
        ) { batch.columns(named: $0, codes) }
        count(rows, seriesOfType, batch.layout.timeRange, origin)
        watermark = origin.firstSequence + UInt64(batch.rowCount) - 1
    }

    /// Counts rows of a chunk, all of which came at or before a time and none of which is counted.
    mutating func apply(_ source: any RowSource, arrival: Int64) throws(StorageError) {
        // Types that have lost all their rows are none of the index.
        let isUsed = try source.typeCodes().reduce(
            into: [Bool](repeating: false, count: source.typeNames.count)
        ) { $0[Int($1)] = true }
        let seriesOfType = zip(source.typeNames, isUsed).map { name, isUsed in
            isUsed ? series.number(ofType: name) : SeriesTable.total
        }
        let rows = try rows(of: source, seriesOfType)
        count(rows, seriesOfType, source.timeRange, Origin(firstSequence: 0, arrival: arrival))
    }

    /// What the plan finds in rows, the types of which have these series.
    package func rows(
        of source: any RowSource, _ seriesOfType: [UInt32], _ parts: BatchRows.Parts = .all
    ) throws(StorageError) -> BatchRows {
        try BatchRows(
            times: source.times(), codes: source.typeCodes(), plan, profiles(seriesOfType),
            valueNames: series.valueNames, parts
        ) { name throws(StorageError) in try source.columns(named: name) }
    }

    /// What makes an event of a series of a type an error; nil if nothing does.
    package func errorRule(of number: UInt32) -> IndexPlan.ErrorRule? {
        Canary.forgetErrors.isActive ? nil : series.profiles[Int(number)].error
    }

    private func profiles(_ seriesOfType: [UInt32]) -> [SeriesTable.Profile] {
        seriesOfType.map { series.profiles[Int($0)] }
    }

    private mutating func count(
        _ rows: BatchRows, _ seriesOfType: [UInt32], _ times: ClosedRange<Int64>, _ origin: Origin
    ) {
        var origin = origin
        origin.arrival = min(max(origin.arrival, Limits.earliestTime), Limits.latestTime)
        let latest = origin.arrival + Limits.futureTolerance
        let isWhole = times.upperBound <= latest
        var numbers = rows.codes.map { seriesOfType[Int($0)] }
        if !isWhole {
            for row in numbers.indices where rows.times[row] > latest {
                numbers[row] = IndexedRows.none
            }
        }
        let hasAll = plant(&numbers, rows.times) && isWhole
        note(rows.times, times, latest: latest)
        let events = IndexedRows(rows, series: numbers, hasAll: hasAll)
        let newest = see(rows, seriesOfType, origin)
        now = max(now, newest)
        seeTotal(newest, rowCount: events.events.count, origin)
        if now > .min {
            byType.advance(to: now)
            byDimension?.advance(to: now)
        }
        byType.add(events)
        for dimension in plan.dimensions.indices { add(rows, numbers, dimension, origin) }
    }

    /// Leaves rows out where a test asks for such a bug; returns whether none was.
    @inline(__always)
    private func plant(_ series: inout [UInt32], _ times: [Int64]) -> Bool {
        if Canary.skipLateEvents.isActive {
            for row in series.indices where times[row] < now { series[row] = IndexedRows.none }
            return false
        }
        if Canary.dropLastRow.isActive {
            series[series.count - 1] = IndexedRows.none
            return false
        }
        return true
    }

    /// Counts the events of a batch by a dimension.
    private mutating func add(
        _ rows: BatchRows, _ seriesOfType: [UInt32], _ dimension: Int, _ origin: Origin
    ) {
        var ofType = [UInt32](repeating: IndexedRows.none, count: rows.codes.count)
        var ofAll = ofType
        for column in rows.dimensions[dimension] {
            var known: [UInt64: UInt32] = [:]
            let hashes = column.hashes
            for (index, row) in column.valueRows.enumerated() {
                let row = Int(row)
                guard seriesOfType[row] != IndexedRows.none else { continue }
                for type in [seriesOfType[row], SeriesTable.total] {
                    let key = ValueHash.of(hashes[index] ^ UInt64(type), .int64)
                    let number =
                        known[key]
                        ?? series.number(
                            dimension, column.value(index).canonical, ofType: type)
                    known[key] = number
                    if type == SeriesTable.total {
                        ofAll[row] = number
                    } else {
                        ofType[row] = number
                    }
                }
            }
        }
        let rowsOfType = IndexedRows(rows, series: ofType, hasAll: false)
        let rowsOfAll = IndexedRows(rows, series: ofAll, hasAll: false, withValues: false)
        see(rowsOfType.events, origin)
        see(rowsOfAll.events, origin)
        byDimension?.add(rowsOfType)
        byDimension?.add(rowsOfAll)
    }

    /// Notes the times of a batch, of which those after the latest are not counted.
    private mutating func note(_ times: [Int64], _ range: ClosedRange<Int64>, latest: Int64) {
        guard range.upperBound > latest else {
            timeRange = IndexState.union(timeRange, range)
            return
        }
        for time in times {
            if time > latest {
                beyond = IndexState.union(beyond, time...time)
            } else {
                timeRange = IndexState.union(timeRange, time...time)
            }
        }
    }

    private static func union(
        _ known: ClosedRange<Int64>?, _ new: ClosedRange<Int64>
    ) -> ClosedRange<Int64> {
        guard let known else { return new }
        return min(known.lowerBound, new.lowerBound)...max(known.upperBound, new.upperBound)
    }

    /// The greatest event time that is plausible for a batch that came then.
    private func plausible(_ origin: Origin) -> Int64 {
        origin.arrival + min(plan.futureAllowance, Limits.futureTolerance)
    }

    /// Notes when the types of a batch were seen; returns the greatest time that is plausible.
    private mutating func see(
        _ rows: BatchRows, _ seriesOfType: [UInt32], _ origin: Origin
    ) -> Int64 {
        let plausible = plausible(origin)
        var newest = [Int64](repeating: .min, count: seriesOfType.count)
        for row in rows.times.indices where rows.times[row] <= plausible {
            let code = Int(rows.codes[row])
            newest[code] = max(newest[code], rows.times[row])
        }
        for (number, time) in zip(seriesOfType, newest) {
            series.see(number, event: time, arrival: origin.arrival)
        }
        return newest.max() ?? .min
    }

    /// Notes when series of a dimension were seen.
    private mutating func see(_ rows: Occurrences, _ origin: Origin) {
        let plausible = plausible(origin)
        for (time, number) in zip(rows.times, rows.series) {
            series.see(number, event: time <= plausible ? time : .min, arrival: origin.arrival)
        }
    }

    /// Notes when anything, and a producer, was seen.
    private mutating func seeTotal(_ newest: Int64, rowCount: Int, _ origin: Origin) {
        guard rowCount > 0 else { return }
        series.see(SeriesTable.total, event: newest, arrival: origin.arrival)
        guard origin.producer > 0 else { return }
        let known = producers[origin.producer] ?? SeriesTable.Sight()
        producers[origin.producer] = SeriesTable.Sight(
            event: max(known.event, newest), arrival: max(known.arrival, origin.arrival))
        // The log forgets producers as well; their handles never come again.
        if producers.count > Limits.producers,
            let oldest = producers.min(by: { $0.value.arrival < $1.value.arrival })
        {
            producers[oldest.key] = nil
        }
    }
}

extension IndexState {
    /// The state as bytes, of `Formats/index.md`.
    ///
    /// - Parameter seed: The store's incarnation, which its checksum begins with.
    package func encoded(seed: UInt64 = 0) -> [UInt8] { IndexEncoder.encode(self, seed: seed) }

    /// The state that bytes hold, which may be anything.
    ///
    /// Where the memory of the plan is smaller than it was, the oldest pages are given up.
    package init(
        decoding bytes: RawSpan, plan: IndexPlan, seed: UInt64 = 0
    ) throws(FormatError) {
        self = try IndexDecoder.decode(bytes, plan, seed: seed)
    }
}
