import AuraCore
import AuraServer
import AuraStorage
import Logging

/// How this server is set up: every setting with its value and where the value comes from.
///
/// Flags win over the environment, that over the file, that over the preset, that over the defaults.
/// A pure value: files, variables and flags are given to it, and nothing is looked up.
struct Configuration: Sendable {
    private(set) var environment = Preset.development
    private(set) var dataDirectory = "aura-data"
    private(set) var listen = ListenAddress(host: "127.0.0.1", port: 7171)
    private(set) var memoryLimit = ByteSize.mebibytes(320)
    private(set) var segmentSize = ByteSize.mebibytes(64)
    /// Days that events are kept; 0 for good.
    private(set) var retentionDays = 0
    private(set) var retentionSize: ByteSize?
    private(set) var erasureLedger: String?
    /// Bytes a second of files at rest that are read over for rot; 0: none.
    private(set) var scrubRate = ByteSize.mebibytes(8)
    private(set) var maximumConnections = 256
    /// Whether the time-bucket index is kept.
    private(set) var index = true
    /// Attributes by whose values it keeps series, beside those by type.
    private(set) var indexDimensions: [String] = []
    /// Bytes that a step of a query may hold, at most.
    private(set) var queryMemory = ByteSize.mebibytes(256)
    /// Seconds that a query may take, at most.
    private(set) var queryTime = 60
    /// How many queries are answered at the same time.
    private(set) var queryConcurrency = 2
    /// Seconds for which an answer waits for its client.
    private(set) var queryStall = 60
    private(set) var privacyPolicy = PrivacyPolicy.strip
    private(set) var unknownTypes = SchemaRegistry.UnknownTypes.learn
    /// Event types that the deployment adds, from the file alone.
    private(set) var eventTypes: [EventTypesReader.Setting] = []
    /// Attribute names denied besides those that always are.
    private(set) var deniedAttributes: [String] = []
    private(set) var tls = TLSSettings()
    private(set) var logLevel = Logger.Level.info
    /// Whether clients must show a key; where nobody said: unless only this machine can connect.
    var authenticationRequired: Bool { writtenAuthentication ?? !listen.isLoopback }
    /// Variables that the original system read, for the modules that stand in for it.
    private(set) var seed = SeedVariables([:])

    private var writtenAuthentication: Bool?
    private var origins: [ConfigurationKey: Origin] = [:]
    private let home: String?

    /// The settings that flags, variables and a file make together, and warnings.
    ///
    /// Every value given is checked, overridden or not.
    ///
    /// - Throws: All that is wrong, at once: what was written, or, if that is sound, what
    ///   `validate()` finds.
    static func resolve(
        flags: [ConfigurationKey: String] = [:], variables: [String: String] = [:],
        file: ConfigurationFile? = nil
    ) throws(ConfigurationError) -> (configuration: Configuration, warnings: [Finding]) {
        var findings: [Finding] = []
        let seed = SeedVariables(variables)
        var layers: [ConfigurationLayer] = []
        if let file { layers.append(ConfigurationLayer(file: file, findings: &findings)) }
        layers.append(ConfigurationLayer(variables: variables, seed: seed, findings: &findings))
        layers.append(ConfigurationLayer(flags: flags))

        var configuration = Configuration(home: nonEmpty(variables["HOME"]))
        configuration.seed = seed
        for layer in layers { configuration.apply(layer, only: .environment, &findings) }
        configuration.applyPreset(stateHome: nonEmpty(variables["XDG_STATE_HOME"]))
        for layer in layers { configuration.apply(layer, only: nil, &findings) }
        configuration.eventTypes = layers.flatMap(\.eventTypes)

        if !findings.contains(where: { $0.severity == .error }) {
            findings += configuration.validate()
        }
        let errors = findings.filter { $0.severity == .error }
        guard errors.isEmpty else { throw ConfigurationError(findings: errors) }
        return (configuration, findings)
    }

    private init(home: String?) {
        self.home = home
    }

    /// The catalogue and the deployment's own types.
    var schemas: SchemaRegistry {
        var registry = SchemaRegistry(unknownTypes: unknownTypes)
        for type in eventTypes {
            do throws(SchemaError) {
                try registry.register(type.schema)
            } catch {
                preconditionFailure("a schema was not checked when it was read: \(error)")
            }
        }
        return registry
    }

    /// Where a setting's value comes from.
    func origin(of key: ConfigurationKey) -> Origin {
        origins[key] ?? .standard
    }

    /// What does not go together, or not with the preset; production tolerates nothing.
    func validate() -> [Finding] {
        var findings: [Finding] = []
        if !authenticationRequired {
            let origin = origin(of: .authenticationRequired)
            if environment == .production {
                findings.append(Finding(origin, .authenticationOff(environment)))
            } else if !listen.isLoopback {
                let severity: Finding.Severity = environment == .staging ? .error : .warning
                findings.append(Finding(origin, .openWithoutAuthentication(listen), severity))
            }
        }
        if !index, !indexDimensions.isEmpty {
            findings.append(
                Finding(origin(of: .indexDimensions), .without(.indexDimensions, needed: .index)))
        }
        return findings + tls.findings(listen: listen, origin: origin(of:))
    }

    /// A setting's value as one would write it.
    func text(of key: ConfigurationKey) -> String {
        switch key {
        case .environment: environment.rawValue
        case .dataDirectory: dataDirectory
        case .listen: listen.description
        case .memoryLimit: memoryLimit.description
        case .segmentSize: segmentSize.description
        case .retentionDays: String(retentionDays)
        case .retentionSize: retentionSize?.description ?? ""
        case .erasureLedger: erasureLedger ?? ""
        case .scrubRate: scrubRate.description
        case .maximumConnections: String(maximumConnections)
        case .index: String(index)
        case .indexDimensions: indexDimensions.joined(separator: ", ")
        case .queryMemory: queryMemory.description
        case .queryTime: String(queryTime)
        case .queryConcurrency: String(queryConcurrency)
        case .queryStall: String(queryStall)
        case .privacyPolicy: privacyPolicy.rawValue
        case .unknownTypes: unknownTypes.rawValue
        case .deniedAttributes: deniedAttributes.joined(separator: ", ")
        case .authenticationRequired: String(authenticationRequired)
        case .tlsCertificate: tls.certificate ?? ""
        case .tlsPrivateKey: tls.privateKey ?? ""
        case .tlsClientAuthority: tls.clientAuthority ?? ""
        case .tlsClientCertificates: tls.clientCertificates.rawValue
        case .tlsRequired: tls.requirement.rawValue
        case .logLevel: logLevel.rawValue
        }
    }

    // MARK: - Layers

    private mutating func apply(
        _ layer: ConfigurationLayer, only: ConfigurationKey?, _ findings: inout [Finding]
    ) {
        for setting in layer.settings
        where only.map({ $0 == setting.key }) ?? (setting.key != .environment) {
            do throws(Problem) {
                try set(setting.key, setting.value)
                origins[setting.key] = setting.origin
            } catch {
                findings.append(Finding(setting.origin, error))
            }
        }
    }

    /// What the chosen preset says, under all that is written.
    private mutating func applyPreset(stateHome: String?) {
        var keys: [ConfigurationKey] = [.dataDirectory]
        switch environment {
        case .development:
            let state = stateHome ?? home.map { "\($0)/.local/state" }
            dataDirectory = state.map { "\($0)/aura/data" } ?? dataDirectory
            logLevel = .debug
            keys.append(.logLevel)
        case .staging, .production:
            dataDirectory = "/var/lib/aura"
            writtenAuthentication = true
            keys.append(.authenticationRequired)
        }
        for key in keys { origins[key] = .preset(environment) }
    }

    private mutating func set(
        _ key: ConfigurationKey, _ value: WrittenValue
    ) throws(Problem) {
        let written = SettingParser(key: key, value: value)
        switch key {
        case .environment: environment = try written.choice()
        case .dataDirectory: dataDirectory = try written.path(home: home)
        case .listen: listen = try written.address()
        case .memoryLimit:
            memoryLimit = try written.size(in: .mebibytes(64)...(.mebibytes(1 << 20)))
        case .segmentSize:
            // The least that has room for every group of the log.
            segmentSize = try written.size(in: .mebibytes(16)...(.mebibytes(1 << 10)))
        case .retentionDays: retentionDays = try written.number(in: 0...100_000)
        case .retentionSize:
            retentionSize = try written.size(in: .mebibytes(256)...(.mebibytes(1 << 30)))
        case .erasureLedger: erasureLedger = try written.path(home: home)
        case .scrubRate:
            scrubRate = try written.size(in: ByteSize(bytes: 0)...(.mebibytes(1 << 12)))
        case .maximumConnections: maximumConnections = try written.number(in: 1...65_536)
        case .index: index = try written.flag()
        case .indexDimensions:
            indexDimensions = try written.names(atMost: IndexPlan.maximumDimensions)
        case .queryMemory:
            queryMemory = try written.size(in: .mebibytes(16)...(.mebibytes(1 << 20)))
        case .queryTime: queryTime = try written.number(in: 1...86_400)
        case .queryConcurrency: queryConcurrency = try written.number(in: 1...64)
        case .queryStall: queryStall = try written.number(in: 1...86_400)
        case .privacyPolicy: privacyPolicy = try written.choice()
        case .unknownTypes: unknownTypes = try written.choice()
        case .deniedAttributes: deniedAttributes = try written.names()
        case .authenticationRequired: writtenAuthentication = try written.flag()
        case .tlsCertificate: tls.certificate = try written.path(home: home)
        case .tlsPrivateKey: tls.privateKey = try written.path(home: home)
        case .tlsClientAuthority: tls.clientAuthority = try written.path(home: home)
        case .tlsClientCertificates: tls.clientCertificates = try written.choice()
        case .tlsRequired: tls.requirement = try written.choice()
        case .logLevel: logLevel = try written.choice()
        }
    }
}
