import ArgumentParser
import Foundation

/// The flags of every command that needs the configuration: one for the file, one for each setting.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "The configuration file. Default: aura.yaml, then /etc/aura/aura.yaml.")
    var config: String?

    @Option(help: "The preset: development, staging or production.")
    var environment: String?

    @Option(help: "The directory that holds all data.")
    var dataDir: String?

    @Option(help: "Where the binary protocol listens: host:port.")
    var listen: String?

    @Option(help: "The most memory the server uses, such as 320MiB.")
    var memoryLimit: String?

    @Option(
        help: "Bytes a second of stored files that are read over for rot, such as 8MiB; 0: none.")
    var scrubRate: String?

    @Option(help: "The size of a log segment, such as 64MiB.")
    var segmentSize: String?

    @Option(help: "How many days events are kept; 0, the default, keeps them for good.")
    var retentionDays: String?

    @Option(help: "How much of the disk events may take before the oldest go, such as 100GiB.")
    var retentionSize: String?

    @Option(
        help: "The file that remembers erasures, kept apart from backups. Default: in --data-dir.")
    var erasureLedger: String?

    @Option(help: "The most connections at a time.")
    var maxConnections: String?

    @Option(help: "Whether the time-bucket index is kept: true or false.")
    var index: String?

    @Option(
        help: "Attributes by whose values the index keeps series too, with commas between them.")
    var indexDimensions: String?

    @Option(help: "The most memory that a step of a query holds, such as 256MiB.")
    var queryMemoryLimit: String?

    @Option(help: "The most seconds that a query takes.")
    var queryTimeLimit: String?

    @Option(help: "How many queries are answered at the same time.")
    var queryConcurrency: String?

    @Option(help: "The most seconds that an answer waits for its client to take more.")
    var queryStallLimit: String?

    @Option(help: "What happens to personal data in events: strip, refuse or rewrite.")
    var privacyPolicy: String?

    @Option(help: "What happens to events of unknown types: accept, learn or refuse.")
    var privacyUnknownTypes: String?

    @Option(help: "More attribute names to deny, with commas between them.")
    var privacyDeniedAttributes: String?

    @Option(help: "Whether clients must show a key: true or false.")
    var authRequired: String?

    @Option(help: "The server's certificate and its chain: a PEM file.")
    var tlsCertificate: String?

    @Option(help: "The certificate's private key: a PEM file.")
    var tlsPrivateKey: String?

    @Option(help: "The authorities that sign client certificates: a PEM file.")
    var tlsClientCa: String?

    @Option(help: "Whether clients must show a certificate: optional or required.")
    var tlsClientCertificates: String?

    @Option(help: "Which connections must use TLS: never, remote or always.")
    var tlsRequired: String?

    @Option(help: "The least severe messages to log: trace, debug, info, notice, warning, …")
    var logLevel: String?

    /// The settings given as flags.
    var flags: [ConfigurationKey: String] {
        var flags: [ConfigurationKey: String] = [:]
        for key in ConfigurationKey.allCases { flags[key] = self[key] }
        return flags
    }

    /// The configuration that these flags make with the process's environment and the file.
    func resolve(
        variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> (configuration: Configuration, warnings: [Finding]) {
        let file = try ConfigurationFile.read(path: config, variables: variables)
        return try Configuration.resolve(flags: flags, variables: variables, file: file)
    }

    private subscript(key: ConfigurationKey) -> String? {
        switch key {
        case .environment: environment
        case .dataDirectory: dataDir
        case .listen: listen
        case .memoryLimit: memoryLimit
        case .segmentSize: segmentSize
        case .retentionDays: retentionDays
        case .retentionSize: retentionSize
        case .erasureLedger: erasureLedger
        case .scrubRate: scrubRate
        case .maximumConnections: maxConnections
        case .index: index
        case .indexDimensions: indexDimensions
        case .queryMemory: queryMemoryLimit
        case .queryTime: queryTimeLimit
        case .queryConcurrency: queryConcurrency
        case .queryStall: queryStallLimit
        case .privacyPolicy: privacyPolicy
        case .unknownTypes: privacyUnknownTypes
        case .deniedAttributes: privacyDeniedAttributes
        case .authenticationRequired: authRequired
        case .tlsCertificate: tlsCertificate
        case .tlsPrivateKey: tlsPrivateKey
        case .tlsClientAuthority: tlsClientCa
        case .tlsClientCertificates: tlsClientCertificates
        case .tlsRequired: tlsRequired
        case .logLevel: logLevel
        }
    }
}
