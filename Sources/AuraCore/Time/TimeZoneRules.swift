/// The rules of one time zone: how far its clocks stand from UTC at every instant.
///
/// Comes from the bytes of a TZif file (RFC 8536, versions 1 to 4; `TZifReader`) or from a fixed
/// offset. Reads no file itself. Instants are seconds since the epoch, without leap seconds.
public struct TimeZoneRules: Hashable, Sendable {
    /// Instants at which an offset begins to hold, ascending.
    let starts: [Int64]
    /// The local type that holds from each start on, as an index of `types`.
    let typeOfStart: [UInt8]
    /// Never empty; the first holds before the first start.
    let types: [LocalType]
    /// What holds from the last start on, if the file says so.
    let rule: PosixTimeZone?

    /// One way the zone's clocks have stood.
    struct LocalType: Hashable, Sendable {
        /// Seconds to add to UTC.
        let offset: Int
        let isDaylightSaving: Bool
        let abbreviation: String
    }

    /// A span of time in which the clocks stand equally far from UTC.
    public struct Period: Hashable, Sendable {
        /// First second, inclusive; `Int64.min` if it has no beginning.
        public let start: Int64
        /// Last second, exclusive; `Int64.max` if it has no end.
        public let end: Int64
        /// Seconds to add to UTC.
        public let offset: Int
        /// Whether it is summer time.
        public let isDaylightSaving: Bool
        /// `CET`, `CEST`, `+03`.
        public let abbreviation: String
    }

    init(starts: [Int64], typeOfStart: [UInt8], types: [LocalType], rule: PosixTimeZone?) {
        self.starts = starts
        self.typeOfStart = typeOfStart
        self.types = types
        self.rule = rule
    }

    /// A zone whose clocks always stand `offset` seconds ahead of UTC.
    public init(offset: Int, abbreviation: String = "") {
        let type = LocalType(offset: offset, isDaylightSaving: false, abbreviation: abbreviation)
        self.init(starts: [], typeOfStart: [], types: [type], rule: nil)
    }

    /// Universal time.
    public static let utc = TimeZoneRules(offset: 0, abbreviation: "UTC")

    /// The offset if it never changes.
    public var fixedOffset: Int? {
        guard starts.isEmpty else { return nil }
        guard let rule else { return types[0].offset }
        return rule.daylight == nil ? rule.standard.offset : nil
    }

    /// The period that holds at an instant.
    ///
    /// O(log transitions).
    ///
    /// Neighbouring periods may have the same offset (the name of the time changed).
    public func period(at second: Int64) -> Period {
        var lower = 0
        var upper = starts.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if starts[middle] <= second { lower = middle + 1 } else { upper = middle }
        }
        let start = lower == 0 ? Int64.min : starts[lower - 1]
        if lower == starts.count, let rule { return rule.period(at: second, notBefore: start) }
        let type = types[lower == 0 ? 0 : Int(typeOfStart[lower - 1])]
        return Period(
            start: start, end: lower == starts.count ? Int64.max : starts[lower],
            offset: type.offset, isDaylightSaving: type.isDaylightSaving,
            abbreviation: type.abbreviation)
    }

    /// Seconds to add to UTC at an instant.
    public func offset(at time: Timestamp) -> Int {
        fixedOffset ?? period(at: time.microseconds.flooredQuotient(1_000_000)).offset
    }

    /// What the zone's clocks show at an instant.
    public func civilTime(at time: Timestamp) -> CivilTime {
        CivilTime(
            utc: Timestamp(microseconds: time.microseconds + Int64(offset(at: time)) * 1_000_000))
    }

    /// The instant at which the zone's clocks show this.
    ///
    /// Where clocks were put forward, a time in the gap counts from before the change, so it comes
    /// out as much later as the gap is wide (02:30 becomes 03:30). Where they were put back, a time
    /// that occurs twice is the first of the two.
    public func instant(of civil: CivilTime) -> Timestamp {
        instant(showing: civil.utc)
    }

    /// As `instant(of:)`, for a time that a clock on UTC would show at `local`.
    public func instant(showing local: Timestamp) -> Timestamp {
        if let fixedOffset { return local.shifted(by: -fixedOffset) }
        let second = local.microseconds.flooredQuotient(1_000_000)
        // The instant lies less than `greatestOffset` away; periods are tried from the earliest on.
        var period = period(at: second - TimeZoneRules.greatestOffset)
        while true {
            let candidate = second - Int64(period.offset)
            if candidate < period.end {
                // Earlier than the start: no period shows this time, and the one before, which was
                // tried already, ended too early. Its offset is the one from before the gap.
                return local.shifted(by: -period.offset)
            }
            let next = self.period(at: period.end)
            if second - Int64(next.offset) < next.start {
                return local.shifted(by: -period.offset)
            }
            period = next
        }
    }

    /// Seconds that no offset reaches (RFC 8536 §3.2 allows -25 to +26 hours).
    static let greatestOffset: Int64 = 27 * 3_600
}

/// Bytes that are not a TZif file, or one that cannot be used.
public struct TimeZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, in bytes from the start of the file.
    public let offset: Int
    /// What is wrong.
    public let reason: String

    /// One line: place and reason.
    public var description: String { "time zone file, byte \(offset): \(reason)" }
}

extension Timestamp {
    /// The instant that many seconds later.
    func shifted(by seconds: Int) -> Timestamp {
        Timestamp(microseconds: microseconds + Int64(seconds) * 1_000_000)
    }
}
