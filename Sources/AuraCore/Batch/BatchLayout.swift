/// Where everything lies in an encoded batch: what is left of it once it is known to be valid.
///
/// Offsets are bytes from the start of the batch. `Formats/batch.md` is the specification.
public struct BatchLayout: Sendable {
    /// Bytes of the whole batch.
    public let size: Int
    /// Events, 1…65,536.
    public let rowCount: Int
    /// Earliest and latest event time.
    public let timeRange: ClosedRange<Int64>
    /// Where the dictionary lies.
    public let strings: StringTable
    /// The types, ascending by name; a row's type code is an index of this array.
    public let types: [TypeEntry]
    /// Bytes of one type code: 0 (one type only), 1 or 2.
    public let typeCodeWidth: Int
    /// Where the type codes begin; without meaning if their width is 0.
    public let typeCodesOffset: Int
    /// Event times, one for each row.
    public let times: Values
    /// Ascending by name, then type.
    public let columns: [Column]

    /// The batch's dictionary: all names and string values, ascending and distinct.
    public struct StringTable: Sendable {
        /// Strings.
        public let count: Int
        /// Where the u32 offsets begin, one more than strings.
        public let offsetsOffset: Int
        /// Where the bytes begin that the offsets count from.
        public let bytesOffset: Int
    }

    /// An event type of the batch.
    public struct TypeEntry: Sendable {
        /// Code of its name.
        public let name: Int
        /// Rows of this type.
        public let rowCount: Int
    }

    /// Encoded values, `count` of them, without gaps.
    public struct Values: Sendable {
        /// How they lie.
        public let encoding: ValueEncoding
        /// Where they begin.
        public let offset: Int
        /// How many there are, also where one stands for all.
        public let count: Int
        /// Added to each value of encodings `one`, `two` and `four` of integer types.
        public let base: Int64
    }

    /// All values of one attribute and type.
    public struct Column: Sendable {
        /// Code of its name.
        public let name: Int
        /// Type of the values.
        public let type: AttributeType
        /// Rows whose type has this attribute at all: the rows that presence bits speak of.
        public let rowCount: Int
        /// Bits, one for each type of the batch, which have this attribute; nil means all.
        public let typeSetOffset: Int?
        /// Bits, one for each of the column's rows, which hold a value; nil means all.
        public let presenceOffset: Int?
        /// The values of the rows that hold one.
        public let values: Values
    }

    /// Bytes of the fixed header.
    public static let headerSize = 64
    /// Bytes of one type of the type table.
    public static let typeEntrySize = 8
    /// Bytes of one column of the directory.
    public static let columnEntrySize = 32
    /// The first four bytes of a batch: `ABT1`.
    public static let magic: UInt32 = 0x3154_4241
    /// Flag of a directory entry: a type set leads the data.
    public static let typeSetFlag: UInt8 = 1
    /// Flag of a directory entry: presence bits lead the values.
    public static let presenceFlag: UInt8 = 2
}

/// How the values of a column lie; raw values are the codes on disk and wire.
public enum ValueEncoding: UInt8, Sendable {
    /// 8 bytes a number, 16 a UUID, 1 bit a bool; not for strings.
    case plain = 0
    /// 1 byte each: a difference to the base, or a string's code.
    case one = 1
    /// 2 bytes each.
    case two = 2
    /// 4 bytes each.
    case four = 3
    /// The one value that all rows share, once.
    case constant = 4

    /// Bytes of `count` values of that type, without padding; nil where the type has no such
    /// encoding.
    public func size(of count: Int, as type: AttributeType) -> Int? {
        switch (self, type) {
        case (.plain, .bool): (count + 7) / 8
        case (.plain, .uuid): count * 16
        case (.plain, .string): nil
        case (.plain, _): count * 8
        case (.constant, .bool): 1
        case (.constant, .uuid): 16
        case (.constant, .string): 4
        case (.constant, _): 8
        case (_, .bool), (_, .uuid), (_, .float64): nil
        case (.one, _): count
        case (.two, _): count * 2
        case (.four, _): count * 4
        }
    }

    /// The narrowest encoding of whole numbers up to `maximum`, if 4 bytes suffice.
    public init?(codesUpTo maximum: UInt64) {
        switch maximum {
        case 0...0xFF: self = .one
        case 0...0xFFFF: self = .two
        case 0...0xFFFF_FFFF: self = .four
        default: return nil
        }
    }
}
