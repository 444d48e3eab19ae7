import AuraClient
import AuraCore
import Synchronization

/// Prints single events: JSON for programs, a coloured line for people.
final class EventPrinter: Sendable {
    private let terminal: Terminal
    private let isJSON: Bool
    /// Whether lines may wait for each other: not while somebody watches them come.
    private let isBuffered: Bool
    private let buffer = Mutex("")

    init(terminal: Terminal, isJSON: Bool, isBuffered: Bool) {
        self.terminal = terminal
        self.isJSON = isJSON
        self.isBuffered = isBuffered
    }

    func print(_ event: TailedEvent) {
        let json = isJSON ? EventPrinter.json(event.event, sequence: event.sequence) : nil
        let line = (json ?? text(event)) + "\n"
        guard isBuffered else { return StandardOutput.write(line) }
        let full = buffer.withLock { buffer -> String? in
            buffer += line
            guard buffer.utf8.count > 1 << 16 else { return nil }
            defer { buffer = "" }
            return buffer
        }
        if let full { StandardOutput.write(full) }
    }

    /// Prints what waits.
    func flush() {
        let rest = buffer.withLock { buffer in
            defer { buffer = "" }
            return buffer
        }
        StandardOutput.write(rest)
    }

    /// One object: what every event has, then its attributes in an object of their own, so that no
    /// name can collide.
    ///
    /// An attribute with values of several types has them in an array.
    static func json(_ event: Event, sequence: UInt64?) -> String {
        var fields = sequence.map { ["\"sequence\":\($0)"] } ?? []
        fields.append("\"time\":" + JSONEncoding.quoted(event.time.description))
        fields.append("\"type\":" + JSONEncoding.quoted(event.type))
        if let id = event.id {
            fields.append("\"id\":" + JSONEncoding.quoted(id.value.description))
        }
        var names: [ExactText] = []
        var values: [ExactText: [String]] = [:]
        for attribute in event.attributes {
            let name = ExactText(attribute.name)
            if values[name] == nil { names.append(name) }
            values[name, default: []].append(Answer.Cell(attribute.value).json)
        }
        let attributes = names.map { name in
            let values = values[name] ?? []
            let text = values.count == 1 ? values[0] : "[" + values.joined(separator: ",") + "]"
            return JSONEncoding.quoted(name.text) + ":" + text
        }
        fields.append("\"attributes\":{" + attributes.joined(separator: ",") + "}")
        return "{" + fields.joined(separator: ",") + "}"
    }

    private func text(_ tailed: TailedEvent) -> String {
        let event = tailed.event
        let attributes = event.attributes.map { attribute in
            terminal.styled(DisplayWidth.visible(attribute.name) + "=", .dim)
                + DisplayWidth.visible(attribute.value.description)
        }
        return terminal.styled(event.time.description, .dim) + "  "
            + terminal.styled(DisplayWidth.visible(event.type), .cyan) + "  "
            + attributes.joined(separator: " ")
    }
}
