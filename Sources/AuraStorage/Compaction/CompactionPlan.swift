import AuraCore

/// What the next compaction does.
struct CompactionPlan {
    /// Chunks of which every event is hidden: they go unread.
    private(set) var dropped: [Chunk] = []
    /// Chunks that are written again as others.
    private(set) var merged: [Chunk] = []
    /// Tombstones that no file holds anything of afterwards.
    private(set) var finished: [Tombstone] = []

    var isEmpty: Bool { dropped.isEmpty && merged.isEmpty && finished.isEmpty }

    /// - Parameters:
    ///   - mode: How much is worth while.
    ///   - isPast: Whether neither the head nor the log holds events that a tombstone hides.
    init(
        _ chunks: [Chunk], _ mask: Mask, _ policy: CompactionPolicy, _ layout: ChunkLayout,
        _ mode: CompactionMode, isPast: (Tombstone) -> Bool
    ) throws(StorageError) {
        var rest: [Chunk] = []
        // What cannot be read stays as it is, and nothing that may be in it is done.
        let unread = chunks.filter { $0.missing != nil }
        for chunk in chunks.sorted(by: Chunk.isEarlier) where chunk.missing == nil {
            if mask.hidesAll(of: chunk) {
                dropped.append(chunk)
            } else {
                rest.append(chunk)
            }
        }
        merged = try CompactionPlan.erased(rest, mask, policy)
        if merged.isEmpty { merged = try CompactionPlan.aged(rest, mask, policy, mode) }
        if merged.isEmpty {
            let isSettled = try rest.map { chunk throws(StorageError) in
                try chunk.isSettled(policy, layout)
            }
            let chunks = Array(zip(rest, isSettled))
            merged =
                mode == .full
                ? CompactionPlan.unsettled(chunks) : CompactionPlan.tier(chunks, policy, mode)
        }
        let merging = Set(merged.map(\.entry.number))
        for tombstone in mask.tombstones where isPast(tombstone) {
            var isFinished = !unread.contains { $0.mayHold(tombstone) }
            for chunk in rest where isFinished && !merging.contains(chunk.entry.number) {
                isFinished = try !chunk.isConcerned(by: tombstone)
            }
            if isFinished || Canary.finishTombstoneEarly.isActive { finished.append(tombstone) }
        }
    }

    /// The first chunks that hold events of a subject to be erased, as many as make one new chunk.
    private static func erased(
        _ chunks: [Chunk], _ mask: Mask, _ policy: CompactionPolicy
    ) throws(StorageError) -> [Chunk] {
        var found: [Chunk] = []
        var rows = 0
        for chunk in chunks {
            var isConcerned = false
            for case let tombstone in mask.tombstones where !isConcerned {
                guard case .subject = tombstone.target else { continue }
                isConcerned = try chunk.isConcerned(by: tombstone)
            }
            guard isConcerned else { continue }
            rows += chunk.entry.rowCount
            if !found.isEmpty, rows > policy.chunkRows { break }
            found.append(chunk)
        }
        return found
    }

    /// The first chunk of which much is hidden because of its age, or anything for who wants all.
    private static func aged(
        _ chunks: [Chunk], _ mask: Mask, _ policy: CompactionPolicy, _ mode: CompactionMode
    ) throws(StorageError) -> [Chunk] {
        for chunk in chunks {
            let part = try mask.part(for: chunk)
            if part.tombstones.isEmpty { continue }
            let hidden = try chunk.hiddenRows(by: part)
            if mode == .full || hidden * policy.hiddenShare >= chunk.entry.rowCount {
                return [chunk]
            }
        }
        return []
    }

    /// Neighbours of one size, once there are enough of them.
    private static func tier(
        _ chunks: [(chunk: Chunk, isSettled: Bool)], _ policy: CompactionPolicy,
        _ mode: CompactionMode
    ) -> [Chunk] {
        var runs: [Int: [Chunk]] = [:]
        for (chunk, isSettled) in chunks where !isSettled {
            let rows = chunk.entry.rowCount
            let tier = policy.tier(rows)
            runs[tier, default: []].append(chunk)
            let run = runs[tier] ?? []
            let sum = run.reduce(0) { $0 + $1.entry.rowCount }
            let isLarge = sum >= policy.chunkRows
            if mode == .busy, isLarge {
                if run.count >= policy.fanOut * policy.patience {
                    return Array(run.prefix(policy.fanOut))
                }
            } else if run.count >= policy.fanOut || isLarge, run.count > 1 {
                // One more than fits would make two chunks, the second of odd size.
                return sum > policy.chunkRows && run.count > 2 ? run.dropLast() : run
            }
        }
        return []
    }

    /// Neighbours that overlap in time, are small, or are as a flush wrote them.
    private static func unsettled(_ chunks: [(chunk: Chunk, isSettled: Bool)]) -> [Chunk] {
        var run: [Chunk] = []
        var end = Int64.min
        for (index, (chunk, isSettled)) in chunks.enumerated() {
            let next =
                index + 1 < chunks.count ? chunks[index + 1].chunk.entry.timeRange.lowerBound : nil
            let range = chunk.entry.timeRange
            let isApart = range.lowerBound >= end && next.map { range.upperBound <= $0 } ?? true
            end = max(end, range.upperBound)
            if isApart, isSettled {
                if run.isWorthMerging { return run }
                run = []
            } else {
                run.append(chunk)
            }
        }
        return run.isWorthMerging ? run : []
    }
}

/// How much a compaction may do.
public enum CompactionMode: Hashable, Sendable {
    /// What keeps the number of chunks and the hidden events small, while much is going on.
    case busy
    /// Large chunks as well, while little is.
    case idle
    /// Everything that makes the store smaller, for who asks for it.
    case full
}

extension [Chunk] {
    /// Whether there is something to gain: a single chunk after a compaction is as good as it gets.
    fileprivate var isWorthMerging: Bool {
        count > 1 || contains { $0.entry.level == 0 }
    }
}

extension [Chunk] {
    /// Rows of chunks like these for which a layout's memory is enough.
    func fittingRows(_ layout: ChunkLayout) throws(StorageError) -> Int {
        var rows = 0
        var texts: [ExactText: Int] = [:]
        for chunk in self {
            let footer = try chunk.open().footer
            rows += footer.rowCount
            for block in footer.blocks where block.key.kind == .dictionary {
                let column = footer.columns[block.key.column]
                if column.type == .string { texts[column.name, default: 0] += block.count }
            }
        }
        return layout.fittingRows(like: rows, texts: texts.values.max() ?? 0)
    }
}

extension Chunk {
    fileprivate static func isEarlier(_ left: Chunk, _ right: Chunk) -> Bool {
        let (left, right) = (left.entry, right.entry)
        return (left.timeRange.lowerBound, left.number) < (right.timeRange.lowerBound, right.number)
    }

    /// Whether it is as large as chunks become.
    fileprivate func isSettled(
        _ policy: CompactionPolicy, _ layout: ChunkLayout
    ) throws(StorageError) -> Bool {
        guard entry.level > 0 else { return false }
        if entry.rowCount * 2 >= policy.chunkRows { return true }
        return try entry.rowCount * 2 >= [self].fittingRows(layout)
    }

    /// Rows that are hidden because of their age, as far as whole blocks tell.
    fileprivate func hiddenRows(by mask: Mask) throws(StorageError) -> Int {
        var hidden = 0
        for tombstone in mask.tombstones {
            guard case .before(let time) = tombstone.target else { continue }
            let blocks = try open().footer.blocks.filter { $0.key.kind == .times }
            let rows = blocks.reduce(0) { $0 + ($1.greatest < time ? $1.count : 0) }
            hidden = max(hidden, rows)
        }
        return hidden
    }
}
