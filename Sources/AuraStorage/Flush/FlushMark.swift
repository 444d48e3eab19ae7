import AuraCore

/// How far the log is in chunks: where recovery begins to read.
struct FlushMark: Hashable, Sendable {
    /// The last event that chunks hold.
    let sequence: UInt64
    /// Where the first group behind it goes.
    let segment: UInt64
    let offset: Int64
    /// The last group that chunks hold, and the XXH3-128 of its header.
    let group: UInt64
    let previous: Hash128
    /// The checkpoint of what else those groups say.
    let checkpoint: UInt64
    let checkpointSize: Int
    let checkpointHash: UInt64
}

extension FlushMark {
    /// What the next group must follow.
    var chain: GroupChain {
        GroupChain(behind: group, previous: previous, nextSequence: sequence + 1)
    }
}
