public import AuraCore

/// A subject by the hashes of its values: what must be forgotten is not kept in what says so.
///
/// A hash is that of `Formats/manifest.md`, "Subjects". It is no secret: who has all possible ids can
/// find out which was meant.
public struct SubjectHash: Hashable, Sendable {
    /// The attribute that names the subject.
    public let attribute: ExactText
    /// XXH3-128 of each value that means the subject.
    public let values: [Hash128]

    /// The most values one subject may have.
    public static let maximumValues = 16

    /// The subject that the attribute names by any of the values.
    public init(attribute: String, values: [AttributeValue]) {
        self.attribute = ExactText(attribute)
        var hashes: [Hash128] = []
        for value in values {
            let hash = Hash128(ofSubject: value)
            if !hashes.contains(hash) { hashes.append(hash) }
        }
        self.values = hashes
    }

    init(attribute: ExactText, values: [Hash128]) {
        self.attribute = attribute
        self.values = values
    }

    /// The rows of a source that have one of the values; nil if none does.
    func rows(of source: any RowSource) throws(StorageError) -> [Bool]? {
        var marks: [Bool]?
        for (index, key) in source.columnKeys.enumerated() where key.name == attribute {
            let column = try source.column(index)
            let matches = matches(in: column)
            for (value, isMatch) in matches.enumerated() where isMatch {
                marks = marks ?? [Bool](repeating: false, count: source.rowCount)
                marks?[column.row(value)] = true
            }
        }
        return marks
    }

    /// Whether each value of a column is one of the subject's.
    private func matches(in column: ColumnData) -> [Bool] {
        switch column.values {
        case .texts(let codes, let table):
            // Each text once, however often it comes.
            var known = [Bool?](repeating: nil, count: table.count)
            return codes.map { code in
                let code = Int(code)
                if let match = known[code] { return match }
                let match = values.contains(
                    table.withBytes(of: code) { Hash128(ofSubject: $0, .string) })
                known[code] = match
                return match
            }
        case .uuids, .integers:
            return (0..<column.count).map {
                values.contains(Hash128(ofSubject: column.value($0)))
            }
        }
    }

    /// Whether a dictionary has one of the values.
    func isAmong(_ table: TextTable) -> Bool {
        (0..<table.count).contains { code in
            values.contains(table.withBytes(of: code) { Hash128(ofSubject: $0, .string) })
        }
    }

    /// Whether one of the UUIDs is the subject's.
    func isAmong(_ uuids: [UUIDBytes]) -> Bool {
        uuids.contains { values.contains(Hash128(ofSubject: .uuid($0))) }
    }
}

extension Hash128 {
    /// The hash of a value as a subject: of its type's code and its bytes.
    init(ofSubject value: AttributeValue) {
        let bits: UInt64
        switch value.canonical {
        case .string(let text):
            self.init(ofSubject: Array(text.utf8).rawSpan, .string)
            return
        case .uuid(let uuid):
            var bytes: [UInt8] = []
            bytes.append(little: uuid.high)
            bytes.append(little: uuid.low)
            self.init(ofSubject: bytes.rawSpan, .uuid)
            return
        case .bool(let value): bits = value ? 1 : 0
        case .int64(let value): bits = UInt64(bitPattern: value)
        case .float64(let value): bits = value.bitPattern
        case .timestamp(let time): bits = UInt64(bitPattern: time.microseconds)
        case .ipPrefix(let prefix): bits = prefix.rawValue
        }
        var bytes: [UInt8] = []
        bytes.append(little: bits)
        self.init(ofSubject: bytes.rawSpan, value.type)
    }

    fileprivate init(ofSubject bytes: RawSpan, _ type: AttributeType) {
        var content: [UInt8] = [type.rawValue]
        content.append(bytes)
        self = Checksum.hash128(content.rawSpan)
    }
}
