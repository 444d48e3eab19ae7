/// An attribute's name as the rules compare it: the last of its dotted components in lower case,
/// without separators and final digits, and where its words begin.
///
/// `properties.homeAddress_2`, `Home-Address` and `HOME_ADDRESS.0` all fold to `homeaddress`, of
/// the words `home` and `address`.
struct FoldedName {
    /// The folded component.
    private(set) var bytes: [UInt8] = []
    /// Where each word begins in `bytes`.
    private(set) var wordStarts: [Int] = []

    /// Folds one component; letters beyond ASCII stay as they are.
    init(component: RawSpan) {
        bytes.reserveCapacity(component.byteCount)
        var isStart = true
        var previous: UInt8 = 0
        for index in 0..<component.byteCount {
            let byte = component.byte(index)
            let isUpper = byte &- UInt8(ascii: "A") < 26
            guard isUpper || byte.isLower || byte.isDigit || byte >= 0x80 else {
                isStart = true
                previous = byte
                continue
            }
            // `firstName` begins a word at its N, `IPAddress` at its A, `EMAIL` nowhere within.
            if isUpper {
                let next = index + 1 < component.byteCount ? component.byte(index + 1) : 0
                let follows = previous.isLower || previous.isDigit
                if follows || (previous &- UInt8(ascii: "A") < 26 && next.isLower) {
                    isStart = true
                }
            }
            if isStart { wordStarts.append(bytes.count) }
            isStart = false
            previous = byte
            bytes.append(isUpper ? byte | 0x20 : byte)
        }
        while let last = bytes.last, last.isDigit { bytes.removeLast() }
        while let start = wordStarts.last, start >= bytes.count { wordStarts.removeLast() }
    }

    /// Whether the whole component is in the set.
    func isIn(_ set: ByteSet) -> Bool { set.contains(bytes.rawSpan) }

    /// Whether the component, or its last words, at most five, are in the set.
    func ends(in set: ByteSet) -> Bool {
        wordStarts.suffix(5).contains { start in
            set.contains(bytes.rawSpan.slice(start, bytes.count - start))
        } || (wordStarts.count > 5 && isIn(set))
    }

    /// Splits a name at its dots and folds the components; those that are only digits (places of a
    /// list that was taken apart) are left out.
    static func components(of name: RawSpan) -> [FoldedName] {
        var components: [FoldedName] = []
        var start = 0
        for index in 0...name.byteCount
        where index == name.byteCount || name.byte(index) == UInt8(ascii: ".") {
            let folded = FoldedName(component: name.slice(start, index - start))
            if !folded.bytes.isEmpty { components.append(folded) }
            start = index + 1
        }
        return components
    }

    /// How a policy's name folds, whatever its case and separators.
    static func folding(_ name: String) -> String {
        var name = name
        return name.withUTF8 { utf8 in
            let last = components(of: unsafe utf8.span.bytes).last
            return String(decoding: last?.bytes ?? [], as: UTF8.self)
        }
    }
}

extension RawSpan {
    /// The byte at an offset.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { load(offset) }
}

extension UInt8 {
    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    @inline(__always)
    var isLower: Bool { self &- UInt8(ascii: "a") < 26 }
    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
    /// A letter, a digit, an underscore, or part of a letter beyond ASCII.
    @inline(__always)
    var isWord: Bool { isLetter || isDigit || self == UInt8(ascii: "_") || self >= 0x80 }
    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexadecimal: UInt8? {
        if isDigit { return self - UInt8(ascii: "0") }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }
}
