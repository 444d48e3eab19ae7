import AuraCore
import AuraImport

extension PrivacyHooks {
    /// The hooks that apply these rules to an import.
    ///
    /// The server applies its own to what arrives; doing it here already says which line was
    /// concerned, and saves the server from encoding batches anew.
    static func applying(_ rules: PrivacyRules) -> PrivacyHooks {
        let denial: Verdict = rules.policy.action == .refuse ? .refuse : .drop
        return PrivacyHooks(
            attribute: { _, name in
                let isText = !rules.context(of: name).contains(.identifier)
                switch rules.verdict(name: name) {
                case .deny: return AttributeRule(denial)
                case .keep, .address: return AttributeRule(.keep, checksValues: isText)
                }
            },
            value: { text in
                if case .keep = rules.verdict(value: text) { return .keep }
                return denial
            })
    }
}
