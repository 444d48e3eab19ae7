import AuraCore
import Yams

/// What one source says, as it was written: a file, the variables, or the flags.
struct ConfigurationLayer {
    /// One setting of a source.
    struct Setting {
        let key: ConfigurationKey
        let value: WrittenValue
        let origin: Origin
    }

    private(set) var settings: [Setting] = []
    /// The event types that a file adds.
    private(set) var eventTypes: [EventTypesReader.Setting] = []

    /// What the command line says.
    init(flags: [ConfigurationKey: String]) {
        for (key, text) in flags.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            settings.append(Setting(key: key, value: .text(text), origin: .flag(key.flag)))
        }
    }

    /// What the environment says: `AURA_…` for each setting, and the seed's `ENVIRONMENT`, which
    /// counts where `AURA_ENVIRONMENT` is missing.
    ///
    /// An empty variable counts as not set. Another one that begins with `AURA_` is most likely a
    /// typing error: a warning.
    init(variables: [String: String], seed: SeedVariables, findings: inout [Finding]) {
        if nonEmpty(variables[ConfigurationKey.environment.variable]) == nil,
            let preset = seed.environment
        {
            let origin = Origin.variable(SeedVariables.environmentName)
            settings.append(Setting(key: .environment, value: .text(preset), origin: origin))
        }
        let keys = Dictionary(
            uniqueKeysWithValues: ConfigurationKey.allCases.map { ($0.variable, $0) })
        for (name, text) in variables.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("AURA_") && !text.isEmpty {
            if let key = keys[name] {
                settings.append(Setting(key: key, value: .text(text), origin: .variable(name)))
            } else if !Self.isForeign(name) {
                let near = nearest(to: name, among: ConfigurationKey.allCases.map(\.variable))
                let problem = Problem.unknownVariable(near: near.flatMap { keys[$0] })
                findings.append(Finding(.variable(name), problem, .warning))
            }
        }
    }

    /// What a file says.
    ///
    /// - Parameter findings: Gains what is wrong with it: syntax, unknown and doubled keys, shapes.
    init(file: ConfigurationFile, findings: inout [Finding]) {
        do {
            let root = try compose(yaml: file.text, .default, .default, .utf8)
            guard let root, root.null == nil else { return }
            var reader = MappingReader(file: file.name)
            reader.read(root, section: "")
            settings = reader.settings
            eventTypes = reader.eventTypes.settings
            findings += reader.findings + reader.eventTypes.findings
        } catch {
            findings.append(Finding(Self.origin(error, file.name), Self.problem(error)))
        }
    }

    /// Variables that say something else than a setting: to the tests and to the client commands.
    private static func isForeign(_ name: String) -> Bool {
        name.hasPrefix("AURA_TEST_") || name == ConfigurationFile.variable
            || ConnectionOptions.variables.contains(name)
    }

    private static func origin(_ error: any Error, _ file: String) -> Origin {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            .file(Place(file: file, line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(_, let context):
            .file(Place(file: file, line: context.mark.line, column: context.mark.column))
        default:
            .file(Place(file: file, line: 1, column: 1))
        }
    }

    private static func problem(_ error: any Error) -> Problem {
        switch error as? YamlError {
        case .scanner(let context, let reason, _, _), .parser(let context, let reason, _, _),
            .composer(let context, let reason, _, _):
            .notYAML(reason: context.map { "\(reason) \($0.text)" } ?? reason)
        case .reader(let reason, _, _, _):
            .notYAML(reason: reason)
        case .duplicatedKeysInMapping(let names, _):
            .duplicateKey(names.sorted().joined(separator: "', '"))
        default:
            .notYAML(reason: String(describing: error))
        }
    }
}

/// Walks through a file's mappings and collects settings and findings.
private struct MappingReader {
    let file: String
    private(set) var settings: [ConfigurationLayer.Setting] = []
    private(set) var findings: [Finding] = []
    private(set) var eventTypes: EventTypesReader

    init(file: String) {
        self.file = file
        eventTypes = EventTypesReader(file: file)
    }

    /// Reads a mapping whose keys are those of a section: empty, or a name with a dot at its end.
    mutating func read(_ node: Node, section: String) {
        guard case .mapping(let mapping) = node else {
            findings.append(Finding(origin(node), .notMapping(section: String(section.dropLast()))))
            return
        }
        for (name, value) in mapping {
            let origin = origin(name)
            let path = section + (name.string ?? "?")
            if let key = ConfigurationKey(rawValue: path) {
                read(key, value, origin)
            } else if path == EventTypesReader.section {
                eventTypes.read(value)
            } else if ConfigurationKey.allCases.contains(where: {
                $0.rawValue.hasPrefix(path + ".")
            }) {
                read(value, section: path + ".")
            } else {
                findings.append(Finding(origin, .unknownKey(path, near: nearestKey(path))))
            }
        }
    }

    private mutating func read(_ key: ConfigurationKey, _ node: Node, _ origin: Origin) {
        if settings.contains(where: { $0.key == key }) {
            findings.append(Finding(origin, .duplicateKey(key.rawValue)))
        } else if let value = written(node) {
            let place = self.origin(node)
            settings.append(ConfigurationLayer.Setting(key: key, value: value, origin: place))
        } else {
            findings.append(Finding(origin, .notValue(key: key)))
        }
    }

    private func written(_ node: Node) -> WrittenValue? {
        switch node {
        case .scalar(let scalar):
            return node.null == nil ? .text(scalar.string) : nil
        case .sequence(let sequence):
            let texts = sequence.compactMap { $0.null == nil ? $0.scalar?.string : nil }
            return texts.count == sequence.count ? .list(texts) : nil
        case .mapping, .alias:
            return nil
        }
    }

    /// Sections count as well: whoever writes `privcy:` meant the section.
    private func nearestKey(_ path: String) -> String? {
        let keys = ConfigurationKey.allCases.map(\.rawValue)
        let sections = keys.filter { $0.contains(".") }.map { String($0.prefix { $0 != "." }) }
        if let near = nearest(to: path, among: keys + sections + [EventTypesReader.section]) {
            return near
        }
        // A setting written outside its section, or in the wrong one.
        let last = path.split(separator: ".").last.map(String.init) ?? path
        return keys.first { $0.hasSuffix("." + last) || $0 == last }
    }

    private func origin(_ node: Node) -> Origin { node.origin(in: file) }
}

extension Node {
    /// Where it stands in a file of that name.
    func origin(in file: String) -> Origin {
        .file(Place(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1))
    }
}
