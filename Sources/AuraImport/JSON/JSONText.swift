import AuraCore

/// The strings of JSON: finding their end, and resolving their escapes.
enum JSONText {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// The place of the closing quote of the string that begins at `start`, after its quote.
    ///
    /// Checks everything that RFC 8259 asks; sets `isEscaped` if there are escapes.
    @inline(__always)
    static func end(
        _ line: RawSpan, from start: Int, isEscaped: inout Bool
    ) throws(JSONError) -> Int {
        var place = start
        while true {
            let word = line.word(place)
            let stops =
                Lanes.equal(word, quote) | Lanes.equal(word, backslash)
                | Lanes.below(word, 0x20) | Lanes.nonASCII(word)
            if stops == 0 {
                place &+= 8
                continue
            }
            place &+= Lanes.first(stops)
            if line.byte(place) == quote { return place }
            place = try special(line, at: place, isEscaped: &isEscaped)
        }
    }

    /// The place after an escape or a character beyond ASCII.
    @inline(never)
    private static func special(
        _ line: RawSpan, at place: Int, isEscaped: inout Bool
    ) throws(JSONError) -> Int {
        let byte = line.byte(place)
        if byte == backslash {
            isEscaped = true
            return try escape(line, at: place)
        }
        guard byte >= 0x20 else {
            throw JSONError(
                offset: place,
                expected: place < line.byteCount ? .noControlCharacter : .closingQuote)
        }
        let size = UTF8Text.size(line, at: place)
        guard size > 0 else { throw JSONError(offset: place, expected: .utf8) }
        return place + size
    }

    /// The place after the escape.
    private static func escape(_ line: RawSpan, at place: Int) throws(JSONError) -> Int {
        switch line.byte(place + 1) {
        case quote, backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return place + 2
        case UInt8(ascii: "u"):
            let unit = try hexDigits(line, at: place + 2)
            if unit & 0xFC00 == 0xDC00 {
                throw JSONError(offset: place, expected: .noLowSurrogate)
            }
            guard unit & 0xFC00 == 0xD800 else { return place + 6 }
            guard line.byte(place + 6) == backslash, line.byte(place + 7) == UInt8(ascii: "u"),
                try hexDigits(line, at: place + 8) & 0xFC00 == 0xDC00
            else { throw JSONError(offset: place + 6, expected: .lowSurrogate) }
            return place + 12
        default:
            throw JSONError(offset: place + 1, expected: .escape)
        }
    }

    private static func hexDigits(_ line: RawSpan, at place: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for index in place..<place + 4 {
            let byte = line.byte(index)
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw JSONError(offset: index, expected: .hexDigits)
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Appends what a string writes, `text` being its bytes between the quotes as `end` found them.
    static func decode(_ text: RawSpan, into output: inout [UInt8]) throws(JSONError) {
        var place = 0
        while place < text.byteCount {
            let byte = text.byte(place)
            guard byte == backslash else {
                output.append(byte)
                place += 1
                continue
            }
            let escaped = text.byte(place + 1)
            place += 2
            switch escaped {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = try hexDigits(text, at: place)
                place += 4
                if scalar & 0xFC00 == 0xD800 {
                    let low = try hexDigits(text, at: place + 2)
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
                    place += 6
                }
                UTF8Text.append(scalar, to: &output)
            default: output.append(escaped)
            }
        }
    }
}
