import AuraCore

/// What a chunk consists of: `Formats/chunk.md`, "Footer".
struct ChunkFooter: Sendable {
    /// An event type of the chunk.
    struct TypeEntry: Hashable, Sendable {
        let name: String
        /// The columns in which some of its rows have a value, ascending.
        let columns: [Int]
        /// The attribute whose values are rolled up; "" for none.
        var value = ""
    }

    /// Rows of one type in a section, which lie together, by time.
    struct Run: Hashable, Sendable {
        /// Index of `types`.
        let type: Int
        let rowCount: Int
    }

    /// Rows that share blocks.
    struct Section: Hashable, Sendable {
        let runs: [Run]

        var rowCount: Int { runs.reduce(0) { $0 + $1.rowCount } }
    }

    /// What a block holds.
    enum Kind: UInt8, Sendable {
        case times = 0
        case sequences = 1
        /// One bit a row: whether it has a value of the column.
        case presence = 2
        case values = 3
        /// The distinct values of a column of the chunk.
        case dictionary = 4
        /// What a derived column has, for each entry of its determinant's dictionary.
        case map = 5
        /// The users of hours, of all types or of one.
        case users = 6
        /// The values of hours, of all types or of one.
        case histograms = 7
        /// Which codes a column has in a group.
        case codes = 8
        /// Which UUIDs a column has in the chunk.
        case filter = 9
        /// The minutes in which events lie.
        case minutes = 10
        /// How many events lie before the end of each of them.
        case minuteEnds = 11
    }

    /// What a block is found by.
    struct Key: Hashable, Sendable {
        let kind: Kind
        var column = 0
        /// Of rollups the series: 0 for all types, else the type's index and 1.
        var section = 0
        /// Which group of rows of the section; of rollups, dictionaries and maps, which block.
        var group = 0
    }

    /// One block of the file.
    struct Block: Sendable {
        let key: Key
        let encoding: BlockEncoding
        let isCompressed: Bool
        /// Values in it.
        let count: Int
        /// Bytes before compression, and as they lie.
        let contentSize: Int
        let storedSize: Int
        let offset: Int64
        /// Least and greatest value; 0 where values have no order as integers.
        let least: Int64
        let greatest: Int64
        let hash: UInt64
    }

    let incarnation: UInt64
    let number: UInt64
    let rowCount: Int
    /// Rows of one block of a section; the last has what is left.
    let groupRows: Int
    let timeRange: ClosedRange<Int64>
    let sequenceRange: ClosedRange<UInt64>
    /// The attribute whose values are the users that are rolled up; "" for none.
    let user: String
    let types: [TypeEntry]
    let columns: [ColumnKey]
    let sections: [Section]
    let blocks: [Block]

    static let version: UInt32 = 1

    func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.append(little: ChunkFooter.version)
        out.append(little: incarnation)
        out.append(little: number)
        out.append(little: UInt64(rowCount))
        out.append(little: UInt32(groupRows))
        out.append(little: timeRange.lowerBound)
        out.append(little: timeRange.upperBound)
        out.append(little: sequenceRange.lowerBound)
        out.append(little: sequenceRange.upperBound)
        out.append(string: user)
        out.append(little: UInt32(types.count))
        for type in types {
            out.append(string: type.name)
            out.append(string: type.value)
            out.append(little: UInt32(type.columns.count))
            for column in type.columns { out.append(little: UInt32(column)) }
        }
        out.append(little: UInt32(columns.count))
        for column in columns {
            out.append(string: column.name.text)
            out.append(column.type.rawValue)
        }
        out.append(little: UInt32(sections.count))
        for section in sections {
            out.append(little: UInt32(section.runs.count))
            for run in section.runs {
                out.append(little: UInt32(run.type))
                out.append(little: UInt32(run.rowCount))
            }
        }
        out.append(little: UInt32(blocks.count))
        for block in blocks { block.append(to: &out) }
        return out
    }
}

extension ChunkFooter.Block {
    static let size = 64

    fileprivate func append(to out: inout [UInt8]) {
        out.append(key.kind.rawValue)
        out.append(encoding.rawValue)
        out.append(isCompressed ? 1 : 0)
        out.append(0)
        out.append(little: UInt32(key.column))
        out.append(little: UInt32(key.section))
        out.append(little: UInt32(key.group))
        out.append(little: UInt32(count))
        out.append(little: UInt32(contentSize))
        out.append(little: UInt32(storedSize))
        out.append(little: UInt32(0))
        out.append(little: offset)
        out.append(little: least)
        out.append(little: greatest)
        out.append(little: hash)
    }

    fileprivate init(_ reader: inout ByteReader) throws(FormatError) {
        let kind = try reader.read(UInt8.self)
        let encoding = try reader.read(UInt8.self)
        let flags = try reader.read(UInt8.self)
        let reserved = try reader.read(UInt8.self)
        guard let kind = ChunkFooter.Kind(rawValue: kind),
            let encoding = BlockEncoding(rawValue: encoding), flags <= 1, reserved == 0
        else { throw reader.failure("a block of kind \(kind), encoding \(encoding)") }
        var key = ChunkFooter.Key(kind: kind)
        key.column = Int(try reader.read(UInt32.self))
        key.section = Int(try reader.read(UInt32.self))
        key.group = Int(try reader.read(UInt32.self))
        self.key = key
        self.encoding = encoding
        isCompressed = flags == 1
        count = Int(try reader.read(UInt32.self))
        contentSize = Int(try reader.read(UInt32.self))
        storedSize = Int(try reader.read(UInt32.self))
        guard try reader.read(UInt32.self) == 0 else {
            throw reader.failure("a reserved field of a block is set")
        }
        offset = try reader.read()
        least = try reader.read()
        greatest = try reader.read()
        hash = try reader.read()
    }
}

extension ChunkFooter {
    /// The version of a footer that a newer Aura wrote; nil for one that may be read.
    static func newerVersion(_ bytes: RawSpan) -> UInt32? {
        guard bytes.byteCount >= 4 else { return nil }
        let version = bytes.load(0, as: UInt32.self)
        return version > ChunkFooter.version ? version : nil
    }

    /// Reads a footer, which must fill the bytes.
    init(_ bytes: RawSpan) throws(FormatError) {
        var reader = ByteReader(bytes, format: .chunk)
        guard try reader.read(UInt32.self) == ChunkFooter.version else {
            throw reader.failure("a footer of another version")
        }
        incarnation = try reader.read()
        number = try reader.read()
        let rows = try reader.read(UInt64.self)
        let groupRows = try reader.read(UInt32.self)
        let earliest = try reader.read(Int64.self)
        let latest = try reader.read(Int64.self)
        let first = try reader.read(UInt64.self)
        let last = try reader.read(UInt64.self)
        guard earliest <= latest, first <= last, rows > 0, rows <= UInt64(UInt32.max),
            (1...UInt32(Limits.batchRows)).contains(groupRows)
        else {
            throw reader.failure("a chunk of \(rows) rows")
        }
        rowCount = Int(rows)
        self.groupRows = Int(groupRows)
        timeRange = earliest...latest
        sequenceRange = first...last
        user = try reader.readString(limit: Limits.nameBytes)
        types = try reader.array(smallest: 12) { reader throws(FormatError) in
            let name = try reader.readString(limit: Limits.nameBytes)
            let value = try reader.readString(limit: Limits.nameBytes)
            return TypeEntry(
                name: name,
                columns: try reader.array(smallest: 4) { reader throws(FormatError) in
                    Int(try reader.read(UInt32.self))
                }, value: value)
        }
        columns = try reader.array(smallest: 5) { reader throws(FormatError) in
            let name = try reader.readString(limit: Limits.nameBytes)
            let code = try reader.read(UInt8.self)
            guard let type = AttributeType(rawValue: code) else {
                throw reader.failure("attribute type \(code)")
            }
            return ColumnKey(name, type)
        }
        sections = try reader.array(smallest: 4) { reader throws(FormatError) in
            Section(
                runs: try reader.array(smallest: 8) { reader throws(FormatError) in
                    Run(
                        type: Int(try reader.read(UInt32.self)),
                        rowCount: Int(try reader.read(UInt32.self)))
                })
        }
        blocks = try reader.array(smallest: Block.size) { reader throws(FormatError) in
            try Block(&reader)
        }
        try reader.expectEnd()
        try check(reader.failure("the parts of the footer do not fit together"))
    }

    /// Whether its numbers fit each other.
    private func check(_ failure: FormatError) throws(FormatError) {
        let runs = sections.flatMap(\.runs)
        guard runs.allSatisfy({ types.indices.contains($0.type) && $0.rowCount > 0 }),
            sections.allSatisfy({ !$0.runs.isEmpty }),
            types.allSatisfy({ $0.columns.allSatisfy(columns.indices.contains) }),
            runs.reduce(0, { $0 + $1.rowCount }) == rowCount,
            blocks.allSatisfy({ block in
                switch block.key.kind {
                case .times, .sequences: isOfGroup(block)
                case .presence, .values, .codes:
                    isOfGroup(block) && columns.indices.contains(block.key.column)
                case .dictionary, .map, .filter: columns.indices.contains(block.key.column)
                case .users, .histograms: block.key.section <= types.count
                case .minutes, .minuteEnds: block.key.section == 0
                }
            })
        else { throw failure }
    }

    private func isOfGroup(_ block: Block) -> Bool {
        sections.indices.contains(block.key.section) && block.count <= groupRows
    }
}

extension ByteReader {
    /// A u32 count, then that many elements of at least `smallest` bytes.
    fileprivate mutating func array<Element>(
        smallest: Int, _ element: (inout ByteReader) throws(FormatError) -> Element
    ) throws(FormatError) -> [Element] {
        let count = Int(try read(UInt32.self))
        guard count <= remaining / smallest else {
            throw failure("\(count) elements in \(remaining) bytes")
        }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }
}
