import Testing

@testable import aura

@Suite struct ConfigurationTests {
    @Test func `nothing said gives the defaults of development`() throws {
        let (configuration, warnings) = try resolve()
        #expect(warnings == [])
        #expect(
            shown(configuration) == [
                "environment: development (default)",
                "data_dir: aura-data (preset development)",
                "listen: 127.0.0.1:7171 (default)",
                "memory_limit: 320MiB (default)",
                "segment_size: 64MiB (default)",
                "retention.days: 0 (default)",
                "retention.size:  (default)",
                "erasure_ledger:  (default)",
                "scrub_rate: 8MiB (default)",
                "max_connections: 256 (default)",
                "index: true (default)",
                "index_dimensions:  (default)",
                "query.memory_limit: 256MiB (default)",
                "query.time_limit: 60 (default)",
                "query.concurrency: 2 (default)",
                "query.stall_limit: 60 (default)",
                "privacy.policy: strip (default)",
                "privacy.unknown_types: learn (default)",
                "privacy.denied_attributes:  (default)",
                "auth.required: false (default)",
                "tls.certificate:  (default)",
                "tls.private_key:  (default)",
                "tls.client_ca:  (default)",
                "tls.client_certificates: optional (default)",
                "tls.required: remote (default)",
                "log_level: debug (preset development)",
            ])
        #expect(configuration.memoryLimit.bytes == 335_544_320)
        #expect(configuration.segmentSize.bytes == 67_108_864)
    }

    @Test func `production and staging demand keys and keep their data in var`() throws {
        for preset in ["production", "staging"] {
            let (configuration, _) = try resolve(yaml: "environment: \(preset)")
            #expect(configuration.authenticationRequired)
            let origin = configuration.origin(of: .authenticationRequired)
            #expect(origin.description == "preset \(preset)")
            #expect(configuration.dataDirectory == "/var/lib/aura")
            #expect(configuration.text(of: .logLevel) == "info")
        }
    }

    @Test func `a file says everything, nested or dotted`() throws {
        let nested = """
            # A comment.
            environment: staging
            data_dir: /srv/aura
            listen: '[::1]:7272'
            memory_limit: 1GiB
            segment_size: 16MiB
            retention:
              days: 90
              size: 1TiB
            erasure_ledger: /srv/ledger
            scrub_rate: 1MiB
            max_connections: 12
            index: on
            index_dimensions: [clinic_id, 'the channel']
            query:
              memory_limit: 1GiB
              time_limit: 5
              concurrency: 4
              stall_limit: 20
            privacy:
              policy: refuse
              unknown_types: refuse
              denied_attributes: [nickname, 'pet name', nickname]
            auth:
              required: no
            tls:
              certificate: /etc/aura/server.pem
              private_key: /etc/aura/server.key
              client_ca: /etc/aura/clients.pem
              client_certificates: required
              required: always
            log_level: warning
            """
        let dotted = """
            {environment: staging, data_dir: /srv/aura, listen: "[::1]:7272", memory_limit: 1024MiB,
            segment_size: 16777216, retention.days: 90, retention.size: 1024GiB,
            erasure_ledger: /srv/ledger, scrub_rate: 1048576, max_connections: 12, index: true,
            index_dimensions: "clinic_id,the channel",
            query.memory_limit: 1024MiB, query.time_limit: 5, query.concurrency: 4,
            query.stall_limit: 20,
            privacy.policy: REFUSE,
            privacy.unknown_types: refuse, privacy.denied_attributes: 'nickname,  pet name',
            auth.required: false, tls.certificate: /etc/aura/server.pem,
            tls.private_key: /etc/aura/server.key, tls.client_ca: /etc/aura/clients.pem,
            tls.client_certificates: Required, tls.required: ALWAYS, log_level: warning}
            """
        let expected = [
            "staging", "/srv/aura", "[::1]:7272", "1GiB", "16MiB", "90", "1TiB", "/srv/ledger",
            "1MiB", "12", "true",
            "clinic_id, the channel", "1GiB", "5", "4", "20", "refuse", "refuse",
            "nickname, pet name",
            "false",
            "/etc/aura/server.pem",
            "/etc/aura/server.key", "/etc/aura/clients.pem", "required", "always", "warning",
        ]
        for text in [nested, dotted] {
            let (configuration, warnings) = try resolve(yaml: text)
            #expect(ConfigurationKey.allCases.map { configuration.text(of: $0) } == expected)
            #expect(configuration.deniedAttributes == ["nickname", "pet name"])
            #expect(warnings == [])
        }
    }

    @Test func `each layer wins over the ones below it`() throws {
        var flags: [ConfigurationKey: String] = [:]
        var variables: [String: String] = [:]
        var yaml = ""
        func logLevel() throws -> String {
            let (configuration, _) = try resolve(flags: flags, variables: variables, yaml: yaml)
            let origin = configuration.origin(of: .logLevel)
            return "\(configuration.text(of: .logLevel)) from \(origin)"
        }
        #expect(try logLevel() == "debug from preset development")
        yaml = "\nlog_level: notice"
        #expect(try logLevel() == "notice from aura.yaml:2:12")
        variables["AURA_LOG_LEVEL"] = "error"
        #expect(try logLevel() == "error from AURA_LOG_LEVEL")
        flags[.logLevel] = "trace"
        #expect(try logLevel() == "trace from --log-level")
        flags[.logLevel] = ""
        #expect(throws: ConfigurationError.self) { try logLevel() }
    }

    @Test func `every setting can be had from a variable and from a flag`() throws {
        let values: [ConfigurationKey: String] = [
            .environment: "staging", .dataDirectory: "d", .listen: "h:1", .memoryLimit: "1GiB",
            .segmentSize: "16MiB", .retentionDays: "30", .retentionSize: "1GiB",
            .erasureLedger: "l", .scrubRate: "1MiB", .maximumConnections: "1", .index: "true",
            .indexDimensions: "a, b", .queryMemory: "1GiB", .queryTime: "5",
            .queryConcurrency: "4", .queryStall: "20",
            .privacyPolicy: "rewrite", .unknownTypes: "refuse", .deniedAttributes: "a, b",
            .authenticationRequired: "true", .tlsCertificate: "c", .tlsPrivateKey: "k",
            .tlsClientAuthority: "a", .tlsClientCertificates: "required",
            .tlsRequired: "never", .logLevel: "critical",
        ]
        #expect(Set(values.keys) == Set(ConfigurationKey.allCases))
        let variables = Dictionary(
            uniqueKeysWithValues: values.map { ($0.key.variable, $0.value) })
        let (byVariable, _) = try resolve(variables: variables)
        let (byFlag, _) = try resolve(flags: values)
        for (key, value) in values {
            #expect(byVariable.text(of: key) == value)
            #expect(byVariable.origin(of: key) == .variable(key.variable))
            #expect(byFlag.text(of: key) == value)
            #expect(byFlag.origin(of: key) == .flag(key.flag))
        }
        #expect(ConfigurationKey.deniedAttributes.variable == "AURA_PRIVACY_DENIED_ATTRIBUTES")
        #expect(ConfigurationKey.deniedAttributes.flag == "--privacy-denied-attributes")
    }

    @Test func `the preset is chosen before anything else counts`() throws {
        let (byFlag, _) = try resolve(
            flags: [.environment: "production"], variables: ["ENVIRONMENT": "staging"],
            yaml: "environment: development")
        #expect(byFlag.environment == .production)
        let (bySeed, _) = try resolve(
            variables: ["ENVIRONMENT": "Production"], yaml: "environment: development")
        #expect(bySeed.environment == .production)
        #expect(bySeed.origin(of: .environment) == .variable("ENVIRONMENT"))
        let (byVariable, _) = try resolve(
            variables: ["ENVIRONMENT": "nonsense", "AURA_ENVIRONMENT": "staging"])
        #expect(byVariable.environment == .staging)
    }

    @Test func `authentication is on unless only this machine can connect`() throws {
        for (address, required) in [
            ("127.0.0.1:1", false), ("127.8.0.1:1", false), ("[::1]:1", false),
            ("localhost:1", false), ("0.0.0.0:1", true), ("[::]:1", true), ("10.0.0.7:1", true),
            ("127.example.org:1", true), ("localhost.example.org:1", true),
        ] {
            let (configuration, _) = try resolve(
                flags: [.listen: address, .tlsRequired: "never"])
            #expect(configuration.authenticationRequired == required, "\(address)")
        }
    }

    @Test func `production fails closed`() throws {
        let off = "authentication is off: not for production; set auth.required to true"
        try expectFindings(
            ["AURA_AUTH_REQUIRED: \(off)"],
            variables: ["AURA_AUTH_REQUIRED": "off", "ENVIRONMENT": "production"])
        try expectFindings(
            ["aura.yaml:1:18: \(off)"],
            flags: [.environment: "production"], yaml: "auth: {required: 0}")
        try expectFindings(
            [
                "ENVIRONMENT: 'prod' is no value for 'environment'; "
                    + "write 'development' or 'staging' or 'production'"
            ],
            variables: ["ENVIRONMENT": "prod"])
    }

    @Test func `staging may go without keys on this machine only`() throws {
        let off: [ConfigurationKey: String] = [
            .environment: "staging", .authenticationRequired: "false",
        ]
        #expect(try resolve(flags: off).warnings == [])
        try expectFindings(
            [
                "--auth-required: anyone who reaches 0.0.0.0:7171 may read and write: "
                    + "authentication is off; set auth.required to true, or listen at 127.0.0.1"
            ],
            flags: off.merging(certificate) { $1 }.merging([.listen: "0.0.0.0:7171"]) { $1 })
    }

    @Test func `development may do all of it, and is warned`() throws {
        let (_, warnings) = try resolve(
            flags: certificate.merging(
                [.listen: "0.0.0.0:7171", .authenticationRequired: "false"]) { $1 })
        #expect(warnings.map(\.severity) == [.warning])
        #expect(
            warnings.map(\.description) == [
                "--auth-required: warning: anyone who reaches 0.0.0.0:7171 may read and write: "
                    + "authentication is off; set auth.required to true, or listen at 127.0.0.1"
            ])
    }

    private let certificate: [ConfigurationKey: String] = [
        .tlsCertificate: "c", .tlsPrivateKey: "k",
    ]

    @Test func `the state directory and the home directory are found`() throws {
        func directory(_ flag: String?, _ variables: [String: String]) throws -> String {
            let flags = flag.map { [ConfigurationKey.dataDirectory: $0] } ?? [:]
            return try resolve(flags: flags, variables: variables).configuration.dataDirectory
        }
        let home = ["HOME": "/home/a"]
        #expect(try directory(nil, home) == "/home/a/.local/state/aura/data")
        #expect(try directory(nil, ["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/aura/data")
        #expect(
            try directory(nil, ["XDG_STATE_HOME": "", "HOME": "/h"]) == "/h/.local/state/aura/data")
        #expect(try directory("~/x", home) == "/home/a/x")
        #expect(try directory("~", home) == "/home/a")
        #expect(try directory("~b/x", home) == "~b/x")
        try expectFindings(
            ["--data-dir: '~' without HOME in the environment; write the whole path"],
            flags: [.dataDirectory: "~/x"])
    }

    @Test func `dimensions are few, and of an index`() throws {
        try expectFindings(
            [
                "--index-dimensions: 'a,b,c,d,e,f,g,h,i' is no value for 'index_dimensions'; "
                    + "write at most 8 names"
            ],
            flags: [.indexDimensions: "a,b,c,d,e,f,g,h,i"])
        try expectFindings(
            ["--index-dimensions: 'index_dimensions' without 'index'; set index too"],
            flags: [.indexDimensions: "a", .index: "false"])
    }

    @Test func `a misspelt variable is a warning, a foreign one is not`() throws {
        let (_, warnings) = try resolve(variables: [
            "AURA_MEMMORY_LIMIT": "1GiB", "AURA_COLOUR": "red", "AURA_TEST_DATA": "x",
            "AURA_TOKEN": "x", "AURA_TLS": "1", "AURA_CA": "x", "AURA_CONFIG": "x",
            "AURA_LISTEN": "", "PATH": "/bin",
        ])
        #expect(
            warnings.map(\.description) == [
                "AURA_COLOUR: warning: no setting has this variable; "
                    + "remove it, or see `aura admin config --show` for those there are",
                "AURA_MEMMORY_LIMIT: warning: no setting has this variable; "
                    + "did you mean AURA_MEMORY_LIMIT?",
            ])
    }
}

/// Resolves with `aura.yaml` as the file's name.
func resolve(
    flags: [ConfigurationKey: String] = [:], variables: [String: String] = [:], yaml: String? = nil
) throws(ConfigurationError) -> (configuration: Configuration, warnings: [Finding]) {
    try Configuration.resolve(
        flags: flags, variables: variables,
        file: yaml.map { ConfigurationFile(name: "aura.yaml", text: $0) })
}

/// Expects that resolving fails with these lines and no other.
func expectFindings(
    _ lines: [String], flags: [ConfigurationKey: String] = [:], variables: [String: String] = [:],
    yaml: String? = nil, at location: SourceLocation = #_sourceLocation
) throws {
    let error = #expect(throws: ConfigurationError.self, sourceLocation: location) {
        try resolve(flags: flags, variables: variables, yaml: yaml)
    }
    let found = error?.description.split(separator: "\n").map(String.init)
    #expect(found == lines, sourceLocation: location)
}

/// Every setting as `key: value (origin)`.
private func shown(_ configuration: Configuration) -> [String] {
    ConfigurationKey.allCases.map {
        "\($0.rawValue): \(configuration.text(of: $0)) (\(configuration.origin(of: $0)))"
    }
}
