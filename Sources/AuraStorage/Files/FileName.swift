/// Every file and folder name that storage writes, both ways.
enum FileName {
    static let lock = "LOCK"
    static let current = "CURRENT"
    static let currentTemporary = "CURRENT.new"
    static let log = "log"
    static let chunks = "chunks"
    static let quarantine = "quarantine"
    static let ledger = "ERASURES"

    private static let manifestPrefix = "MANIFEST-"
    private static let checkpointPrefix = "CHECKPOINT-"
    private static let indexPrefix = "INDEX-"
    private static let chunkSuffix = ".chunk"
    private static let segmentSuffix = ".log"
    private static let spareSuffix = ".spare"
    private static let unfinishedSuffix = ".new"

    static func manifest(_ number: UInt64) -> String { manifestPrefix + hexadecimal(number) }

    static func manifestNumber(_ name: String) -> UInt64? {
        guard name.hasPrefix(manifestPrefix) else { return nil }
        return number(name.dropFirst(manifestPrefix.count))
    }

    static func checkpoint(_ number: UInt64) -> String { checkpointPrefix + hexadecimal(number) }

    static func checkpointNumber(_ name: String) -> UInt64? {
        guard name.hasPrefix(checkpointPrefix) else { return nil }
        return number(name.dropFirst(checkpointPrefix.count))
    }

    static func index(_ number: UInt64) -> String { indexPrefix + hexadecimal(number) }

    static func indexNumber(_ name: String) -> UInt64? {
        guard name.hasPrefix(indexPrefix) else { return nil }
        return number(name.dropFirst(indexPrefix.count))
    }

    static func chunk(_ number: UInt64) -> String { hexadecimal(number) + chunkSuffix }

    static func chunkNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(chunkSuffix) else { return nil }
        return number(name.dropLast(chunkSuffix.count))
    }

    static func segment(_ number: UInt64) -> String { hexadecimal(number) + segmentSuffix }

    static func segmentNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(segmentSuffix) else { return nil }
        return number(name.dropLast(segmentSuffix.count))
    }

    /// A segment that is ready for use, under this name until it is used.
    static func spare(_ number: UInt64) -> String { hexadecimal(number) + spareSuffix }

    static func spareNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(spareSuffix) else { return nil }
        return number(name.dropLast(spareSuffix.count))
    }

    /// A spare that is being made: nothing in it counts.
    static func unfinished(_ number: UInt64) -> String { hexadecimal(number) + unfinishedSuffix }

    static func unfinishedNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(unfinishedSuffix) else { return nil }
        return number(name.dropLast(unfinishedSuffix.count))
    }

    /// 16 digits, so that names sort as numbers do.
    static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func number(_ digits: Substring) -> UInt64? {
        guard digits.utf8.count == 16, let value = UInt64(digits, radix: 16),
            hexadecimal(value) == digits
        else { return nil }
        return value
    }
}
