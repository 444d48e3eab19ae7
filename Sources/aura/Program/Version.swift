/// What this build is and which formats it writes.
enum Version {
    static let number = "0.1.0"
    /// `Formats/log.md`: segments and groups.
    static let log = 1

    static var swift: String {
        #if swift(>=6.4)
        "6.4 or newer"
        #elseif swift(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }

    /// What `--version` prints.
    static var text: String { "aura \(number)" }
}
