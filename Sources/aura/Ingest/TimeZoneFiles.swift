import AuraCore
import Foundation

/// The machine's time zones: `/usr/share/zoneinfo`, from Debian's package `tzdata`.
enum TimeZoneFiles {
    private static let directory = "/usr/share/zoneinfo/"

    /// The rules of the zone of that IANA name; nil if the machine has none such.
    static func rules(named name: String) -> TimeZoneRules? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part.first != "."
                && part.utf8.allSatisfy { byte in
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                        || "_+-".utf8.contains(byte)
                }
        }
        guard isName, let data = FileManager.default.contents(atPath: directory + name) else {
            return nil
        }
        do throws(TimeZoneError) {
            return try TimeZoneRules(tzif: [UInt8](data).rawSpan)
        } catch {
            return nil
        }
    }
}
