/// The users of one series in one hour, as a chunk keeps them.
package struct HourUsers: Hashable, Sendable {
    /// One of three forms, by how many users there are.
    enum Form: Hashable, Sendable {
        /// The hashes of few, ascending.
        case hashes([UInt64])
        /// The registers of a `HyperLogLog` that are not 0, ascending: the rank in the lowest byte, the
        /// register's number above.
        case registers([UInt32])
        /// All registers of a `HyperLogLog`.
        case sketch([UInt64])
    }

    /// Hours since the epoch.
    package let hour: Int64
    let form: Form

    /// Users up to this number are known exactly.
    static let exactUsers = 32
    /// Registers up to this number are told one by one.
    static let mostRegisters = 1_024

    /// Bytes of memory.
    var byteCount: Int {
        switch form {
        case .hashes(let hashes): 32 + hashes.count * 8
        case .registers(let registers): 32 + registers.count * 4
        case .sketch(let words): 32 + words.count * 8
        }
    }
}

/// The values of one series in one hour, as a chunk keeps them.
package struct HourValues: Hashable, Sendable {
    /// Hours since the epoch.
    package let hour: Int64
    /// Bins of a `Histogram` and how many values each has, ascending by bin.
    let words: [UInt64]

    /// Those of an hour; nil if it has none.
    init?(hour: Int64, of words: [UInt64]) {
        guard !words.isEmpty else { return nil }
        self.hour = hour
        self.words = words
    }

    /// Bytes of memory.
    var byteCount: Int { 32 + words.count * 8 }
}

extension UserSet {
    /// Adds the users of an hour.
    package mutating func merge(_ users: HourUsers) {
        switch users.form {
        case .hashes(let hashes): insert(hashes)
        case .registers(let registers): merge(registers: registers)
        case .sketch(let words): merge(sketch: words[...])
        }
    }
}

extension Histogram {
    /// Adds the values of an hour.
    package mutating func merge(_ values: HourValues) {
        add(values.words.span)
    }
}
