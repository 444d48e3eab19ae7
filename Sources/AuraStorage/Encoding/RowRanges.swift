/// Some of many things in a row, as ascending ranges of their places: rows of a group, values of a block.
struct RowRanges: Sendable {
    /// None of them is empty, none touches the next.
    let ranges: [Range<Int>]
    /// How many places there are in all ranges.
    let count: Int
    /// How many places lie in the ranges before each.
    private let starts: [Int]

    /// - Parameter ranges: Ascending, none reaching into the next.
    init(_ ranges: [Range<Int>]) {
        var merged: [Range<Int>] = []
        for range in ranges where !range.isEmpty {
            if let last = merged.last, last.upperBound == range.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<range.upperBound
            } else {
                merged.append(range)
            }
        }
        var starts: [Int] = []
        var count = 0
        for range in merged {
            starts.append(count)
            count += range.count
        }
        self.ranges = merged
        self.starts = starts
        self.count = count
    }

    /// All places up to a count.
    init(upTo count: Int) {
        self.init([0..<count])
    }

    /// Which of the places here that is; nil if it is not among them.
    func index(of place: Int) -> Int? {
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle].upperBound <= place { lower = middle + 1 } else { upper = middle }
        }
        guard lower < ranges.count, ranges[lower].contains(place) else { return nil }
        return starts[lower] + place - ranges[lower].lowerBound
    }

    /// What `body` makes of each place.
    @inline(__always)
    func map<Result>(_ body: (Int) -> Result) -> [Result] {
        unsafe [Result](unsafeUninitializedCapacity: count) { results, filled in
            for range in ranges {
                for place in range {
                    unsafe results.initializeElement(at: filled, to: body(place))
                    filled &+= 1
                }
            }
        }
    }

    /// Some of the places here, each by how many are before it; ascending.
    func places(at indexes: [Int]) -> RowRanges {
        var places: [Range<Int>] = []
        var range = 0
        for index in indexes where index < count {
            while index >= starts[range] + ranges[range].count { range += 1 }
            let place = ranges[range].lowerBound + index - starts[range]
            if let last = places.last, last.upperBound > place { continue }
            places.append(place..<place + 1)
        }
        return RowRanges(places)
    }
}
