import AuraCore

/// `Formats/manifest.md`, "Edits": *aged* and *erased*.
extension Tombstone {
    func append(to out: inout [UInt8]) {
        out.append(little: number)
        out.append(little: sequence)
        out.append(little: segment)
        out.append(little: time)
        switch target {
        case .before(let time):
            out.append(little: time)
        case .subject(let subject):
            out.append(little: UInt64(subject.values.count))
            for value in subject.values { out.append(hash: value) }
            out.append(string: subject.attribute.text)
        }
    }

    init(aged reader: inout ByteReader) throws(FormatError) {
        try self.init(&reader) { reader throws(FormatError) in .before(try reader.read()) }
    }

    init(erased reader: inout ByteReader) throws(FormatError) {
        try self.init(&reader) { reader throws(FormatError) in
            let count = try reader.read(UInt64.self)
            guard count > 0, count <= SubjectHash.maximumValues else {
                throw reader.failure("a subject of \(count) values")
            }
            var values: [Hash128] = []
            for _ in 0..<count { values.append(try reader.readHash128()) }
            let attribute = ExactText(try reader.readString(limit: Limits.nameBytes))
            guard !attribute.text.isEmpty else { throw reader.failure("a subject without name") }
            return .subject(SubjectHash(attribute: attribute, values: values))
        }
    }

    private init(
        _ reader: inout ByteReader,
        _ readTarget: (inout ByteReader) throws(FormatError) -> Target
    ) throws(FormatError) {
        number = try reader.read()
        sequence = try reader.read()
        segment = try reader.read()
        time = try reader.read()
        guard number > 0, sequence <= UInt64(Int64.max) else {
            throw reader.failure("tombstone \(number) up to event \(sequence)")
        }
        target = try readTarget(&reader)
    }
}
