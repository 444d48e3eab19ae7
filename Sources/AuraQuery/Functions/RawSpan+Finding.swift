import AuraCore

extension RawSpan {
    /// Beyond it, comparing at each place that looks right could cost too much, and `borders` are
    /// needed.
    static let shortCount = 64

    /// Whether other bytes stand at a place.
    @inline(__always)
    func holds(_ wanted: RawSpan, at place: Int) -> Bool {
        place + wanted.byteCount <= byteCount && slice(place, wanted.byteCount).isEqual(wanted)
    }

    /// Where other bytes, at least one, stand first, from a place on; nil if nowhere.
    ///
    /// - Complexity: O(bytes behind the place).
    /// - Parameter borders: Those of the bytes if they are many.
    func find(_ wanted: RawSpan, _ borders: Span<Int>, from start: Int) -> Int? {
        if wanted.byteCount > RawSpan.shortCount { return findLong(wanted, borders, from: start) }
        let lastStart = byteCount - wanted.byteCount
        guard start + 7 <= lastStart else {
            var place = start
            while place <= lastStart {
                if holds(wanted, at: place) { return place }
                place += 1
            }
            return nil
        }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let behind = wanted.byteCount - 1
        let first = ones &* UInt64(wanted.load(0, as: UInt8.self))
        let last = ones &* UInt64(wanted.load(behind, as: UInt8.self))
        var place = start
        // Eight places at a time, some of the last eight once more.
        while place <= lastStart {
            place = Swift.min(place, lastStart - 7)
            // Where the first and the last byte are right, the bytes of `wrong` are 0.
            let wrong =
                (load(place, as: UInt64.self) ^ first)
                | (load(place + behind, as: UInt64.self) ^ last)
            var candidates = (wrong &- ones) & ~wrong & (ones &<< 7)
            while candidates != 0 {
                let candidate = place + candidates.trailingZeroBitCount / 8
                if holds(wanted, at: candidate) { return candidate }
                candidates &= candidates &- 1
            }
            place += 8
        }
        return nil
    }

    /// Looks at each byte once.
    ///
    /// Source: Knuth, Morris, Pratt, "Fast Pattern Matching in Strings", SIAM Journal on Computing
    /// 6 (1977), <https://doi.org/10.1137/0206024>.
    private func findLong(_ wanted: RawSpan, _ borders: Span<Int>, from start: Int) -> Int? {
        var found = 0
        var place = start
        while place < byteCount {
            let byte: UInt8 = load(place)
            while found > 0, wanted.load(found) != byte { found = borders[found - 1] }
            if wanted.load(found) == byte { found += 1 }
            place += 1
            if found == wanted.byteCount { return place - found }
        }
        return nil
    }

    /// For each beginning of the bytes, how much of its end is also its beginning, without being
    /// all of it.
    var borders: [Int] {
        var borders = [0]
        var border = 0
        for place in 1..<Swift.max(byteCount, 1) {
            let byte: UInt8 = load(place)
            while border > 0, load(border) != byte { border = borders[border - 1] }
            if load(border) == byte { border += 1 }
            borders.append(border)
        }
        return borders
    }
}
