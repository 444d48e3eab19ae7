/// The settings there are, by their names in `aura.yaml`: a dot stands for a nested mapping.
enum ConfigurationKey: String, CaseIterable, Hashable, Sendable {
    case environment
    case dataDirectory = "data_dir"
    case listen
    case memoryLimit = "memory_limit"
    case segmentSize = "segment_size"
    case retentionDays = "retention.days"
    case retentionSize = "retention.size"
    case erasureLedger = "erasure_ledger"
    case scrubRate = "scrub_rate"
    case maximumConnections = "max_connections"
    case index
    case indexDimensions = "index_dimensions"
    case queryMemory = "query.memory_limit"
    case queryTime = "query.time_limit"
    case queryConcurrency = "query.concurrency"
    case queryStall = "query.stall_limit"
    case privacyPolicy = "privacy.policy"
    case unknownTypes = "privacy.unknown_types"
    case deniedAttributes = "privacy.denied_attributes"
    case authenticationRequired = "auth.required"
    case tlsCertificate = "tls.certificate"
    case tlsPrivateKey = "tls.private_key"
    case tlsClientAuthority = "tls.client_ca"
    case tlsClientCertificates = "tls.client_certificates"
    case tlsRequired = "tls.required"
    case logLevel = "log_level"

    /// The environment variable that sets it, such as `AURA_PRIVACY_POLICY`.
    var variable: String {
        "AURA_" + rawValue.uppercased().replacing(".", with: "_")
    }

    /// The flag that sets it, such as `--privacy-policy`.
    var flag: String {
        "--" + rawValue.replacing(".", with: "-").replacing("_", with: "-")
    }
}

/// A value as it was written, before it has a type.
enum WrittenValue: Hashable, Sendable {
    case text(String)
    case list([String])
}

/// Where a value comes from.
enum Origin: Hashable, Sendable {
    case standard
    case preset(Preset)
    case file(Place)
    case variable(String)
    case flag(String)
}

/// A place in a file: line and column count from 1, the column in Unicode scalars.
struct Place: Hashable, Sendable, CustomStringConvertible {
    let file: String
    let line: Int
    let column: Int

    var description: String { "\(file):\(line):\(column)" }
}

extension Origin: CustomStringConvertible {
    var description: String {
        switch self {
        case .standard: "default"
        case .preset(let preset): "preset \(preset.rawValue)"
        case .file(let place): place.description
        case .variable(let name): name
        case .flag(let name): name
        }
    }
}
