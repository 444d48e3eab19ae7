extension Timestamp {
    /// The instant of an RFC 3339 text: `2026-11-22T20:50:00Z`, `2026-11-22 20:50:00.5+01:00`.
    ///
    /// Up to six decimals count, further ones are cut. nil for anything else, a missing offset
    /// included.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t")
                || bytes[10] == UInt8(ascii: " "),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = bytes.number(0..<4), let month = bytes.number(5..<7),
            let day = bytes.number(8..<10), let hour = bytes.number(11..<13),
            let minute = bytes.number(14..<16), let second = bytes.number(17..<19)
        else { return nil }
        var place = 19
        var microsecond = 0
        if bytes[place] == UInt8(ascii: ".") {
            var unit = 100_000
            place += 1
            let first = place
            while place < bytes.count, let digit = bytes.number(place..<place + 1) {
                microsecond += digit * unit
                unit /= 10
                place += 1
            }
            guard place > first, place < bytes.count else { return nil }
        }
        var offset = 0
        switch bytes[place] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            guard place + 1 == bytes.count else { return nil }
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard place + 6 == bytes.count, bytes[place + 3] == UInt8(ascii: ":"),
                let hours = bytes.number(place + 1..<place + 3), hours < 24,
                let minutes = bytes.number(place + 4..<place + 6), minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[place] == UInt8(ascii: "-") ? -60 : 60)
        default:
            return nil
        }
        let civil = CivilTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second,
            microsecond: microsecond)
        guard civil.isValid else { return nil }
        self.init(microseconds: civil.utc.microseconds - Int64(offset) * 1_000_000)
        guard isRepresentable else { return nil }
    }
}

extension [UInt8] {
    /// The number that the digits of a range write; nil if one is none.
    fileprivate func number(_ range: Range<Int>) -> Int? {
        var number = 0
        for index in range {
            guard self[index] >= 0x30, self[index] <= 0x39 else { return nil }
            number = number * 10 + Int(self[index] - 0x30)
        }
        return number
    }
}
