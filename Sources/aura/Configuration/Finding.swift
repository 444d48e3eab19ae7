import AuraCore

/// Something wrong with the configuration: where, what, and what to do about it.
///
/// Printed as `aura.yaml:3:7: unknown key 'memmory_limit'; did you mean 'memory_limit'?`.
struct Finding: Hashable, Sendable, CustomStringConvertible {
    enum Severity: String, Sendable {
        /// Aura does not start.
        case error
        /// Aura starts, and says so.
        case warning
    }

    let severity: Severity
    let origin: Origin
    let problem: Problem

    init(_ origin: Origin, _ problem: Problem, _ severity: Severity = .error) {
        self.severity = severity
        self.origin = origin
        self.problem = problem
    }

    /// What is wrong.
    var text: String { problem.text }
    /// What to do about it.
    var remedy: String { problem.remedy }

    var description: String {
        let mark = severity == .warning ? "warning: " : ""
        return "\(origin): \(mark)\(text); \(remedy)"
    }
}

/// The findings that keep Aura from starting: one at least.
struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    let findings: [Finding]

    /// One line a finding.
    var description: String {
        findings.map(\.description).joined(separator: "\n")
    }
}

/// What can be wrong with a configuration.
enum Problem: Error, Hashable, Sendable {
    case unreadable(reason: String)
    case notYAML(reason: String)
    case notMapping(section: String)
    case notValue(key: ConfigurationKey)
    case unknownKey(String, near: String?)
    case duplicateKey(String)
    case unknownVariable(near: ConfigurationKey?)
    case wrongValue(key: ConfigurationKey, given: String, expected: String)
    case unknownPart(String, near: String?)
    case wrongPart(String, given: String, expected: String)
    case schema(SchemaError)
    case noHome
    case authenticationOff(Preset)
    case openWithoutAuthentication(ListenAddress)
    case without(ConfigurationKey, needed: ConfigurationKey)
    case noCertificate
    case plaintextRefused(ListenAddress)
    case plaintext(ListenAddress)

    /// What is wrong: no full stop.
    var text: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .notYAML(let reason): "not YAML: \(reason)"
        case .notMapping(""): "the file is not a mapping of keys to values"
        case .notMapping(let section): "'\(section)' is not a mapping of keys to values"
        case .notValue(let key): "'\(key.rawValue)' has no value, or one of the wrong shape"
        case .unknownKey(let name, _): "unknown key '\(name)'"
        case .duplicateKey(let name): "key '\(name)' a second time"
        case .unknownVariable: "no setting has this variable"
        case .wrongValue(let key, let given, _): "'\(given)' is no value for '\(key.rawValue)'"
        case .unknownPart(let name, _): "unknown key '\(name)'"
        case .wrongPart(let name, let given, _): "'\(given)' is no value for '\(name)'"
        case .schema(let error): error.reason
        case .noHome: "'~' without HOME in the environment"
        case .authenticationOff(let preset):
            "authentication is off: not for \(preset.rawValue)"
        case .openWithoutAuthentication(let address):
            "anyone who reaches \(address) may read and write: authentication is off"
        case .without(let key, let needed): "'\(key.rawValue)' without '\(needed.rawValue)'"
        case .noCertificate: "everybody must use TLS, and there is no certificate"
        case .plaintextRefused(let address):
            "whoever connects to \(address) from another machine must use TLS, and there is no "
                + "certificate"
        case .plaintext(let address):
            "events and keys travel to \(address) in the clear: TLS is not used"
        }
    }

    /// What to do about it: no capital, no full stop.
    var remedy: String {
        switch self {
        case .unreadable: "check the path and its permissions"
        case .notYAML: "mend the file at this place"
        case .notMapping: "write 'key: value' lines"
        case .notValue(.deniedAttributes), .notValue(.indexDimensions):
            "write a list, [a, b], or a text, 'a, b'"
        case .notValue: "write one value, or remove the key"
        case .unknownKey(_, let near?): "did you mean '\(near)'?"
        case .unknownKey:
            "there are "
                + (ConfigurationKey.allCases.map(\.rawValue) + [EventTypesReader.section])
                .joined(separator: ", ")
        case .duplicateKey: "keep one of them"
        case .unknownVariable(let near?): "did you mean \(near.variable)?"
        case .unknownVariable: "remove it, or see `aura admin config --show` for those there are"
        case .wrongValue(_, _, let expected): "write \(expected)"
        case .unknownPart(_, let near?): "did you mean '\(near)'?"
        case .unknownPart: "there are \(EventTypesReader.parts.joined(separator: ", "))"
        case .wrongPart(_, _, let expected): "write \(expected)"
        case .schema(let error): error.remedy
        case .noHome: "write the whole path"
        case .authenticationOff: "set auth.required to true"
        case .without(_, let needed): "set \(needed.rawValue) too"
        case .noCertificate: "set tls.certificate and tls.private_key"
        case .plaintextRefused:
            "set tls.certificate and tls.private_key, listen at 127.0.0.1, or allow plaintext "
                + "with tls.required never"
        case .plaintext: "set tls.certificate and tls.private_key, or listen at 127.0.0.1"
        case .openWithoutAuthentication: "set auth.required to true, or listen at 127.0.0.1"
        }
    }
}
