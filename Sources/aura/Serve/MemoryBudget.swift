/// How the memory that the operator allows is shared out. Printed at start.
struct MemoryBudget: Hashable, Sendable {
    /// What the process may use in all.
    let total: ByteSize
    /// What connections, their buffers and the program itself may use.
    let program: ByteSize

    /// A fifth for the program, 24 MiB at least: what a server without events uses.
    init(total: ByteSize) {
        self.total = total
        program = .mebibytes(max(24, (total.bytes / 5) >> 20))
    }

    /// What events may take: those stored since the start, and those on their way into the log.
    var events: ByteSize { ByteSize(bytes: total.bytes - program.bytes) }
}

extension MemoryBudget: CustomStringConvertible {
    /// In one line.
    var description: String {
        "memory limit \(total): \(events) for events, \(program) for connections and the program"
    }
}
