extension EventBatch {
    /// The events, in order, as single values: for tails, exports and tests, not for counting.
    ///
    /// Equal strings of the batch share their memory, however many rows hold them.
    public func events() -> [Event] {
        let strings = (0..<layout.strings.count).map { string($0) }
        var events: [Event] = []
        events.reserveCapacity(rowCount)
        let times = IntegerReader(bytes, layout.times)
        for row in 0..<rowCount {
            events.append(
                Event(
                    type: strings[layout.types[typeCode(of: row)].name],
                    time: Timestamp(microseconds: times[row])))
        }
        for column in layout.columns {
            let name = strings[column.name]
            var index = 0
            forEachRow(of: column) { row in
                let value: AttributeValue =
                    column.type == .string
                    ? .string(strings[stringCode(at: index, of: column.values)])
                    : value(at: index, of: column)
                index += 1
                if name == ReservedName.id {
                    events[row].id = EventID(value)
                } else {
                    events[row].attributes.append(Attribute(name, value))
                }
            }
        }
        return events
    }

    /// The type of a row, as an index of `layout.types`.
    @inline(__always)
    public func typeCode(of row: Int) -> Int {
        layout.typeCode(of: row, in: bytes)
    }

    /// Calls `body` with the row of each value of a column, ascending.
    public func forEachRow(of column: BatchLayout.Column, _ body: (Int) -> Void) {
        layout.forEachRow(of: column, in: bytes, body)
    }

    /// The value of a column at an index among its values.
    public func value(at index: Int, of column: BatchLayout.Column) -> AttributeValue {
        let values = column.values
        switch column.type {
        case .bool:
            let bit = values.encoding == .constant ? 0 : index
            return .bool(bytes.bit(bit, at: values.offset))
        case .int64:
            return .int64(IntegerReader(bytes, values)[index])
        case .timestamp:
            return .timestamp(Timestamp(microseconds: IntegerReader(bytes, values)[index]))
        case .ipPrefix:
            let raw = UInt64(bitPattern: IntegerReader(bytes, values)[index])
            guard let prefix = IPPrefix(rawValue: raw) else {
                preconditionFailure("a valid batch has valid prefixes")
            }
            return .ipPrefix(prefix)
        case .float64:
            let place = values.encoding == .constant ? 0 : index
            return .float64(
                Double(bitPattern: bytes.load(values.offset + place * 8, as: UInt64.self)))
        case .uuid:
            let place = values.offset + (values.encoding == .constant ? 0 : index) * 16
            return .uuid(UUIDBytes(high: bytes.load(place), low: bytes.load(place + 8)))
        case .string:
            return .string(string(stringCode(at: index, of: values)))
        }
    }

    /// The dictionary code of a string column's value at an index among its values.
    public func stringCode(at index: Int, of values: BatchLayout.Values) -> Int {
        switch values.encoding {
        case .constant, .plain: Int(bytes.load(values.offset, as: UInt32.self))
        case .one: Int(bytes.load(values.offset + index, as: UInt8.self))
        case .two: Int(bytes.load(values.offset + index * 2, as: UInt16.self))
        case .four: Int(bytes.load(values.offset + index * 4, as: UInt32.self))
        }
    }
}

extension BatchLayout {
    @inline(__always)
    func typeCode(of row: Int, in bytes: RawSpan) -> Int {
        switch typeCodeWidth {
        case 0: 0
        case 1: Int(bytes.load(typeCodesOffset + row, as: UInt8.self))
        default: Int(bytes.load(typeCodesOffset + row * 2, as: UInt16.self))
        }
    }

    func forEachRow(of column: Column, in bytes: RawSpan, _ body: (Int) -> Void) {
        if column.typeSetOffset == nil, column.presenceOffset == nil {
            for row in 0..<rowCount { body(row) }
            return
        }
        let applies = types.indices.map { code in
            column.typeSetOffset.map { bytes.bit(code, at: $0) } ?? true
        }
        var bit = 0
        for row in 0..<rowCount where applies[typeCode(of: row, in: bytes)] {
            defer { bit += 1 }
            if let presence = column.presenceOffset, !bytes.bit(bit, at: presence) { continue }
            body(row)
        }
    }
}

extension EventID {
    /// The id that the reserved attribute `$id` holds: only UUIDs stay UUIDs.
    public init(_ value: AttributeValue) {
        switch value {
        case .uuid(let uuid): self = .uuid(uuid)
        default: self = .text(value.description)
        }
    }
}
