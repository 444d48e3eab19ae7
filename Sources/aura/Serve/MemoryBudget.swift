/// How the memory that the operator allows is shared out.
///
/// Printed at start.
struct MemoryBudget: Hashable, Sendable {
    /// What the process may use in all.
    let total: ByteSize
    /// What connections, their buffers and the program itself may use.
    let program: ByteSize
    /// What the time-bucket index may use.
    let index: ByteSize
    /// What blocks of chunks may use that are kept for the next who reads them.
    let cache: ByteSize
    /// What a flush and a compaction at the same time should use beside the events.
    let work: ByteSize

    /// An eighth for the program, 24 MiB at least: what a server without events uses; a fifth for the
    /// index, a sixteenth for blocks and three tenths for work, but not more than they can make good
    /// use of, and no work takes the last three eighths from the events.
    init(total: ByteSize, hasIndex: Bool) {
        self.total = total
        let all = total.bytes >> 20
        let program = max(24, all / 8)
        let index = hasIndex ? min(96, all / 5) : 0
        let cache = min(256, all / 16)
        self.program = .mebibytes(program)
        self.index = .mebibytes(index)
        self.cache = .mebibytes(cache)
        work = .mebibytes(max(4, min(160, all * 3 / 10, all * 5 / 8 - program - index - cache)))
    }

    /// What events may take: those stored since the start, and those on their way into the log.
    var events: ByteSize {
        ByteSize(
            bytes: total.bytes - program.bytes - index.bytes - cache.bytes - work.bytes)
    }
}

extension MemoryBudget: CustomStringConvertible {
    /// In one line.
    var description: String {
        let index = index.bytes > 0 ? "\(index) for the index, " : ""
        return
            "memory limit \(total): \(events) for events, \(index)\(cache) for blocks of chunks, "
            + "\(work) for flushes and compactions, \(program) for connections and the program"
    }
}
