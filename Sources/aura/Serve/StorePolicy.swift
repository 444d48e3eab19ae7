import AuraCore
import AuraServer
import AuraWire

/// What the configuration says of batches: privacy rules, and types that must be known.
struct StorePolicy: BatchPolicy {
    private let screen: PrivacyScreen
    /// Nil where every type is taken.
    private let knownTypes: Set<ExactText>?

    init(_ settings: Configuration) {
        screen = PrivacyScreen(StorePolicy.rules(settings))
        knownTypes =
            settings.unknownTypes == .refuse ? Set(Catalogue.all.map { ExactText($0.type) }) : nil
    }

    private static func rules(_ settings: Configuration) -> PrivacyRules {
        var policy = AuraCore.PrivacyPolicy()
        policy.deniedNames.formUnion(settings.deniedAttributes)
        switch settings.privacyPolicy {
        case .strip, .rewrite:
            policy.action = .strip
            policy.batchAction = .rewrite
        case .refuse:
            policy.action = .refuse
            policy.batchAction = .refuse
        }
        return PrivacyRules(policy, identifiers: SchemaRegistry().identifierNames)
    }

    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        if let knownTypes {
            for type in layout.types {
                let name = layout.strings.bytes(of: type.name, in: batch).text
                if !knownTypes.contains(ExactText(name)) {
                    return .refuse(.unknownType, reason: "event type '\(name)'")
                }
            }
        }
        return screen.inspect(batch, layout: layout)
    }

    var counters: [StatusInfo.Counter] { screen.counters }
}
