import AuraCore

/// Appends groups to one file: the place of the next, and the chain.
struct GroupWriter: Sendable {
    let file: any File
    let incarnation: UInt64
    let fileNumber: UInt64
    var offset: Int64
    var chain: GroupChain

    /// Writes the group at the end and makes it durable; place and chain move on only then.
    ///
    /// After an error the bytes at `offset` are unknown.
    mutating func append(
        _ group: inout CommitGroup, now: Int64, sync: Bool = true, write: Bool = true
    ) throws(FileSystemError) {
        var header = GroupHeader()
        header.number = chain.nextNumber
        header.file = fileNumber
        header.offset = offset
        header.firstSequence = chain.nextSequence
        header.syncedNumber = chain.lastNumber
        header.wallTime = now
        header.previous = chain.previous
        group.seal(&header, incarnation: incarnation)
        if write { try file.write(group.bytes.rawSpan, at: offset) }
        if Canary.countFailedGroup.isActive {
            chain.advance(over: header, incarnation: incarnation)
            try file.sync()
            offset += Int64(header.groupSize)
            return
        }
        if sync { try file.sync() }
        offset += Int64(header.groupSize)
        chain.advance(over: header, incarnation: incarnation)
    }
}
