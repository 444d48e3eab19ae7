import AuraCore

/// Where a chain of groups stands: what the next group must be.
struct GroupChain: Hashable, Sendable {
    /// A place between two groups.
    private struct Link: Hashable, Sendable {
        var number: UInt64 = 1
        var sequence: UInt64 = 1
        var previous = Hash128.zero
    }

    /// How a group continues the chain.
    enum Fit {
        case next
        /// It is the last group once more: the first writing was not known to be durable.
        case again
    }

    /// What the next group must say.
    private var next = Link()
    /// What the last group said; nil before the first.
    private var last: Link?
    /// The greatest group that a later one calls durable.
    private(set) var promised: UInt64 = 0

    /// A chain before its first group.
    init() {}

    /// A chain behind that group, which is known to be durable.
    init(behind group: UInt64, previous: Hash128, nextSequence: UInt64) {
        next = Link(number: group + 1, sequence: nextSequence, previous: previous)
        promised = group
    }

    /// The number of the next group.
    var nextNumber: UInt64 { next.number }
    /// Sequence number of the next event.
    var nextSequence: UInt64 { next.sequence }
    /// The number of the last group; 0 before the first.
    var lastNumber: UInt64 { next.number - 1 }
    /// XXH3-128 of the last header.
    var previous: Hash128 { next.previous }

    /// How the group of that header continues the chain; nil if it belongs to another.
    func fit(of header: GroupHeader) -> Fit? {
        let link = Link(
            number: header.number, sequence: header.firstSequence, previous: header.previous)
        if link == next { return .next }
        if Canary.ignoreChain.isActive, link.number == next.number { return .next }
        return link == last ? .again : nil
    }

    /// Takes a group that was read or written, which fits.
    mutating func advance(over header: GroupHeader, incarnation: UInt64) {
        last = Link(
            number: header.number, sequence: header.firstSequence, previous: header.previous)
        next = Link(
            number: header.number + 1,
            sequence: header.firstSequence + UInt64(header.eventCount),
            previous: Checksum.hash128(header.encoded(incarnation: incarnation).rawSpan))
        promised = max(promised, header.syncedNumber)
    }

    /// The chain before its last group, so that this can be written again.
    mutating func stepBack() {
        if let last { next = last }
        last = nil
    }
}
