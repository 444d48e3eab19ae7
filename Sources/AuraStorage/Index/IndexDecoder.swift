import AuraCore

/// Reads an index from bytes that may be anything: `Formats/index.md`.
struct IndexDecoder: ~Escapable {
    private var reader: ByteReader
    private let plan: IndexPlan

    /// The state that the bytes hold; they must be of that plan.
    static func decode(
        _ bytes: RawSpan, _ plan: IndexPlan, seed: UInt64
    ) throws(FormatError) -> IndexState {
        guard bytes.byteCount >= IndexEncoder.headerSize + 8 else {
            throw FormatError(.index, 1, at: 0, "\(bytes.byteCount) bytes are no index")
        }
        guard bytes.load(0, as: UInt32.self) == IndexEncoder.magic else {
            throw FormatError(.index, 2, at: 0, "the magic is another")
        }
        let end = bytes.byteCount - 8
        guard bytes.load(8, as: UInt64.self) == UInt64(bytes.byteCount) else {
            throw FormatError(.index, 1, at: 8, "the size is not that of the bytes")
        }
        guard bytes.load(end, as: UInt64.self) == Checksum.hash64(bytes.slice(0, end), seed: seed)
        else {
            throw FormatError(.index, 3, at: end, "the checksum differs")
        }
        var decoder = IndexDecoder(bytes.slice(0, end), plan)
        return try decoder.state()
    }

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan, _ plan: IndexPlan) {
        reader = ByteReader(bytes, format: .index)
        self.plan = plan
    }

    private func wrong(_ condition: Int, _ reason: String) -> FormatError {
        FormatError(.index, condition, at: reader.offset, reason)
    }

    private mutating func state() throws(FormatError) -> IndexState {
        _ = try reader.read(UInt32.self)
        let lastDeletion = UInt64(try reader.read(UInt32.self))
        _ = try reader.read(UInt64.self)
        guard try reader.read(UInt64.self) == plan.fingerprint else {
            throw wrong(5, "it was made by another plan")
        }
        let empty = IndexState(plan)
        var parts = IndexState.Parts(
            series: empty.series, byType: empty.byType, byDimension: empty.byDimension,
            watermark: try reader.read(), now: try time(orNone: .min),
            lastDeletion: lastDeletion)
        parts.timeRange = try range()
        parts.beyond = try range()
        let seriesCount = Int(try reader.read(UInt32.self))
        let producerCount = Int(try reader.read(UInt32.self))
        guard (1...SeriesTable.maximumCount(plan)).contains(seriesCount) else {
            throw wrong(6, "\(seriesCount) series")
        }
        for number in 0..<seriesCount {
            let key = try seriesKey()
            guard (key == .total) == (number == 0), parts.series.restore(key, try sight()) else {
                throw wrong(6, "series \(number) is there twice, or not the total")
            }
        }
        var last: UInt32 = 0
        for _ in 0..<producerCount {
            let producer = try reader.read(UInt32.self)
            guard producer > last else { throw wrong(6, "producer \(producer) after \(last)") }
            last = producer
            parts.producers[producer] = try sight()
        }
        try restore(&parts.byType, seriesCount)
        if var group = parts.byDimension {
            try restore(&group, seriesCount)
            parts.byDimension = group
        }
        try reader.expectEnd()
        return IndexState(plan, parts)
    }

    /// A time that an event may have, or the mark that there is none.
    private mutating func time(orNone none: Int64) throws(FormatError) -> Int64 {
        let time = try reader.read(Int64.self)
        guard time == none || (Limits.earliestTime...Limits.latestTime).contains(time) else {
            throw wrong(4, "no time of an event: \(time)")
        }
        return time
    }

    private mutating func range() throws(FormatError) -> ClosedRange<Int64>? {
        let lower = try time(orNone: .max)
        let upper = try time(orNone: .min)
        if lower == .max && upper == .min { return nil }
        guard lower <= upper else { throw wrong(4, "a range ends before it begins") }
        return lower...upper
    }

    private mutating func sight() throws(FormatError) -> SeriesTable.Sight {
        SeriesTable.Sight(event: try time(orNone: .min), arrival: try time(orNone: .min))
    }

    private mutating func seriesKey() throws(FormatError) -> SeriesKey {
        let type = try reader.read(UInt8.self)
        let value = try reader.read(UInt8.self)
        let dimension = Int(try reader.read(UInt16.self))
        guard type <= 2, value <= 2, value > 0 ? dimension < plan.dimensions.count : dimension == 0
        else { throw wrong(6, "a series of type \(type), value \(value), dimension \(dimension)") }
        var key = SeriesKey()
        if type == 1 {
            key.type = .named(ExactText(try reader.readString(limit: Limits.nameBytes)))
        } else if type == 2 {
            key.type = .other
        }
        if value > 0 { key.dimension = dimension }
        if value == 1 {
            key.value = .named(try attributeValue())
        } else if value == 2 {
            key.value = .other
        }
        return key
    }

    private mutating func attributeValue() throws(FormatError) -> AttributeValue {
        let code = try reader.read(UInt8.self)
        switch AttributeType(rawValue: code) {
        case nil: throw wrong(6, "a value of type \(code)")
        case .bool?:
            let bit = try reader.read(UInt8.self)
            guard bit <= 1 else { throw wrong(6, "a bool of \(bit)") }
            return .bool(bit == 1)
        case .int64?: return .int64(try reader.read())
        case .float64?:
            let value = AttributeValue.float64(Double(bitPattern: try reader.read()))
            guard value.isIdentical(to: value.canonical) else {
                throw wrong(6, "another zero or NaN")
            }
            return value
        case .string?: return .string(try reader.readString(limit: Limits.stringBytes))
        case .timestamp?: return .timestamp(Timestamp(microseconds: try reader.read()))
        case .uuid?: return .uuid(UUIDBytes(high: try reader.read(), low: try reader.read()))
        case .ipPrefix?:
            guard let prefix = IPPrefix(rawValue: try reader.read()) else {
                throw wrong(6, "no ip prefix")
            }
            return .ipPrefix(prefix)
        }
    }
}

extension IndexDecoder {
    private mutating func restore(
        _ group: inout SeriesGroup, _ seriesCount: Int
    ) throws(FormatError) {
        for (index, resolution) in Resolution.allCases.enumerated() {
            let floor = try floorPage(width: resolution.pageWidth)
            group.restore(index, floorPage: floor)
            var last = floor == .min ? Int64.min : floor - 1
            for _ in 0..<(try reader.read(UInt32.self)) {
                let number = try number(after: last, width: resolution.pageWidth)
                last = number
                group.restore(index, try cellPage(resolution, number, seriesCount))
            }
        }
        // The coarsest first: what does not fit into a finer tier is merged into it.
        for (level, resolution) in SketchTiers.resolutions.enumerated().reversed() {
            let floor = try time(orNone: .min)
            guard floor == .min || floor.aligned(to: resolution.width) == floor else {
                throw wrong(7, "a floor within a bucket")
            }
            group.restore(sketches: level, floor: floor)
            var last = floor == .min ? Int64.min : floor / resolution.width - 1
            for _ in 0..<(try reader.read(UInt32.self)) {
                let number = try number(after: last, width: resolution.width)
                last = number
                let page = try sketchPage(number, seriesCount)
                guard group.hasTotal(of: page, level) else {
                    throw wrong(7, "page \(number) without the total of its users or values")
                }
                group.restore(sketches: level, page)
            }
        }
    }

    /// The number of the first page that is whole, or a mark.
    private mutating func floorPage(width: Int64) throws(FormatError) -> Int64 {
        let page = try reader.read(Int64.self)
        let least = Limits.earliestTime.flooredQuotient(width) - 1
        guard page == .min || (least...Limits.latestTime / width + 1).contains(page) else {
            throw wrong(7, "a floor at page \(page)")
        }
        return page
    }

    /// The number of a page, which lies where events can and behind the one before.
    private mutating func number(after last: Int64, width: Int64) throws(FormatError) -> Int64 {
        let number = try reader.read(Int64.self)
        let least = Limits.earliestTime.flooredQuotient(width)
        guard number > last, number >= least, number <= Limits.latestTime / width else {
            throw wrong(7, "page \(number) after \(last)")
        }
        return number
    }

    /// The number of a series that exists, behind the one before.
    private mutating func series(after last: Int, of count: Int) throws(FormatError) -> UInt32 {
        let series = try reader.read(UInt32.self)
        guard series > last, series < count else {
            throw wrong(7, "series \(series) after \(last)")
        }
        return series
    }

    private mutating func cellPage(
        _ resolution: Resolution, _ number: Int64, _ seriesCount: Int
    ) throws(FormatError) -> CellPage {
        var page = CellPage(resolution, number: number)
        var last = -1
        for _ in 0..<(try reader.read(UInt32.self)) {
            let series = try series(after: last, of: seriesCount)
            last = Int(series)
            let counts = try reader.read(UInt64.self)
            let values = try reader.read(UInt64.self)
            guard counts > 0, values & ~counts == 0,
                resolution.pageLength - 1 >= 63 - counts.leadingZeroBitCount
            else { throw wrong(7, "a mask names buckets that are none") }
            for bucket in 0..<64 where counts >> UInt64(bucket) & 1 == 1 {
                let cell = CountCell(count: try reader.read(), errors: try reader.read())
                guard cell.count > 0, cell.errors <= cell.count else { throw wrong(8, "\(cell)") }
                page.set(series, bucket, cell)
            }
            for bucket in 0..<64 where values >> UInt64(bucket) & 1 == 1 {
                page.set(series, bucket, try valueCell())
            }
        }
        return page
    }

    private mutating func valueCell() throws(FormatError) -> ValueCell {
        var cell = ValueCell()
        cell.count = try reader.read()
        cell.sum = CompensatedSum(high: try double(), low: try double())
        cell.squares = CompensatedSum(high: try double(), low: try double())
        cell.least = try double()
        cell.greatest = try double()
        guard cell.count > 0, cell.least <= cell.greatest, ValueCell.takes(cell.least),
            ValueCell.takes(cell.greatest), cell.sum.value.isFinite, cell.squares.value >= 0,
            cell.squares.value.isFinite
        else { throw wrong(8, "\(cell)") }
        return cell
    }

    private mutating func double() throws(FormatError) -> Double {
        Double(bitPattern: try reader.read())
    }

    private mutating func sketchPage(
        _ number: Int64, _ seriesCount: Int
    ) throws(FormatError) -> SketchPage {
        var page = SketchPage(number: number)
        var last = -1
        for _ in 0..<(try reader.read(UInt32.self)) {
            let series = try series(after: last, of: seriesCount)
            last = Int(series)
            let count = Int(try reader.read(UInt32.self))
            let words = try words(count)
            if count == HyperLogLog.words {
                guard words.allSatisfy(HyperLogLog.isValid) else { throw wrong(8, "registers") }
                page.restore(users: words, isSketch: true, series)
                continue
            }
            guard (1...WordTables.exactUsers).contains(count), words[0] > 0,
                zip(words, words.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw wrong(8, "\(count) hashes, or not ascending") }
            page.restore(users: words, isSketch: false, series)
        }
        last = -1
        for _ in 0..<(try reader.read(UInt32.self)) {
            let series = try series(after: last, of: seriesCount)
            last = Int(series)
            let words = try words(Int(try reader.read(UInt32.self)))
            let bins = words.map { $0 & Histogram.binMask }
            guard let first = bins.first, first > 0, bins[bins.count - 1] <= Histogram.greatestBin,
                zip(bins, bins.dropFirst()).allSatisfy({ $0 < $1 }),
                words.allSatisfy({ $0 >> Histogram.binBits > 0 })
            else { throw wrong(8, "bins") }
            page.restore(values: words, series)
        }
        return page
    }

    private mutating func words(_ count: Int) throws(FormatError) -> [UInt64] {
        guard count <= reader.remaining / 8 else { throw wrong(1, "\(count) words are not there") }
        var words: [UInt64] = []
        words.reserveCapacity(count)
        for _ in 0..<count { words.append(try reader.read()) }
        return words
    }
}
