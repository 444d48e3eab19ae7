import AuraCore

/// The member names seen so far, each with a number; a name inside a nested object is another one
/// than the same name outside.
///
/// Rows of one source name nearly the same members in nearly the same order. So each key remembers
/// which one followed it, and the next row's name is compared with that one, a word at a time,
/// before anything is hashed.
struct KeyTable: ~Copyable {
    struct Node: BitwiseCopyable {
        /// The first member of the object that this key names, as last seen.
        var child: Int32 = -1
        /// The member that followed.
        var next: Int32 = -1
        /// Where the values of its latest naming lie in the row, nested ones included.
        var first: Int32 = 0
        var end: Int32 = 0
        /// The object that named it last.
        var serial: UInt64 = 0
        /// Bytes of name and closing quote.
        let size: Int32
        /// The first 16 of them, and which of those count. Control characters stand for a name
        /// that no unescaped text can be, or a longer one.
        var low: UInt64 = 0
        var high: UInt64 = 0
        var lowMask = ~UInt64(0)
        var highMask = ~UInt64(0)
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
        nodes.append(Node(size: 0))
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

    /// Whether the text of these two words is the key's name and closing quote.
    @inline(__always)
    func matches(_ key: Int32, _ low: UInt64, _ high: UInt64) -> Bool {
        let place = Int(key)
        return (low ^ nodes[place].low) & nodes[place].lowMask
            | (high ^ nodes[place].high) & nodes[place].highMask == 0
    }

    /// The key of a name, which is added if it is new.
    mutating func key(_ name: RawSpan, in parent: Int32) -> Int32 {
        let key = names.index(of: name, in: parent) + 1
        if key < nodes.count { return Int32(key) }
        let size = name.byteCount + 1
        var node = Node(size: Int32(size))
        // A name that only escapes can write must not be found unescaped.
        if size <= 16, KeyTable.isPlain(name) {
            var text = name.array
            text.append(UInt8(ascii: "\""))
            (node.low, node.lowMask) = (text.rawSpan.word(0), KeyTable.mask(size))
            (node.high, node.highMask) = (text.rawSpan.word(8), KeyTable.mask(size - 8))
        }
        nodes.append(node)
        columns.names.append(path(name, in: Int(parent)))
        return Int32(key)
    }

    /// The dotted path. What exceeds the size of a name is cut, as such a name is refused anyway.
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
