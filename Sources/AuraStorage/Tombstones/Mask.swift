import AuraCore

/// What tombstones hide: every reader of events reads through it.
struct Mask: Sendable {
    /// Those that are not carried out everywhere yet, by number.
    let tombstones: [Tombstone]
    /// Number of the last order to delete there ever was, carried out or not.
    var lastDeletion: UInt64 = 0

    /// Hides nothing.
    static let none = Mask(tombstones: [])

    /// The greatest number of those known.
    var lastNumber: UInt64 { tombstones.last?.number ?? 0 }

    /// Whether nothing of a chunk is left, as its entry says.
    func hidesAll(of chunk: Chunk) -> Bool {
        tombstones.contains { chunk.isHidden(by: $0) }
    }

    /// What hides events of a chunk: those that were given after it was written and concern it.
    func part(for chunk: Chunk) throws(StorageError) -> Mask {
        if tombstones.isEmpty { return self }
        var part: [Tombstone] = []
        for tombstone in tombstones where try chunk.isConcerned(by: tombstone) {
            part.append(tombstone)
        }
        return Mask(tombstones: part)
    }

    /// What is left of a source; nil if nothing is.
    func visible(_ source: any RowSource) throws(StorageError) -> (any RowSource)? {
        var isHidden: [Bool]?
        for tombstone in tombstones
        where tombstone.mayHide(in: source.timeRange, source.sequenceRange) {
            if tombstone.hidesAll(in: source.timeRange, source.sequenceRange) { return nil }
            guard let rows = try tombstone.rows(of: source) else { continue }
            isHidden = isHidden.map { zip($0, rows).map { $0 || $1 } } ?? rows
        }
        guard let isHidden, isHidden.contains(true) else { return source }
        return try SelectedSource(source, keeping: isHidden.map { !$0 })
    }

    /// The pieces of a chunk, without what is hidden.
    func sources(of chunk: Chunk) throws(StorageError) -> [any RowSource] {
        if hidesAll(of: chunk) { return [] }
        let part = try part(for: chunk)
        var sources: [any RowSource] = []
        for piece in try chunk.pieces() {
            if let source = try part.visible(piece) { sources.append(source) }
        }
        return sources
    }

    /// A strip without what is hidden, as strips.
    func visible(_ strip: Strip) throws(StorageError) -> [Strip] {
        if tombstones.isEmpty { return [strip] }
        guard let source = try visible(strip as any RowSource) else { return [] }
        guard source is SelectedSource else { return [strip] }
        let kept = Set(try source.sequences())
        return Strip.strips(of: strip.events.filter { kept.contains(Int64($0.sequence)) })
    }
}

extension Tombstone {
    /// The rows of a source that are hidden; nil if none is.
    fileprivate func rows(of source: any RowSource) throws(StorageError) -> [Bool]? {
        var rows: [Bool]
        switch target {
        case .subject(let subject):
            guard let found = try subject.rows(of: source) else { return nil }
            rows = found
        case .before(let time):
            rows = try source.times().map { $0 < time }
        }
        if source.sequenceRange.upperBound > sequence {
            let sequences = try source.sequences()
            for row in rows.indices where UInt64(bitPattern: sequences[row]) > sequence {
                rows[row] = false
            }
        }
        return rows
    }
}

extension Chunk {
    /// Whether the whole chunk is hidden, as its entry says.
    func isHidden(by tombstone: Tombstone) -> Bool {
        entry.tombstone < tombstone.number
            && tombstone.hidesAll(in: entry.timeRange, entry.sequenceRange)
    }

    /// Whether some of its events may be here, as far as the entry says.
    func mayHold(_ tombstone: Tombstone) -> Bool {
        entry.tombstone < tombstone.number
            && tombstone.mayHide(in: entry.timeRange, entry.sequenceRange)
    }

    /// Whether the tombstone was given after the chunk was written and may hide some of its events.
    func isConcerned(by tombstone: Tombstone) throws(StorageError) -> Bool {
        guard mayHold(tombstone) else { return false }
        guard case .subject(let subject) = tombstone.target else { return true }
        return try holds(subject)
    }
}
