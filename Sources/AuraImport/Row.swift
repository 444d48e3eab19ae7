import AuraCore

/// The values of one input row before names and types are known; refilled for each row.
struct Row: ~Copyable {
    /// One value: what it is, and where its text lies.
    struct Value: BitwiseCopyable {
        /// The key of a JSON member or the index of a CSV column; -1 for a constant.
        var key: Int32
        var kind: Kind
        var origin: Origin
        /// The text, without quotes.
        var start: Int32
        var size: Int32
        /// An integer, the bits of a float, 0 or 1 for a bool; else 0.
        var bits: Int64 = 0

        /// A value whose text lies at `[start, end)`, which is within 2 GB.
        @inline(__always)
        init(
            _ kind: Kind, key: Int32, from start: Int, to end: Int, in origin: Origin = .input,
            bits: Int64 = 0
        ) {
            self.key = key
            self.kind = kind
            self.origin = origin
            self.start = Int32(truncatingIfNeeded: start)
            self.size = Int32(truncatingIfNeeded: end - start)
            self.bits = bits
        }
    }

    /// What a value was written as; the first three have the raw values of `AttributeType`.
    enum Kind: UInt8, BitwiseCopyable {
        case bool = 1
        case int64 = 2
        case float64 = 3
        case text = 4
        /// A JSON array, as its text.
        case json = 5
        /// A later one of the same name took its place.
        case removed = 6
        /// A JSON integer that no `Int64` holds, as its text.
        case wideInteger = 7
    }

    /// Which bytes the text is a part of.
    enum Origin: UInt8, BitwiseCopyable {
        /// The row as it was read.
        case input
        /// `Row.decoded`: it had escapes or doubled quotes.
        case decoded
        /// The constants of the mapping.
        case constant
    }

    var values = PlainArray<Value>(capacity: 64)
    /// Text that does not stand in the input as it reads.
    var decoded: [UInt8] = []

    mutating func removeAll() {
        values.removeAll()
        decoded.removeAll(keepingCapacity: true)
    }
}

/// The bytes that the texts of a row's values are parts of.
struct RowTexts: ~Escapable {
    fileprivate let input: RawSpan
    private let decoded: RawSpan
    private let constants: RawSpan

    @_lifetime(copy input, copy decoded, copy constants)
    init(input: RawSpan, decoded: RawSpan, constants: RawSpan) {
        self.input = input
        self.decoded = decoded
        self.constants = constants
    }

    /// The text of a value.
    subscript(value: Row.Value) -> RawSpan {
        @_lifetime(copy self)
        @inline(__always) get {
            let (start, size) = (Int(value.start), Int(value.size))
            switch value.origin {
            case .input: return input.slice(start, size)
            case .decoded: return decoded.slice(start, size)
            case .constant: return constants.slice(start, size)
            }
        }
    }
}

extension RowTexts {
    /// The text of a value and what follows it.
    @_lifetime(copy self)
    func onwards(_ value: Row.Value) -> RawSpan {
        guard value.origin == .input else { return self[value] }
        return input.slice(Int(value.start), input.byteCount - Int(value.start))
    }

    /// The text of a value of at most 16 bytes that stands in the row as it reads.
    @inline(__always)
    func short(_ value: Row.Value) -> ShortText? {
        guard value.origin == .input else { return nil }
        let (start, size) = (Int(value.start), Int(value.size))
        return ShortText(input.word(start), size > 8 ? input.word(start &+ 8) : 0, size: size)
    }
}

/// A text of at most 16 bytes.
struct ShortText: BitwiseCopyable, Equatable {
    private let low: UInt64
    private let high: UInt64
    private let size: Int

    /// The first bytes of two words, the others being whatever followed the text.
    @inline(__always)
    init(_ low: UInt64, _ high: UInt64, size: Int) {
        self.low = size < 8 ? low & ((1 &<< UInt64(size &* 8)) &- 1) : low
        self.high = size < 16 && size > 8 ? high & ((1 &<< UInt64(size &* 8 &- 64)) &- 1) : high
        self.size = size
    }

    /// A number for tables of a power of two of places.
    @inline(__always)
    var hash: UInt64 {
        ((low ^ high &* 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15) >> 32
    }
}

/// What the keys of rows are called.
struct InputColumns {
    /// The dotted path of a JSON member, the name of a CSV column, by key.
    var names: [String]
    /// The type that a CSV column's values showed.
    var hints: [AttributeType?] = []
    /// Grows when keys come to mean something else.
    var generation = 1

    /// The type that the values of a key showed; nil if they did not.
    func hint(_ key: Int) -> AttributeType? { key < hints.count ? hints[key] : nil }
}

extension Row.Value {
    /// The integer that the value is or writes; nil if it is none.
    func integer(_ text: RawSpan) -> Int64? {
        switch kind {
        case .int64: return bits
        case .float64: return Int64(exactly: Double(bitPattern: UInt64(bitPattern: bits)))
        case .text:
            guard let number = Number(text), number.isInteger else { return nil }
            return number.bits
        case .bool, .json, .removed, .wideInteger: return nil
        }
    }

    /// The float that the value is or writes, without loss; nil if it is none.
    func float(_ text: RawSpan) -> Double? {
        let number: Int64
        switch kind {
        case .float64: return Double(bitPattern: UInt64(bitPattern: bits))
        case .int64: number = bits
        case .text:
            guard let read = Number(text) else { return nil }
            if read.kind == .wideInteger { return Number.exactDouble(text) }
            if !read.isInteger { return read.double }
            number = read.bits
        case .wideInteger: return Number.exactDouble(text)
        case .bool, .json, .removed: return nil
        }
        return Double(exactly: number)
    }

    /// The instant that the value writes in a format; nil if it writes none.
    func timestamp(_ text: RawSpan, _ format: borrowing TimeFormat) -> Timestamp? {
        if kind == .int64, let time = EpochUnit.timestamp(of: bits, code: format.epochCode) {
            return time
        }
        return format.timestamp(of: text)
    }

    /// The truth that the value is or writes, 0 and 1 included; nil if it is none.
    func bool(_ text: RawSpan) -> Bool? {
        switch kind {
        case .bool: return bits != 0
        case .int64: return bits == 0 ? false : bits == 1 ? true : nil
        case .text:
            if text.byteCount == 1 {
                let byte = text.byte(0)
                return byte == UInt8(ascii: "0") ? false : byte == UInt8(ascii: "1") ? true : nil
            }
            return Bool(csv: text)
        case .float64, .json, .removed, .wideInteger: return nil
        }
    }
}

extension Bool {
    /// `true` or `false`, in small letters, in capitals or with one; nil for other text.
    init?(csv text: RawSpan) {
        guard text.byteCount == 4 || text.byteCount == 5 else { return nil }
        switch text.text {
        case "true", "True", "TRUE": self = true
        case "false", "False", "FALSE": self = false
        default: return nil
        }
    }
}
