import AuraCore

extension PrivacyCounters {
    private static let shownNames = 3

    /// What the rules left out, in one line: counts by rule with some of the attributes, never a
    /// value; nil if they found nothing.
    var summary: String? {
        let parts = PrivacyRule.allCases.compactMap { rule -> String? in
            let count = strippedCount(rule)
            guard count > 0 else { return nil }
            let names = stripped[rule, default: [:]].sorted {
                (-$0.value, $0.key) < (-$1.value, $1.key)
            }
            var shown = names.prefix(PrivacyCounters.shownNames).map {
                DisplayWidth.visible($0.key)
            }
            if names.count > shown.count { shown.append("…") }
            let list = shown.joined(separator: ", ")
            return "\(Figures.grouped(count)) by rule '\(rule.rawValue)' (\(list))"
        }
        var sentences: [String] = []
        if !parts.isEmpty { sentences.append("left out " + parts.joined(separator: ", ")) }
        if truncatedAddresses > 0 {
            sentences.append(
                "cut \(Figures.grouped(truncatedAddresses)) addresses to their network")
        }
        if refusedEvents > 0 {
            sentences.append("refused \(Figures.grouped(refusedEvents)) events")
        }
        guard !sentences.isEmpty else { return nil }
        return "privacy: " + sentences.joined(separator: "; ")
    }
}
