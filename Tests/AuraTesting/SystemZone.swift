import Foundation

/// The machine's time zone files, from the package `tzdata`.
public enum SystemZone {
    /// The bytes of the TZif file of a zone; nil if there is none.
    public static func tzif(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { [UInt8]($0) }
    }
}
