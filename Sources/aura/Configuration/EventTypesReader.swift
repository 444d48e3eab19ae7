import AuraCore
import Yams

/// Reads the section `event_types`: a schema for each type that a deployment adds.
///
/// ```yaml
/// event_types:
///   lab.result:
///     summary: A result came from the laboratory.
///     attributes: {patient_id: id, value: number, unit: string}
///     required: [patient_id]
///     closed: true
/// ```
struct EventTypesReader {
    /// A type with the place where it is written.
    struct Setting: Sendable {
        let schema: EventSchema
        let origin: Origin

        /// Its attributes as one would write them.
        var text: String {
            schema.attributes.map { attribute in
                let types = attribute.types.map(\.name).joined(separator: " or ")
                return "\(attribute.name): \(types)\(attribute.isRequired ? ", required" : "")"
            }.joined(separator: "; ")
        }
    }

    /// The section's key.
    static let section = "event_types"
    /// What can be said of a type.
    static let parts = ["summary", "attributes", "required", "closed"]

    private let file: String
    private(set) var settings: [Setting] = []
    private(set) var findings: [Finding] = []
    /// Knows what contradicts what.
    private var registry = SchemaRegistry()

    init(file: String) {
        self.file = file
    }

    /// Reads the section.
    mutating func read(_ node: Node) {
        for (name, value) in entries(of: node, EventTypesReader.section) {
            readType(named: name, value)
        }
    }

    private mutating func readType(named name: Node, _ node: Node) {
        let type = name.string ?? "?"
        let path = "\(EventTypesReader.section).\(type)"
        var summary = ""
        var isClosed = false
        var attributes: [AttributeSchema] = []
        var required: [(name: String, node: Node)] = []
        let findingsBefore = findings.count
        for (part, value) in entries(of: node, path) {
            let partPath = "\(path).\(part.string ?? "?")"
            switch part.string {
            case "summary": summary = value.string ?? ""
            case "attributes": attributes = readAttributes(value, partPath)
            case "required":
                required = items(of: value).map { ($0.string ?? "?", $0) }
            case "closed":
                guard let flag = value.bool else {
                    wrong(partPath, value, "true or false")
                    continue
                }
                isClosed = flag
            default:
                let near = nearest(to: part.string ?? "", among: EventTypesReader.parts)
                findings.append(Finding(part.origin(in: file), .unknownPart(partPath, near: near)))
            }
        }
        for (name, node) in required where !attributes.contains(where: { $0.name == name }) {
            wrong("\(path).required", node, "names that stand under attributes")
        }
        // What is half read would break further rules.
        guard findings.count == findingsBefore else { return }
        let isRequired = { (attribute: AttributeSchema) in
            required.contains { $0.name == attribute.name }
        }
        let schema = EventSchema(
            type, summary, required: attributes.filter(isRequired),
            optional: attributes.filter { !isRequired($0) }, isClosed: isClosed)
        let origin = name.origin(in: file)
        do throws(SchemaError) {
            try registry.register(schema)
            settings.append(Setting(schema: schema, origin: origin))
        } catch {
            findings.append(Finding(origin, .schema(error)))
        }
    }

    private mutating func readAttributes(_ node: Node, _ path: String) -> [AttributeSchema] {
        var attributes: [AttributeSchema] = []
        for (name, value) in entries(of: node, path) {
            let name = name.string ?? "?"
            var types: [AttributeType] = []
            var isIdentifier = false
            for word in items(of: value) {
                if word.string == "id" {
                    types += AttributeSchema.id(name, "").types
                    isIdentifier = true
                } else if word.string == "number" {
                    types += AttributeSchema.number(name, "").types
                } else if let type = word.string.flatMap(AttributeType.init(name:)) {
                    types.append(type)
                } else {
                    wrong("\(path).\(name)", word, EventTypesReader.expectedTypes)
                }
            }
            attributes.append(AttributeSchema(name, types, "", isIdentifier: isIdentifier))
        }
        return attributes
    }

    private static let expectedTypes =
        AttributeType.allCases.map(\.name).joined(separator: ", ")
        + ", id or number, or a list of them"

    private mutating func wrong(_ path: String, _ node: Node, _ expected: String) {
        findings.append(
            Finding(
                node.origin(in: file),
                .wrongPart(path, given: node.string ?? "", expected: expected)))
    }

    /// Those of a list; what is no list is its only one.
    private func items(of node: Node) -> [Node] { node.sequence.map(Array.init) ?? [node] }

    /// Names and values of a mapping.
    private mutating func entries(of node: Node, _ path: String) -> [(Node, Node)] {
        guard case .mapping(let mapping) = node else {
            findings.append(Finding(node.origin(in: file), .notMapping(section: path)))
            return []
        }
        return mapping.map { ($0.key, $0.value) }
    }
}
