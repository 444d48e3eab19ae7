import AuraQuery

/// What of an entry goes into the file of the shell's history.
enum HistoryKeeping: String, CaseIterable {
    /// Nothing.
    case off
    /// All but what may say whom a query is about.
    case redacted
    /// All.
    case full

    /// The entry as it is kept; nil for one that is not.
    ///
    /// - Parameter names: Of types and attributes, which say nothing of anybody.
    func kept(_ entry: String, _ names: EventNames) -> String? {
        switch self {
        case .off: return nil
        case .full: return entry
        case .redacted: break
        }
        let known = Set(names.types + names.attributes)
        // Of a body little would be left.
        if QueryBody.isMeant(by: entry) { return nil }
        guard entry.trimmed.hasPrefix("\\") else {
            return RedactedText.text(of: entry, keeping: known)
        }
        let parts = entry.trimmed.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(
            String.init)
        guard parts.count > 1 else { return entry }
        switch ShellCommand.named(String(parts[0].dropFirst())) {
        case .set:
            let name = parts[1].prefix { !$0.isWhitespace }
            return "\(parts[0]) \(name)" + (name.count < parts[1].count ? " …" : "")
        case .explain: return parts[0] + " " + RedactedText.text(of: parts[1], keeping: known)
        case nil: return parts[0] + " …"
        default: return entry
        }
    }
}
