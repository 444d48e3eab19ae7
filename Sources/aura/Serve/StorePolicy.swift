import AuraCore
import AuraServer
import AuraStorage
import Logging

/// What the configuration says of batches: the privacy rules first, then the schemas, so that no
/// schema learns a name that must not be stored.
enum StorePolicy {
    /// The policy of a store, whose schemas know what the store holds already.
    static func of(
        _ settings: Configuration, holding snapshot: Snapshot, logger: Logger
    ) -> any BatchPolicy {
        let schemas = SchemaScreen(settings.schemas)
        do throws(StorageError) { try snapshot.forEachShape { schemas.learn($0) } } catch {
            // What is not known is learnt again from what comes.
            logger.warning("not all schemas could be read: \(error)")
        }
        return PolicySequence([PrivacyScreen(rules(settings)), schemas])
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
        return PrivacyRules(policy, identifiers: settings.schemas.identifierNames)
    }
}
