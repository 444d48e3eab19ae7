import AuraCore

/// Reads one JSON object, the line of an NDJSON file, into a `Row`: strict as RFC 8259 is.
///
/// Nested objects become members with dotted paths; arrays stay JSON text; null is no value. Of a
/// name that occurs twice in one object the later value counts, as of two names of one path
/// (`{"a.b":1,"a":{"b":2}}`). Strings are checked to be UTF-8, surrogates to come in pairs, numbers
/// to be exact (`Number`).
///
/// What RFC 8259 permits and this refuses: values that are no object, line ends between tokens,
/// numbers beyond a `Double`, and more than the limits below.
///
/// A member's name costs two comparisons of words if it is the one that followed last time
/// (`KeyTable`); strings and digits are read eight bytes at a time.
struct JSONScanner: ~Copyable {
    /// Objects and arrays within each other.
    static let depthLimit = 64
    /// Members of one line, nested ones included.
    static let memberLimit = 2_048
    /// Keys in a row that may be missing where they were before.
    private static let hops = 4

    private(set) var keys = KeyTable()
    /// What the last line held.
    private(set) var row = Row()
    /// Counts objects, so that a key knows whether this one named it already.
    private var serial: UInt64 = 0
    private var memberCount = 0
    /// The objects around the one that is being read.
    private var outer = PlainArray<OpenObject>()

    /// An object of which members are being read.
    struct OpenObject: BitwiseCopyable {
        /// The key that names it.
        var node: Int32
        /// Its last member so far, -1 for none.
        var previous: Int32
        var serial: UInt64
    }

    /// Reads the line of the first `size` bytes; `row` is undefined if it throws.
    ///
    /// What follows the line, which is a line end or nothing, is seen but not read: words that reach
    /// beyond the line need no special care then.
    mutating func scan(_ line: RawSpan, size: Int) throws(JSONError) {
        precondition(size < Int32.max && (size == line.byteCount || line.byte(size) == 0x0A))
        keys.trim()
        row.removeAll()
        outer.removeAll()
        memberCount = 0
        var place = line.afterSpace(0)
        guard line.byte(place) == UInt8(ascii: "{") else {
            throw JSONError(offset: place, expected: .object)
        }
        place = line.afterSpace(try object(line, place + 1))
        guard place == size else { throw JSONError(offset: place, expected: .endOfLine) }
    }

    /// Reads the members of the object whose brace was read, and those of objects within it;
    /// returns the place after the closing brace.
    ///
    /// Without recursion: a call for each value took a tenth of the scanner's instructions.
    private mutating func object(_ line: RawSpan, _ start: Int) throws(JSONError) -> Int {
        serial &+= 1
        var object = OpenObject(node: 0, previous: -1, serial: serial)
        var place = line.afterSpace(start)
        var isAfterMember = line.byte(place) == UInt8(ascii: "}")
        while true {
            if !isAfterMember {
                guard line.byte(place) == UInt8(ascii: "\"") else {
                    throw JSONError(offset: place, expected: .name)
                }
                let key = try key(line, &place, after: object.previous, in: object.node)
                object.previous = key
                place = line.afterSpace(place)
                if keys.isRepeated(key, in: object.serial, first: row.values.count) {
                    removeValues(of: key)
                }
                let first = line.byte(place)
                if first == UInt8(ascii: "\"") {
                    place = try string(line, place &+ 1, key: key)
                } else if first &- 0x30 <= 9 || first == UInt8(ascii: "-") {
                    place = try number(line, place, key: key)
                } else if first == UInt8(ascii: "{") {
                    object = try open(key, in: object, at: place)
                    place = line.afterSpace(place &+ 1)
                    isAfterMember = line.byte(place) == UInt8(ascii: "}")
                    continue
                } else {
                    place = try rareValue(line, place, first, key: key)
                }
            }
            isAfterMember = false
            place = line.afterSpace(place)
            let next = line.byte(place)
            if next == UInt8(ascii: ",") {
                place = line.afterSpace(place &+ 1)
                continue
            }
            guard next == UInt8(ascii: "}") else {
                throw JSONError(offset: place, expected: .commaOrBrace)
            }
            place &+= 1
            guard let parent = close() else { return place }
            object = parent
            // What follows is looked at as after any value.
            isAfterMember = true
        }
    }

    /// Begins the object that a key names.
    @inline(never)
    private mutating func open(
        _ key: Int32, in object: OpenObject, at place: Int
    ) throws(JSONError) -> OpenObject {
        guard outer.count + 1 < JSONScanner.depthLimit else {
            throw JSONError(offset: place, expected: .shallower(JSONScanner.depthLimit))
        }
        outer.append(object)
        serial &+= 1
        return OpenObject(node: key, previous: -1, serial: serial)
    }

    /// Ends an object; returns the one around it, nil for the outermost.
    @inline(never)
    private mutating func close() -> OpenObject? {
        guard outer.count > 0 else { return nil }
        let parent = outer[outer.count - 1]
        outer.removeLast()
        keys.noteObject(parent.previous, end: row.values.count)
        return parent
    }

    /// The key named at `place`, which is moved after the colon.
    @inline(__always)
    private mutating func key(
        _ line: RawSpan, _ place: inout Int, after previous: Int32, in node: Int32
    ) throws(JSONError) -> Int32 {
        memberCount += 1
        guard memberCount <= JSONScanner.memberLimit else {
            throw JSONError(offset: place, expected: .fewerMembers(JSONScanner.memberLimit))
        }
        let start = place + 1
        let low = line.word(start)
        let high = line.word(start + 8)
        var candidate = keys.expected(after: previous, in: node)
        var hops = JSONScanner.hops
        while candidate >= 0, hops > 0 {
            var match = keys.match(candidate, low, high)
            if case .begun = match { match = longMatch(candidate, line, start) }
            if case .whole(let size) = match {
                place = start + size
                return candidate
            }
            candidate = keys.nodes[Int(candidate)].next
            hops -= 1
        }
        return try unexpectedKey(line, &place, after: previous, in: node)
    }

    @inline(never)
    private mutating func longMatch(
        _ key: Int32, _ line: RawSpan, _ place: Int
    ) -> KeyTable.Match {
        keys.match(key, line, at: place)
    }

    /// Of a name that an object repeats the last value counts.
    @inline(never)
    private mutating func removeValues(of key: Int32) {
        var keyOfFirst: Int32 = -1
        let first = Int(keys.nodes[Int(key)].first)
        if first < row.values.count { keyOfFirst = row.values[first].key }
        for index in keys.repeated(key, first: row.values.count, keyOfFirst: keyOfFirst) {
            row.values[index].kind = .removed
        }
    }

    @inline(never)
    private mutating func unexpectedKey(
        _ line: RawSpan, _ place: inout Int, after previous: Int32, in node: Int32
    ) throws(JSONError) -> Int32 {
        let start = place + 1
        var isEscaped = false
        let end = try JSONText.end(line, from: start, isEscaped: &isEscaped)
        place = line.afterSpace(end + 1)
        guard line.byte(place) == UInt8(ascii: ":") else {
            throw JSONError(offset: place, expected: .colon)
        }
        place += 1
        var key: Int32
        if isEscaped {
            var name: [UInt8] = []
            try JSONText.decode(line.slice(start, end - start), into: &name)
            key = keys.key(name.rawSpan, in: node)
        } else {
            key = keys.key(line.slice(start, end - start), in: node)
        }
        keys.link(key, after: previous, in: node)
        return key
    }

    @inline(__always)
    private mutating func number(
        _ line: RawSpan, _ place: Int, key: Int32
    ) throws(JSONError) -> Int {
        let number = try Number(line, at: place)
        row.values.append(
            .init(number.kind, key: key, from: place, to: number.end, bits: number.bits))
        return number.end
    }

    /// An array or a literal.
    @inline(never)
    private mutating func rareValue(
        _ line: RawSpan, _ place: Int, _ first: UInt8, key: Int32
    ) throws(JSONError) -> Int {
        if first == UInt8(ascii: "[") {
            let end = try JSONSkipper.array(line, place + 1, depth: outer.count + 2)
            row.values.append(.init(.json, key: key, from: place, to: end))
            return end
        }
        let end = try JSONSkipper.literal(line, place)
        if first != UInt8(ascii: "n") {
            let bits: Int64 = first == UInt8(ascii: "t") ? 1 : 0
            row.values.append(.init(.bool, key: key, from: place, to: end, bits: bits))
        }
        return end
    }

    @inline(__always)
    private mutating func string(
        _ line: RawSpan, _ start: Int, key: Int32
    ) throws(JSONError) -> Int {
        var isEscaped = false
        let end = try JSONText.end(line, from: start, isEscaped: &isEscaped)
        if isEscaped {
            let decoded = row.decoded.count
            try JSONText.decode(line.slice(start, end - start), into: &row.decoded)
            row.values.append(
                .init(.text, key: key, from: decoded, to: row.decoded.count, in: .decoded))
        } else {
            row.values.append(.init(.text, key: key, from: start, to: end))
        }
        return end + 1
    }
}

/// Checks values without keeping them.
enum JSONSkipper {
    /// Checks the elements of an array from after its bracket; returns the place after the other.
    static func array(_ line: RawSpan, _ start: Int, depth: Int) throws(JSONError) -> Int {
        try checkDepth(depth, at: start - 1)
        var place = line.afterSpace(start)
        if line.byte(place) == UInt8(ascii: "]") { return place + 1 }
        while true {
            place = line.afterSpace(try value(line, place, depth: depth))
            let next = line.byte(place)
            if next == UInt8(ascii: "]") { return place + 1 }
            guard next == UInt8(ascii: ",") else {
                throw JSONError(offset: place, expected: .commaOrBracket)
            }
            place = line.afterSpace(place + 1)
        }
    }

    /// Checks `true`, `false` or `null`; returns the place after it.
    static func literal(_ line: RawSpan, _ place: Int) throws(JSONError) -> Int {
        let word = line.word(place)
        let four = UInt32(truncatingIfNeeded: word)
        if four == 0x6575_7274 || four == 0x6C6C_756E { return place + 4 }
        if word & 0xFF_FFFF_FFFF == 0x65_736C_6166 { return place + 5 }
        throw JSONError(offset: place, expected: .value)
    }

    private static func value(
        _ line: RawSpan, _ place: Int, depth: Int
    ) throws(JSONError) -> Int {
        switch line.byte(place) {
        case UInt8(ascii: "\""): return try string(line, place + 1)
        case UInt8(ascii: "{"): return try object(line, place + 1, depth: depth + 1)
        case UInt8(ascii: "["): return try array(line, place + 1, depth: depth + 1)
        case 0x30...0x39, UInt8(ascii: "-"): return try Number(line, at: place).end
        default: return try literal(line, place)
        }
    }

    private static func object(
        _ line: RawSpan, _ start: Int, depth: Int
    ) throws(JSONError) -> Int {
        try checkDepth(depth, at: start - 1)
        var place = line.afterSpace(start)
        if line.byte(place) == UInt8(ascii: "}") { return place + 1 }
        while true {
            guard line.byte(place) == UInt8(ascii: "\"") else {
                throw JSONError(offset: place, expected: .name)
            }
            place = line.afterSpace(try string(line, place + 1))
            guard line.byte(place) == UInt8(ascii: ":") else {
                throw JSONError(offset: place, expected: .colon)
            }
            place = line.afterSpace(try value(line, line.afterSpace(place + 1), depth: depth))
            let next = line.byte(place)
            if next == UInt8(ascii: "}") { return place + 1 }
            guard next == UInt8(ascii: ",") else {
                throw JSONError(offset: place, expected: .commaOrBrace)
            }
            place = line.afterSpace(place + 1)
        }
    }

    private static func string(_ line: RawSpan, _ start: Int) throws(JSONError) -> Int {
        var isEscaped = false
        return try JSONText.end(line, from: start, isEscaped: &isEscaped) + 1
    }

    private static func checkDepth(_ depth: Int, at place: Int) throws(JSONError) {
        guard depth <= JSONScanner.depthLimit else {
            throw JSONError(offset: place, expected: .shallower(JSONScanner.depthLimit))
        }
    }
}

extension RawSpan {
    /// The place after spaces, tabs and CRs.
    ///
    /// A line end is no such space, as JSON lines have none.
    @inline(__always)
    func afterSpace(_ place: Int) -> Int {
        byte(place) > 0x20 ? place : afterSpaces(place)
    }

    @inline(never)
    private func afterSpaces(_ start: Int) -> Int {
        var place = start
        while true {
            switch byte(place) {
            case 0x20, 0x09, 0x0D: place += 1
            default: return place
            }
        }
    }
}
