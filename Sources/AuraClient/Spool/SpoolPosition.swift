/// Where a batch stands in the order of a spool: the number of the gathered batch that it is, or is
/// a part of, and the place of its first event among those that were gathered.
struct SpoolPosition: Hashable, Comparable, Sendable {
    var id: UInt64
    var row: UInt32

    static func < (left: SpoolPosition, right: SpoolPosition) -> Bool {
        (left.id, left.row) < (right.id, right.row)
    }
}

/// What a spool knows of its producer's batches: which is the first that is kept, under which number,
/// and from which number on the server may lack them.
struct SpoolMark: Hashable, Sendable {
    /// The first batch that is kept, or where the next one will stand.
    var first: SpoolPosition
    /// The number of that batch.
    var number: UInt64
    /// All batches below this number were acknowledged.
    var stored: UInt64
    /// The store that acknowledged them.
    var incarnation: UInt64
}
