import Foundation
import Testing

@testable import aura

@Suite struct ConfigurationFileTests {
    @Test func `an unknown key is pointed at, with the one that was meant`() throws {
        try expectFindings(
            ["aura.yaml:3:7: unknown key 'memmory_limit'; did you mean 'memory_limit'?"],
            yaml: "\n\n      memmory_limit: 1GiB")
        for (written, meant) in [
            ("listne", "listen"), ("memory-limit", "memory_limit"), ("Listen", "listen"),
            ("privcy", "privacy"), ("policy", "privacy.policy"), ("datadir", "data_dir"),
            ("required", "auth.required"), ("privacy.polcy", "privacy.policy"),
            ("max_conections", "max_connections"), ("event_type", "event_types"),
        ] {
            try expectFindings(
                ["aura.yaml:1:1: unknown key '\(written)'; did you mean '\(meant)'?"],
                yaml: "\(written): x")
        }
        try expectFindings(
            ["aura.yaml:2:3: unknown key 'privacy.polcy'; did you mean 'privacy.policy'?"],
            yaml: "privacy:\n  polcy: strip")
        try expectFindings(
            ["aura.yaml:2:3: unknown key 'privacy.log_level'; did you mean 'log_level'?"],
            yaml: "privacy:\n  log_level: info")
        try expectFindings(
            ["aura.yaml:1:1: unknown key 'teleportation'; there are \(allKeys)"],
            yaml: "teleportation: on")
    }

    @Test func `all that is wrong is told at once, overridden or not`() throws {
        try expectFindings(
            [
                "aura.yaml:2:1: unknown key 'colour'; there are \(allKeys)",
                "aura.yaml:1:9: 'nowhere' is no value for 'listen'; "
                    + "write host:port, such as 127.0.0.1:7171 or [::1]:7171",
                "AURA_AUTH_REQUIRED: 'maybe' is no value for 'auth.required'; write true or false",
                "--max-connections: '0' is no value for 'max_connections'; "
                    + "write a number from 1 to 65536",
            ],
            flags: [.maximumConnections: "0", .listen: "127.0.0.1:1"],
            variables: ["AURA_AUTH_REQUIRED": "maybe"], yaml: "listen: nowhere\ncolour: red")
    }

    @Test func `values are refused with what was expected`() throws {
        let size = "in KiB, MiB, GiB or TiB"
        for (key, given, expected) in [
            ("memory_limit", "63MiB", "a size from 64MiB to 1TiB, \(size)"),
            ("memory_limit", "2TiB", "a size from 64MiB to 1TiB, \(size)"),
            ("memory_limit", "320MB", "a size from 64MiB to 1TiB, \(size)"),
            ("memory_limit", "99999999999999999999", "a size from 64MiB to 1TiB, \(size)"),
            ("segment_size", "1MiB1", "a size from 16MiB to 1GiB, \(size)"),
            ("segment_size", "-1MiB", "a size from 16MiB to 1GiB, \(size)"),
            ("max_connections", "65537", "a number from 1 to 65536"),
            ("max_connections", "12.0", "a number from 1 to 65536"),
            ("privacy.policy", "ignore", "'strip' or 'refuse' or 'rewrite'"),
            ("auth.required", "maybe", "true or false"),
        ] {
            try expectFindings(
                [
                    "aura.yaml:1:\(key.count + 3): '\(given)' is no value for '\(key)'; "
                        + "write \(expected)"
                ],
                yaml: "\(key): \(given)")
        }
    }

    @Test func `shapes that do not fit are refused`() throws {
        for yaml in ["listen:", "listen: ~", "listen: ''", "listen: {a: b}", "listen: [a]"] {
            let error = #expect(throws: ConfigurationError.self) { try resolve(yaml: yaml) }
            #expect(error?.findings.map(\.problem) == [.notValue(key: .listen)])
        }
        for yaml in ["- a\n- b", "just text", "3"] {
            try expectFindings(
                [
                    "aura.yaml:1:1: the file is not a mapping of keys to values; "
                        + "write 'key: value' lines"
                ],
                yaml: yaml)
        }
        try expectFindings(
            [
                "aura.yaml:1:10: 'privacy' is not a mapping of keys to values; "
                    + "write 'key: value' lines"
            ],
            yaml: "privacy: strip")
        for (yaml, place) in [
            ("privacy: {denied_attributes: [a, [b]]}", "1:11"),
            ("privacy: {denied_attributes: [a, ~]}", "1:11"),
            ("privacy: {denied_attributes: [a, '']}", "1:30"),
        ] {
            try expectFindings(
                [
                    "aura.yaml:\(place): 'privacy.denied_attributes' has no value, "
                        + "or one of the wrong shape; write a list, [a, b], or a text, 'a, b'"
                ],
                yaml: yaml)
        }
    }

    @Test func `a key given twice is refused, in either spelling`() throws {
        let twice = #expect(throws: ConfigurationError.self) {
            try resolve(yaml: "listen: a:1\nlisten: b:1")
        }
        #expect(twice?.findings.map(\.problem) == [.duplicateKey("listen")])
        try expectFindings(
            ["aura.yaml:2:1: key 'privacy.policy' a second time; keep one of them"],
            yaml: "privacy: {policy: strip}\nprivacy.policy: refuse")
    }

    @Test func `what is not YAML is pointed at`() throws {
        for (yaml, place) in [("listen: [a", "2:1"), ("a: b: c", "1:5"), ("\tlisten: a", "1:1")] {
            let error = #expect(throws: ConfigurationError.self) { try resolve(yaml: yaml) }
            let line = error?.description ?? ""
            #expect(line.hasPrefix("aura.yaml:\(place): not YAML: "), "\(line)")
        }
        let two = #expect(throws: ConfigurationError.self) {
            try resolve(yaml: "listen: a:1\n---\nlisten: a:1\n")
        }
        #expect(two?.findings.count == 1)
    }

    @Test(arguments: ["", "\n", "# nothing\n", "---\n", "{}"])
    func `an empty file says nothing`(yaml: String) throws {
        #expect(try resolve(yaml: yaml).configuration.listen.port == 7171)
    }

    @Test func `the file is the one named, or the first there is`() throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "aura-configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let paths = ["a.yaml", "b.yaml", "c.yaml"].map { directory.appending(path: $0).path }
        for path in paths { try path.write(toFile: path, atomically: true, encoding: .utf8) }
        func text(
            _ path: String?, _ variables: [String: String], _ standard: [String]
        ) throws -> String? {
            try ConfigurationFile.read(
                path: path, variables: variables, standardPaths: standard)?.text
        }
        let missing = directory.appending(path: "missing.yaml").path
        let variable = ["AURA_CONFIG": paths[1]]
        #expect(try text(paths[0], variable, [paths[2]]) == paths[0])
        #expect(try text(nil, variable, [paths[2]]) == paths[1])
        #expect(try text(nil, ["AURA_CONFIG": ""], [missing, paths[2], paths[0]]) == paths[2])
        #expect(try text(nil, [:], [missing]) == nil)
        try Data([0xff, 0xfe, 0x00]).write(to: URL(filePath: paths[0]))
        for path in [missing, paths[0], directory.path] {
            let error = #expect(throws: ConfigurationError.self) { try text(path, [:], []) }
            let line = error?.description ?? ""
            #expect(line.hasPrefix("\(path):1:1: cannot be read: "), "\(line)")
        }
    }

    private let allKeys =
        (ConfigurationKey.allCases.map(\.rawValue) + ["event_types"]).joined(separator: ", ")
}
