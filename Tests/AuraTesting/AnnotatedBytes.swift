/// Bytes as a list of named fields: what a golden vector is written from, and damaged by name.
public struct AnnotatedBytes: Sendable {
    /// One field of a format.
    public struct Field: Sendable {
        /// Unique within the bytes, as `damage` needs it.
        public var name: String
        /// What the bytes mean; may be empty.
        public var detail: String
        /// The content.
        public var bytes: [UInt8]
    }

    /// The fields, in order and without gaps.
    public private(set) var fields: [Field] = []

    /// No bytes.
    public init() {}

    /// How many bytes all fields have.
    public var count: Int { fields.reduce(0) { $0 + $1.bytes.count } }

    /// The bytes of all fields.
    public var bytes: [UInt8] { fields.flatMap(\.bytes) }

    /// Appends a field.
    public mutating func append(_ name: String, _ detail: String = "", bytes: [UInt8]) {
        fields.append(Field(name: name, detail: detail, bytes: bytes))
    }

    /// Appends a little-endian integer.
    public mutating func append<Value: FixedWidthInteger>(
        _ name: String, _ detail: String, _ value: Value
    ) {
        append(name, detail, bytes: AnnotatedBytes.little(value))
    }

    /// Appends a little-endian integer that needs no words.
    public mutating func append<Value: FixedWidthInteger>(_ name: String, _ value: Value) {
        append(name, "", value)
    }

    /// Appends all fields of other bytes.
    public mutating func append(_ other: AnnotatedBytes) {
        fields += other.fields
    }

    /// Appends zeros up to the next multiple of 8 as a field of its own, if any are needed.
    public mutating func pad(after name: String) {
        let missing = (8 - count % 8) % 8
        guard missing > 0 else { return }
        append("padding after \(name)", bytes: [UInt8](repeating: 0, count: missing))
    }

    /// Replaces the content of the field of that name, which must exist, and notes what is wrong now.
    public mutating func damage(_ name: String, _ wrong: String, bytes: [UInt8]) {
        guard let index = fields.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no field \(name) in \(fields.map(\.name))")
        }
        fields[index].detail = "wrong, " + wrong
        fields[index].bytes = bytes
    }

    /// As `damage`, with a little-endian integer.
    public mutating func damage<Value: FixedWidthInteger>(
        _ name: String, _ wrong: String, _ value: Value
    ) {
        damage(name, wrong, bytes: AnnotatedBytes.little(value))
    }

    /// Removes bytes at the end.
    public mutating func truncate(to count: Int) {
        while self.count > count, let last = fields.last {
            let excess = min(last.bytes.count, self.count - count)
            fields[fields.count - 1].bytes.removeLast(excess)
            if fields[fields.count - 1].bytes.isEmpty { fields.removeLast() }
        }
    }

    /// The bytes of an integer, least significant first.
    public static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
    }
}
