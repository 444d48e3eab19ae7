public import AuraCore
public import NIOCore

/// QUERY: one statement of `Formats/query.md`.
public struct QueryRequest: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.query

    /// A value that the statement names.
    public struct Parameter: Hashable, Sendable {
        /// What stands behind `$` in the statement; numbers from 1 on for `?`.
        public var name: String
        /// Its type.
        public var type: ValueType
        /// A value of that type, or NULL.
        public var value: Value

        /// A parameter of these parts.
        public init(name: String, type: ValueType, value: Value) {
            self.name = name
            self.type = type
            self.value = value
        }
    }

    /// A setting and its value, as SET writes them.
    public struct Setting: Hashable, Sendable {
        /// What it is called.
        public var name: String
        /// What it is set to.
        public var value: String

        /// A setting of these parts.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The statement.
    public var text: String
    /// What is set before; the server keeps nothing from one statement to the next.
    public var settings: [Setting] = []
    /// Values that the statement names.
    public var parameters: [Parameter] = []
    /// Whether PROGRESS is wanted.
    public var wantsProgress = false
    /// Bytes of RESULT payloads that the server may send before CREDIT grants more.
    ///
    /// The frame that spends the last of it may exceed it.
    public var credit: UInt64

    /// A statement alone.
    public init(_ text: String, credit: UInt64) {
        self.text = text
        self.credit = credit
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        text = try reader.readString(limit: WireLimits.statementBytes)
        for _ in 0..<(try reader.readCount(limit: WireLimits.settings, size: 8)) {
            settings.append(
                Setting(
                    name: try reader.readString(limit: Limits.nameBytes),
                    value: try reader.readString(limit: WireLimits.textBytes)))
        }
        for _ in 0..<(try reader.readCount(limit: WireLimits.parameters, size: 6)) {
            let name = try reader.readString(limit: Limits.nameBytes)
            let type = try reader.readValueType()
            let value = try reader.readValues(type, count: 1)[0]
            parameters.append(Parameter(name: name, type: type, value: value))
        }
        wantsProgress = try reader.readBool()
        credit = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(string: text)
        buffer.write(UInt32(settings.count))
        for setting in settings {
            buffer.write(string: setting.name)
            buffer.write(string: setting.value)
        }
        buffer.write(UInt32(parameters.count))
        for parameter in parameters {
            buffer.write(string: parameter.name)
            buffer.write(parameter.type)
            buffer.write([parameter.value], parameter.type)
        }
        buffer.write(bool: wantsProgress)
        buffer.write(credit)
    }
}

/// RESULT: rows of the answer to QUERY; several frames, all but the last with the flag *more*.
public struct QueryRows: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.result

    /// A column of the answer.
    public struct Column: Hashable, Sendable {
        /// What it is called in the statement.
        public var name: String
        /// The type of its values.
        public var type: ValueType
        /// One for each row of the frame.
        public var values: [Value]

        /// A column of these parts.
        public init(name: String, type: ValueType, values: [Value]) {
            self.name = name
            self.type = type
            self.values = values
        }
    }

    /// A setting that the statement has changed.
    public struct Change: Hashable, Sendable {
        /// What it is called.
        public var name: String
        /// What to send with the statements that follow; nil: nothing any more.
        public var value: String?

        /// A change of these parts.
        public init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// Rows of this frame.
    public var rowCount: Int
    /// The same in all frames; none of a statement that asks for nothing.
    public var columns: [Column]
    /// µs that the server worked on it; in the last frame.
    public var elapsed: UInt64 = 0
    /// What SET and RESET have changed; in the last frame.
    public var changes: [Change] = []
    /// What could not be read, if the answer is not complete; in the first and the last frame.
    public var missing: [MissingEvents] = []

    /// Rows alone.
    public init(watermark: UInt64, rowCount: Int, columns: [Column]) {
        self.watermark = watermark
        self.rowCount = rowCount
        self.columns = columns
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        watermark = try reader.read()
        rowCount = Int(try reader.read(UInt32.self))
        guard rowCount <= WireLimits.resultRows else {
            throw reader.badValue("\(rowCount) rows; at most \(WireLimits.resultRows) fit a frame")
        }
        columns = []
        for _ in 0..<(try reader.readCount(limit: WireLimits.resultColumns, size: 6)) {
            let name = try reader.readString(limit: WireLimits.columnNameBytes)
            let type = try reader.readValueType()
            columns.append(
                Column(
                    name: name, type: type,
                    values: try reader.readValues(type, count: rowCount)))
        }
        elapsed = try reader.read()
        for _ in 0..<(try reader.readCount(limit: WireLimits.settings, size: 5)) {
            changes.append(
                Change(
                    name: try reader.readString(limit: Limits.nameBytes),
                    value: try reader.readBool()
                        ? reader.readString(limit: WireLimits.textBytes) : nil))
        }
        missing = try reader.readMissing()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(watermark)
        buffer.write(UInt32(rowCount))
        buffer.write(UInt32(columns.count))
        for column in columns {
            precondition(column.values.count == rowCount, "columns have a value for each row")
            buffer.write(string: column.name.clipped(to: WireLimits.columnNameBytes))
            buffer.write(column.type)
            buffer.write(column.values, column.type)
        }
        buffer.write(elapsed)
        buffer.write(UInt32(changes.count))
        for change in changes {
            buffer.write(string: change.name)
            buffer.write(bool: change.value != nil)
            if let value = change.value { buffer.write(string: value) }
        }
        buffer.write(missing: missing)
    }
}

/// PROGRESS: how far the answer to a QUERY is, before its last RESULT.
public struct QueryProgress: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.progress

    /// Rows that were read.
    public var done: UInt64
    /// Rows that are to be read, as far as is known: it may grow.
    public var total: UInt64

    /// So many of so many.
    public init(done: UInt64, total: UInt64) {
        self.done = done
        self.total = total
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        done = try reader.read()
        total = try reader.read()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(done)
        buffer.write(total)
    }
}
