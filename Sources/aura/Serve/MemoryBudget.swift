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

    /// A fifth for the program, 24 MiB at least: what a server without events uses; as much for the
    /// index, but not more than it can make good use of.
    init(total: ByteSize, hasIndex: Bool) {
        self.total = total
        program = .mebibytes(max(24, (total.bytes / 5) >> 20))
        index = .mebibytes(hasIndex ? min(96, (total.bytes / 5) >> 20) : 0)
    }

    /// What events may take: those stored since the start, and those on their way into the log.
    var events: ByteSize { ByteSize(bytes: total.bytes - program.bytes - index.bytes) }
}

extension MemoryBudget: CustomStringConvertible {
    /// In one line.
    var description: String {
        let index = index.bytes > 0 ? "\(index) for the index, " : ""
        return
            "memory limit \(total): \(events) for events, \(index)\(program) for connections and "
            + "the program"
    }
}
