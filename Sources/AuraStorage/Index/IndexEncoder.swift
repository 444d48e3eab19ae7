import AuraCore

/// Writes the index as bytes: `Formats/index.md`.
struct IndexEncoder {
    private var out: [UInt8] = []

    static let magic: UInt32 = 0x3158_4941
    static let headerSize = 80

    /// The bytes of a state; equal for states that hold the same.
    static func encode(_ state: IndexState, seed: UInt64) -> [UInt8] {
        var encoder = IndexEncoder()
        encoder.append(state)
        encoder.out.append(little: Checksum.hash64(encoder.out.rawSpan, seed: seed))
        return encoder.out
    }

    private mutating func append(_ state: IndexState) {
        out.append(little: IndexEncoder.magic)
        // Nobody orders four thousand million deletions.
        out.append(little: UInt32(clamping: state.lastDeletion))
        out.append(little: UInt64(0))
        out.append(little: state.plan.fingerprint)
        out.append(little: state.watermark)
        out.append(little: state.now)
        append(state.timeRange)
        append(state.beyond)
        out.append(little: UInt32(state.series.keys.count))
        out.append(little: UInt32(state.producers.count))
        for (key, sight) in zip(state.series.keys, state.series.sights) {
            append(key)
            append(sight)
        }
        for (producer, sight) in state.producers.sorted(by: { $0.key < $1.key }) {
            out.append(little: producer)
            append(sight)
        }
        append(state.byType)
        if let group = state.byDimension { append(group) }
        out.store(little: UInt64(out.count + 8), at: 8)
    }

    private mutating func append(_ range: ClosedRange<Int64>?) {
        out.append(little: range?.lowerBound ?? .max)
        out.append(little: range?.upperBound ?? .min)
    }

    private mutating func append(_ sight: SeriesTable.Sight) {
        out.append(little: sight.event)
        out.append(little: sight.arrival)
    }

    private mutating func append(_ key: SeriesKey) {
        out.append(IndexEncoder.code(key.type))
        out.append(IndexEncoder.code(key.value))
        out.append(little: UInt16(key.dimension ?? 0))
        if case .named(let name)? = key.type { out.append(string: name.text) }
        if case .named(let value)? = key.value { append(value) }
    }

    /// 0 for all or none, 1 for a named one, 2 for what found no place.
    private static func code<Name>(_ part: SeriesKey.Part<Name>?) -> UInt8 {
        switch part {
        case nil: 0
        case .named: 1
        case .other: 2
        }
    }

    private mutating func append(_ value: AttributeValue) {
        out.append(value.type.rawValue)
        switch value {
        case .bool(let value): out.append(value ? 1 : 0)
        case .int64(let value): out.append(little: value)
        case .float64(let value): out.append(little: value.bitPattern)
        case .string(let text): out.append(string: text)
        case .timestamp(let time): out.append(little: time.microseconds)
        case .uuid(let uuid):
            out.append(little: uuid.high)
            out.append(little: uuid.low)
        case .ipPrefix(let prefix): out.append(little: prefix.rawValue)
        }
    }

    private mutating func append(_ group: SeriesGroup) {
        for tier in group.tiers {
            out.append(little: tier.floorPage ?? .min)
            out.append(little: UInt32(tier.pages.count))
            for page in tier.pages { append(page) }
        }
        for tier in group.sketches.tiers.reversed() {
            out.append(little: tier.floor)
            out.append(little: UInt32(tier.pages.count))
            for page in tier.pages { append(page) }
        }
    }

    private mutating func append(_ page: CellPage) {
        out.append(little: page.number)
        out.append(little: UInt32(page.counts.series.count))
        for series in page.counts.series.sorted() {
            let counts = page.counts.row(of: series)
            let values = page.values.row(of: series)
            out.append(little: series)
            out.append(little: IndexEncoder.mask(counts.map { $0.count > 0 }))
            out.append(little: IndexEncoder.mask(values.map { $0.count > 0 }))
            for cell in counts where cell.count > 0 {
                out.append(little: cell.count)
                out.append(little: cell.errors)
            }
            for cell in values where cell.count > 0 {
                out.append(little: cell.count)
                for number in [
                    cell.sum.high, cell.sum.low, cell.squares.high, cell.squares.low, cell.least,
                    cell.greatest,
                ] {
                    out.append(little: number.bitPattern)
                }
            }
        }
    }

    private static func mask(_ bits: [Bool]) -> UInt64 {
        bits.enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt64($1.offset) : 0) }
    }

    private mutating func append(_ page: SketchPage) {
        // What was noted and what is in tables is the same.
        var page = page
        page.settle()
        out.append(little: page.number)
        out.append(little: UInt32(page.users.tables.count { $0.capacity > 0 }))
        for (series, table) in page.users.tables.enumerated() where table.capacity > 0 {
            out.append(little: UInt32(series))
            let places = page.users.places(of: table)
            let words = table.isSketch ? Array(places) : places.filter { $0 != 0 }.sorted()
            // No table of hashes is as long as a sketch.
            out.append(little: UInt32(words.count))
            append(words)
        }
        out.append(little: UInt32(page.values.tables.count { $0.capacity > 0 }))
        for (series, table) in page.values.tables.enumerated() where table.capacity > 0 {
            out.append(little: UInt32(series))
            let words = page.values.places(of: table).filter { $0 != 0 }
                .sorted { $0 & Histogram.binMask < $1 & Histogram.binMask }
            out.append(little: UInt32(words.count))
            append(words)
        }
    }

    private mutating func append(_ words: [UInt64]) {
        // Both processors that Aura runs on keep words as the format does.
        unsafe words.withUnsafeBytes { unsafe out.append(contentsOf: $0) }
    }
}
