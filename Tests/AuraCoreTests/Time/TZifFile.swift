import AuraCore

/// A TZif file in the making (RFC 8536), right or wrong.
struct TZifFile {
    var version = UInt8(ascii: "2")
    var starts: [Int64] = []
    var typeOfStart: [UInt8] = []
    /// Offset, daylight saving, index of the abbreviation.
    var types: [(offset: Int32, isDaylight: UInt8, name: UInt8)] = [(3_600, 0, 0)]
    var abbreviations = Array("AAA\0BBB\0".utf8)
    var leapCount: UInt32 = 0
    var footer = "AAA-1"

    var bytes: [UInt8] {
        if version == 0 { return block(timeSize: 4) }
        let first = TZifFile(version: version, abbreviations: [0], footer: "").block(timeSize: 4)
        return first + block(timeSize: 8) + Array("\n\(footer)\n".utf8)
    }

    private func block(timeSize: Int) -> [UInt8] {
        var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        let counts = [
            0, 0, Int(leapCount), starts.count, types.count, abbreviations.count,
        ]
        for count in counts { bytes += big(UInt32(count)) }
        for start in starts { bytes += timeSize == 4 ? big(Int32(start)) : big(start) }
        bytes += typeOfStart
        for type in types { bytes += big(type.offset) + [type.isDaylight, type.name] }
        bytes += abbreviations
        return bytes + [UInt8](repeating: 0, count: Int(leapCount) * (timeSize + 4))
    }

    private func big<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        stride(from: Value.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> $0)
        }
    }
}
