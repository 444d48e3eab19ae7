/// A variable's value: an empty one counts as not set.
func nonEmpty(_ value: String?) -> String? {
    value.flatMap { $0.isEmpty ? nil : $0 }
}

/// The environment variables of the original system, accepted as they stand and never an error.
///
/// Kept as written for the modules that stand in for it; shown without their secrets.
struct SeedVariables: Hashable, Sendable {
    /// Names the preset, as `AURA_ENVIRONMENT` does.
    static let environmentName = "ENVIRONMENT"

    private static let names: Set<String> = [
        environmentName, "ANALYTICS_BACKEND", "ANALYTICS_ALERT_EMAILS", "ANALYTICS_ALERT_SMS",
        "CELERY_BROKER_URL", "CELERY_ENABLE_ANALYTICS", "GOOGLE_CLOUD_PROJECT", "REDIS_URL",
        "SLACK_WEBHOOK_URL",
    ]
    private static let prefixes = ["EMAIL_", "TWILIO_"]
    /// Those that may be shown whole: a new one is a secret until it is listed here.
    private static let open: Set<String> = [
        environmentName, "ANALYTICS_BACKEND", "CELERY_ENABLE_ANALYTICS", "EMAIL_HOST", "EMAIL_PORT",
        "EMAIL_USE_SSL", "EMAIL_USE_TLS", "GOOGLE_CLOUD_PROJECT", "TWILIO_FROM_NUMBER",
    ]
    /// Those that are addresses of servers: shown without what stands before the host.
    private static let servers: Set<String> = ["CELERY_BROKER_URL", "REDIS_URL"]
    private static let mask = "***"

    /// Their values by their names; empty ones count as not set.
    let values: [String: String]

    /// Those of the original system among all variables.
    init(_ variables: [String: String]) {
        values = variables.filter { name, value in
            !value.isEmpty
                && (Self.names.contains(name) || Self.prefixes.contains(where: name.hasPrefix))
        }
    }

    /// The preset named.
    var environment: String? { values[Self.environmentName] }

    /// Names and values in order, with secrets masked.
    var shown: [(name: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, Self.shown($0.key, $0.value)) }
    }

    private static func shown(_ name: String, _ value: String) -> String {
        if open.contains(name) { return value }
        guard servers.contains(name), let scheme = value.firstRange(of: "://") else { return mask }
        // A password may hold any character, so the last @ ends it; a query may repeat it.
        let rest = value[scheme.upperBound...]
        let host = rest.lastIndex(of: "@").map { mask + rest[$0...] } ?? String(rest)
        return String(value[..<scheme.upperBound] + host.prefix { $0 != "?" && $0 != "#" })
    }
}
