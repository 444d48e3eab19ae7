extension TimeZoneRules {
    /// Longest file that is read: the largest of tzdata has 4 kB.
    private static let fileLimit = 1 << 20

    /// Reads a TZif file.
    ///
    /// Of versions 2 to 4 the 64-bit block and the footer are used, of version 1 its only block.
    /// - Throws: `TimeZoneError` if the bytes are not TZif, contradict themselves, or count leap
    ///   seconds (the `right/` zones), which Aura's instants do not have.
    public init(tzif bytes: RawSpan) throws(TimeZoneError) {
        guard bytes.byteCount <= TimeZoneRules.fileLimit else {
            throw TimeZoneError(offset: 0, reason: "\(bytes.byteCount) bytes are too many")
        }
        let first = try TZifBlock(bytes, at: 0, timeSize: 4)
        if first.version == 0 {
            try self.init(bytes, first, footer: nil)
            return
        }
        let second = try TZifBlock(bytes, at: first.end, timeSize: 8)
        let footer = try TimeZoneRules.footer(bytes, at: second.end)
        try self.init(bytes, second, footer: footer)
    }

    private init(
        _ bytes: RawSpan, _ block: TZifBlock, footer: PosixTimeZone?
    ) throws(TimeZoneError) {
        guard block.leapCount == 0 else {
            throw TimeZoneError(offset: block.start, reason: "counts leap seconds")
        }
        var types: [LocalType] = []
        for index in 0..<block.typeCount { types.append(try block.type(index, in: bytes)) }
        var starts: [Int64] = []
        var typeOfStart: [UInt8] = []
        for index in 0..<block.startCount {
            let start = block.start(index, in: bytes)
            let place = block.typeCodes + index
            let type = bytes.load(place, as: UInt8.self)
            guard starts.last.map({ $0 < start }) ?? true else {
                throw TimeZoneError(offset: place, reason: "transitions are not ascending")
            }
            guard Int(type) < types.count else {
                throw TimeZoneError(offset: place, reason: "local time type \(type) is not there")
            }
            starts.append(start)
            typeOfStart.append(type)
        }
        self.init(starts: starts, typeOfStart: typeOfStart, types: types, rule: footer)
    }

    private static func footer(
        _ bytes: RawSpan, at start: Int
    ) throws(TimeZoneError)
        -> PosixTimeZone?
    {
        let newline = UInt8(ascii: "\n")
        guard start < bytes.byteCount, bytes.load(start, as: UInt8.self) == newline else {
            throw TimeZoneError(offset: start, reason: "the footer is missing")
        }
        var end = start + 1
        while end < bytes.byteCount, bytes.load(end, as: UInt8.self) != newline { end += 1 }
        guard end < bytes.byteCount else {
            throw TimeZoneError(offset: end, reason: "the footer does not end")
        }
        if end == start + 1 { return nil }
        let text = bytes.slice(start + 1, end - start - 1)
        guard let rule = PosixTimeZone(text) else {
            throw TimeZoneError(
                offset: start + 1, reason: "'\(text.text)' is not a POSIX time zone")
        }
        return rule
    }
}

/// Where the parts of one header and data block of a TZif file lie (RFC 8536 §3).
private struct TZifBlock {
    let start: Int
    /// 0 for version 1, else the digit.
    let version: UInt8
    let timeSize: Int
    let leapCount: Int
    let startCount: Int
    let typeCount: Int
    private let abbreviationSize: Int
    private let isUTCCount: Int
    private let isStandardCount: Int

    private static let headerSize = 44
    private static let greatestOffset = 26 * 3_600

    init(_ bytes: RawSpan, at start: Int, timeSize: Int) throws(TimeZoneError) {
        guard start <= bytes.byteCount - TZifBlock.headerSize,
            bytes.slice(start, 4).array == Array("TZif".utf8)
        else { throw TimeZoneError(offset: start, reason: "'TZif' is missing") }
        let version = bytes.load(start + 4, as: UInt8.self)
        guard version == 0 || (0x32...0x39).contains(version) else {
            throw TimeZoneError(offset: start + 4, reason: "version \(version) is unknown")
        }
        func count(_ index: Int) -> Int {
            Int(bytes.load(start + 20 + index * 4, as: UInt32.self).byteSwapped)
        }
        self.start = start
        self.version = version
        self.timeSize = timeSize
        isUTCCount = count(0)
        isStandardCount = count(1)
        leapCount = count(2)
        startCount = count(3)
        typeCount = count(4)
        abbreviationSize = count(5)
        guard end <= bytes.byteCount else {
            throw TimeZoneError(offset: start + 20, reason: "the data ends early")
        }
        guard (1...256).contains(typeCount) else {
            throw TimeZoneError(offset: start + 36, reason: "\(typeCount) local time types")
        }
    }

    private var times: Int { start + TZifBlock.headerSize }
    var typeCodes: Int { times + startCount * timeSize }
    private var typeEntries: Int { typeCodes + startCount }
    private var abbreviations: Int { typeEntries + typeCount * 6 }
    /// The byte after the block.
    ///
    /// Counts have 32 bits, so the sum cannot overflow.
    var end: Int {
        abbreviations + abbreviationSize + leapCount * (timeSize + 4) + isStandardCount
            + isUTCCount
    }

    func start(_ index: Int, in bytes: RawSpan) -> Int64 {
        let place = times + index * timeSize
        return timeSize == 4
            ? Int64(bytes.load(place, as: Int32.self).byteSwapped)
            : bytes.load(place, as: Int64.self).byteSwapped
    }

    func type(
        _ index: Int, in bytes: RawSpan
    ) throws(TimeZoneError) -> TimeZoneRules.LocalType {
        let place = typeEntries + index * 6
        let offset = Int(bytes.load(place, as: Int32.self).byteSwapped)
        guard abs(offset) <= TZifBlock.greatestOffset else {
            throw TimeZoneError(offset: place, reason: "an offset of \(offset) s")
        }
        let name = Int(bytes.load(place + 5, as: UInt8.self))
        var end = name
        while end < abbreviationSize, bytes.load(abbreviations + end, as: UInt8.self) != 0 {
            end += 1
        }
        guard end < abbreviationSize else {
            throw TimeZoneError(offset: place + 5, reason: "an abbreviation that does not end")
        }
        return .init(
            offset: offset, isDaylightSaving: bytes.load(place + 4, as: UInt8.self) != 0,
            abbreviation: bytes.slice(abbreviations + name, end - name).text)
    }
}
