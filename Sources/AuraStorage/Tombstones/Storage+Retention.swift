extension Storage {
    /// The time before which events should be deleted now; nil while all may stay.
    ///
    /// Whole chunks go as soon as they may; others are cut once a day at most, for each order is an
    /// edit of the manifest.
    /// - Parameters:
    ///   - oldest: The earliest time that is kept, µs; nil for any.
    ///   - bytes: What chunks and log may take on disk; nil for any.
    public func expiry(before oldest: Int64?, bytes: Int64?) -> Int64? {
        let last = lastExpiry
        let kept = chunks.map(\.entry).filter { $0.timeRange.upperBound >= last }
        var expiry = last
        if let oldest {
            let day: Int64 = 86_400_000_000
            let isWhole = kept.contains { $0.timeRange.upperBound < oldest }
            let isPart = kept.contains { $0.timeRange.lowerBound < oldest }
            if isWhole || isPart && (last == .min || oldest - last >= day) {
                expiry = max(expiry, oldest)
            }
        }
        if let bytes { expiry = max(expiry, self.expiry(toKeep: bytes, of: kept)) }
        return expiry > last ? expiry : nil
    }

    /// The time behind the oldest chunks that do not fit.
    private func expiry(toKeep bytes: Int64, of kept: [ChunkEntry]) -> Int64 {
        let segments = Int64(manifest.state.lastSegment - manifest.state.firstSegment) + 1
        var sum = kept.reduce(0) { $0 + $1.fileSize } + segments * manifest.state.segmentSize
        var expiry = Int64.min
        for entry in kept.sorted(by: { $0.timeRange.upperBound < $1.timeRange.upperBound }) {
            if sum <= bytes { break }
            sum -= entry.fileSize
            expiry = entry.timeRange.upperBound + 1
        }
        return expiry
    }

    /// The latest time before which a deletion that is not carried out yet deletes.
    private var lastExpiry: Int64 {
        var last = Int64.min
        for case .before(let time) in mask.tombstones.map(\.target) { last = max(last, time) }
        return last
    }
}
