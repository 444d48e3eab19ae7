import AuraCore

/// The member names seen so far, each with a number; a name inside a nested object is another one
/// than the same name outside.
///
/// Rows of one source name nearly the same members in nearly the same order. So each key remembers
/// which one followed it, and the next row's name is compared with that one, a word at a time,
/// before anything is hashed.
struct KeyTable: ~Copyable {
    struct Node: BitwiseCopyable {
        /// The first 16 bytes of `name":`, and which of those count.
        var low: UInt64 = 0
        var high: UInt64 = 0
        var lowMask: UInt64 = 0
        var highMask: UInt64 = 0
        /// The object that named it last.
        var serial: UInt64 = 0
        /// Bytes of `name":`; 0 for a name that only escapes can write.
        var size: Int32 = 0
        /// The first member of the object that this key names, as last seen.
        var child: Int32 = -1
        /// The member that followed.
        var next: Int32 = -1
        /// Where the values of its latest naming begin in the row.
        var first: Int32 = 0
        /// If that was an object, its serial number and where its values end.
        var objectEnd: Int32 = 0
        var objectSerial: UInt64 = 0
    }

    /// Keys, and bytes of their names, that are kept from row to row; more, and all are forgotten.
    static let limit = 4_096
    static let byteLimit = 1 << 20

    /// Node 0 is the row's object itself.
    var nodes = PlainArray<Node>(capacity: 256)
    /// The dotted path of each key.
    private(set) var columns = InputColumns(names: [])
    private var names = NameTable()

    init() { removeAll() }

    /// Forgets all keys if there are too many.
    mutating func trim() {
        if nodes.count > KeyTable.limit || names.byteCount > KeyTable.byteLimit { removeAll() }
    }

    private mutating func removeAll() {
        names.removeAll()
        columns = InputColumns(names: [""], generation: columns.generation + 1)
        nodes.removeAll()
        nodes.append(Node())
    }

    /// The key that is expected after `previous`, or first in `parent` if there is none before.
    @inline(__always)
    func expected(after previous: Int32, in parent: Int32) -> Int32 {
        previous < 0 ? nodes[Int(parent)].child : nodes[Int(previous)].next
    }

    /// Remembers the order of keys.
    mutating func link(_ key: Int32, after previous: Int32, in parent: Int32) {
        if previous < 0 {
            nodes[Int(parent)].child = key
        } else {
            nodes[Int(previous)].next = key
        }
    }

    /// How a text compares with `name":` of a key.
    enum Match {
        case none
        /// It begins so; bytes of `name":`.
        case whole(Int)
        /// Its first 16 bytes are the same, and there are more.
        case begun
    }

    /// Compares the text of these two words.
    @inline(__always)
    func match(_ key: Int32, _ low: UInt64, _ high: UInt64) -> Match {
        let place = Int(key)
        let difference =
            (low ^ nodes[place].low) & nodes[place].lowMask
            | (high ^ nodes[place].high) & nodes[place].highMask
        if difference != 0 { return .none }
        let size = Int(nodes[place].size)
        return size <= 16 ? .whole(size) : .begun
    }

    /// Compares all of a text with `name":`, of which it begins with 16 bytes.
    func match(_ key: Int32, _ line: RawSpan, at place: Int) -> Match {
        let size = Int(nodes[Int(key)].size)
        let nameSize = size - 2
        guard line.byteCount - place >= size, line.byte(place + nameSize) == UInt8(ascii: "\""),
            line.byte(place + nameSize + 1) == UInt8(ascii: ":"),
            names.holds(line.slice(place, nameSize), at: Int(key) - 1)
        else { return .none }
        return .whole(size)
    }

    /// Notes that the object `serial` names the key, whose values will begin at `first`; returns
    /// whether it has done so before: then nothing is noted.
    @inline(__always)
    mutating func isRepeated(_ key: Int32, in serial: UInt64, first: Int) -> Bool {
        let place = Int(key)
        if nodes[place].serial == serial { return true }
        nodes[place].serial = serial
        nodes[place].first = Int32(truncatingIfNeeded: first)
        return false
    }

    /// Where the values lie that the same object gave the key before, given the key of the first of
    /// them; notes that the next ones begin at `first`.
    mutating func repeated(_ key: Int32, first: Int, keyOfFirst: Int32) -> Range<Int> {
        let place = Int(key)
        let start = Int(nodes[place].first)
        nodes[place].first = Int32(truncatingIfNeeded: first)
        if nodes[place].objectSerial == nodes[place].serial {
            nodes[place].objectSerial = 0
            return start..<Int(nodes[place].objectEnd)
        }
        // One value, or none if it was null.
        return start..<(keyOfFirst == key ? start + 1 : start)
    }

    /// Notes that the values of a key, which is an object's, have been read.
    mutating func noteObject(_ key: Int32, end: Int) {
        nodes[Int(key)].objectSerial = nodes[Int(key)].serial
        nodes[Int(key)].objectEnd = Int32(truncatingIfNeeded: end)
    }

    /// The key of a name, which is added if it is new.
    mutating func key(_ name: RawSpan, in parent: Int32) -> Int32 {
        let key = names.index(of: name, in: parent) + 1
        if key < nodes.count { return Int32(key) }
        var node = Node()
        // A name that only escapes can write must not be found unescaped: no text is two zeros.
        (node.lowMask, node.highMask) = (~0, ~0)
        if KeyTable.isPlain(name) {
            var text = name.array
            text += Array("\":".utf8)
            node.size = Int32(text.count)
            (node.low, node.lowMask) = (text.rawSpan.word(0), KeyTable.mask(text.count))
            (node.high, node.highMask) = (text.rawSpan.word(8), KeyTable.mask(text.count - 8))
        }
        nodes.append(node)
        columns.names.append(path(name, in: Int(parent)))
        return Int32(key)
    }

    /// The dotted path.
    ///
    /// What exceeds the size of a name is cut, as such a name is refused anyway.
    private func path(_ name: RawSpan, in parent: Int) -> String {
        let name = name.slice(0, min(name.byteCount, Limits.nameBytes + 1)).text
        if parent == 0 { return name }
        let path = columns.names[parent]
        return path.utf8.count > Limits.nameBytes ? path : path + "." + name
    }

    private static func isPlain(_ name: RawSpan) -> Bool {
        for place in 0..<name.byteCount {
            let byte = name.byte(place)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return false
            }
        }
        return true
    }

    /// The lowest `size` bytes.
    private static func mask(_ size: Int) -> UInt64 {
        size >= 8 ? ~0 : size <= 0 ? 0 : (1 << UInt64(size * 8)) - 1
    }
}
