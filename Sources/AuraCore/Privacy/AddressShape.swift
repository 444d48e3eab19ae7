/// Finding internet addresses in text.
///
/// An address whose part for the host is zero is a network and no more than what Aura keeps
/// anyway: `192.0.2.0` and `2001:db8:1::` may stand in text, and so may the version numbers that
/// browsers send, `Chrome/126.0.0.0`.
enum AddressShape {
    /// The network, if the text is an address or a prefix and nothing else.
    static func prefix(of text: RawSpan) -> IPPrefix? {
        guard (3...49).contains(text.byteCount) else { return nil }
        var colons = 0
        for index in 0..<text.byteCount {
            let byte = text.byte(index)
            if byte == UInt8(ascii: ":") { colons += 1 }
            guard
                byte.hexadecimal != nil || byte == UInt8(ascii: ":") || byte == 0x2E
                    || byte == 0x2F || byte == UInt8(ascii: "%") || colons > 1
            else { return nil }
        }
        guard colons == 0 || isGlobal(text, 0) else { return nil }
        return IPPrefix(truncating: text)
    }

    /// Whether a text that is an address or prefix says no more than its network.
    static func isNetwork(_ text: RawSpan) -> Bool {
        var size = 0
        while size < text.byteCount, text.byte(size) != 0x2F { size += 1 }
        let address = text.slice(0, size)
        return isGroupNetwork(address) || quad(address, 0) == (size, 0)
    }

    /// Whether a full address occurs in the text.
    static func occurs(in text: RawSpan, _ hints: TextHints) -> Bool {
        if hints.contains(.quad), quadOccurs(in: text) { return true }
        return hints.contains(.colons) && groupsOccur(in: text)
    }

    /// Whether the text from `start` on begins as addresses do that are not mere colons between
    /// numbers: four hexadecimal digits, or `::`.
    private static func isGlobal(_ text: RawSpan, _ start: Int) -> Bool {
        var size = 0
        while start + size < text.byteCount, text.byte(start + size).hexadecimal != nil {
            size += 1
        }
        guard start + size < text.byteCount, text.byte(start + size) == UInt8(ascii: ":") else {
            return false
        }
        return size == 4 || (size == 0 && start == 0)
    }
}

extension AddressShape {
    /// Whether four numbers up to 255 with dots between them occur, the last not 0.
    private static func quadOccurs(in text: RawSpan) -> Bool {
        var index = 0
        while index < text.byteCount {
            guard text.byte(index).isDigit else {
                index += 1
                continue
            }
            let (end, host) = quad(text, index)
            if let host, host != 0, isAlone(text, index, end) { return true }
            // On to the end of the dotted number, so that no tail of it is taken for another.
            while index < text.byteCount, text.byte(index).isDigit || text.byte(index) == 0x2E {
                index += 1
            }
        }
        return false
    }

    /// The end of a dotted quad and its last number; no number if there is no quad.
    private static func quad(_ text: RawSpan, _ start: Int) -> (end: Int, host: Int?) {
        var index = start
        var value = 0
        for part in 0..<4 {
            if part > 0 {
                guard index < text.byteCount, text.byte(index) == 0x2E else { return (index, nil) }
                index += 1
            }
            let first = index
            value = 0
            while index < text.byteCount, index - first < 4, text.byte(index).isDigit {
                value = value * 10 + Int(text.byte(index) & 15)
                index += 1
            }
            guard index > first, index - first < 4, value < 256 else { return (index, nil) }
        }
        return (index, value)
    }

    /// Whether what surrounds the quad leaves it an address: no letter or digit touches it, it is
    /// no part of a longer dotted number, no `-beta` follows, no `Product/` leads.
    private static func isAlone(_ text: RawSpan, _ start: Int, _ end: Int) -> Bool {
        if start > 0 {
            let before = text.byte(start - 1)
            if before.isLetter || before == 0x2E { return false }
            if before == 0x2F, isProduct(text, endingAt: start - 1) { return false }
        }
        guard end < text.byteCount else { return true }
        let after = text.byte(end)
        let next = end + 1 < text.byteCount ? text.byte(end + 1) : 0
        if after.isWord, after < 0x80 { return false }
        switch after {
        case UInt8(ascii: "."): return !next.isDigit
        case UInt8(ascii: "-"), UInt8(ascii: "+"): return !next.isLetter
        default: return true
        }
    }

    /// Whether a product's name (RFC 9110 §10.1.5) ends here: a word that begins with a capital,
    /// at the start or after a space, parenthesis or semicolon.
    private static func isProduct(_ text: RawSpan, endingAt end: Int) -> Bool {
        var start = end
        while start > 0, text.byte(start - 1).isWord || text.byte(start - 1) == 0x2D {
            start -= 1
        }
        guard start < end, text.byte(start) &- UInt8(ascii: "A") < 26 else { return false }
        guard start > 0 else { return true }
        let before = text.byte(start - 1)
        return before == UInt8(ascii: " ") || before == UInt8(ascii: "(")
            || before == UInt8(ascii: ";")
    }
}

extension AddressShape {
    /// Whether an IPv6 address occurs, in a run of hexadecimal digits, colons and dots.
    private static func groupsOccur(in text: RawSpan) -> Bool {
        var index = 0
        while index < text.byteCount {
            guard isPart(text.byte(index)) else {
                index += 1
                continue
            }
            let start = index
            var colons = 0
            while index < text.byteCount, isPart(text.byte(index)) {
                if text.byte(index) == UInt8(ascii: ":") { colons += 1 }
                index += 1
            }
            let goesOn = index < text.byteCount && text.byte(index).isWord
            if colons > 1, !goesOn, isFull(text, start, index) { return true }
        }
        return false
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        byte.hexadecimal != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    /// Whether the run, or what follows one of its single colons at the start (`id:fe80::1`), is
    /// an address that says more than its /48.
    private static func isFull(_ text: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var (start, end) = (start, end)
        // The end of a sentence or clause.
        while end > start,
            text.byte(end - 1) == UInt8(ascii: ".")
                || (text.byte(end - 1) == UInt8(ascii: ":")
                    && text.byte(end - 2) != UInt8(ascii: ":"))
        {
            end -= 1
        }
        var isWhole = start == 0 || !text.byte(start - 1).isWord
        while end - start > 3 {
            if isWhole, end - start <= 45, isGlobal(text, start) {
                let run = text.slice(start, end - start)
                if isGroupNetwork(run) { return false }
                if IPPrefix(truncating: run) != nil { return true }
            }
            // The next start: after the first colon that is not part of a `::`.
            while start < end, text.byte(start) != UInt8(ascii: ":") { start += 1 }
            start += 1
            isWhole = true
        }
        return false
    }

    /// Whether at most three groups and a final `::` are written.
    private static func isGroupNetwork(_ run: RawSpan) -> Bool {
        let size = run.byteCount
        guard size > 2, run.byte(size - 1) == UInt8(ascii: ":"),
            run.byte(size - 2) == UInt8(ascii: ":")
        else { return false }
        var colons = 0
        for index in 0..<size - 2 where run.byte(index) == UInt8(ascii: ":") { colons += 1 }
        return colons < 3
    }
}
