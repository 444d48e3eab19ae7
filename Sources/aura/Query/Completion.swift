import AuraCore
import AuraQuery

/// What the key Tab does to a line.
struct Completion: Hashable {
    /// Characters before the cursor that are taken away.
    var removed = 0
    /// What is put in their place.
    var inserted = ""
    /// What it could go on with, where several things are possible and nothing can be added.
    var choices: [String] = []

    /// Whether nothing is known that goes on so.
    var isEmpty: Bool { removed == 0 && inserted.isEmpty && choices.isEmpty }

    /// Choices side by side, as many as the terminal has room for.
    static func columns(_ choices: [String], width: Int) -> String {
        let shown = choices.prefix(200).map { DisplayWidth.visible($0) }
        let cell = (shown.map { DisplayWidth.of($0) }.max() ?? 0) + 2
        let count = max(1, width / cell)
        var text = ""
        for (index, choice) in shown.enumerated() {
            let isLast = index % count == count - 1 || index == shown.count - 1
            let padding = cell - DisplayWidth.of(choice)
            text += choice + (isLast ? "\n" : String(repeating: " ", count: padding))
        }
        let left = choices.count - shown.count
        return text + (left > 0 ? "… \(left) more\n" : "")
    }
}

extension Completion {
    /// A word that may be meant.
    private struct Candidate {
        /// What the typed text is compared with.
        let name: String
        /// How it is written in the line.
        let written: String
        /// What follows it where nothing else is meant.
        let end: String
    }

    /// What completes the text before the cursor.
    ///
    /// - Parameter before: The lines before it, of the same statement.
    init(of line: String, after before: String = "", _ names: EventNames) {
        if line.hasPrefix("\\"), before.isEmpty {
            self.init(ofCommand: line, names)
            return
        }
        let place = TypedWord(before + line)
        let typed = place.text
        let candidates: [Candidate]
        switch place.mark {
        case "'":
            candidates = names.types.map {
                Candidate(name: $0, written: $0.replacing("'", with: "''"), end: "'")
            }
        case "\"":
            candidates = (names.types + names.attributes).map {
                Candidate(name: $0, written: $0.replacing("\"", with: "\"\""), end: "\"")
            }
        default:
            candidates = Completion.words(typed, after: place.previous, names)
        }
        self.init(typed, candidates)
    }

    private init(ofCommand line: String, _ names: EventNames) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let typed = String(parts.last ?? "")
        guard parts.count > 1 else {
            self.init(
                typed,
                ShellCommand.allCases.map {
                    Candidate(name: $0.written, written: $0.written, end: " ")
                })
            return
        }
        let command = ShellCommand.named(String(parts[0].dropFirst()))
        let words: [String] =
            switch command {
            case .describe: QueryWords.tables + names.types
            case .format: OutputFormat.allCases.map(\.rawValue)
            case .history: HistoryKeeping.allCases.map(\.rawValue)
            default: []
            }
        self.init(typed, words.map { Candidate(name: $0, written: $0, end: "") })
    }

    /// What may stand at a place outside quotes, as the word before it wants.
    private static func words(
        _ typed: String, after previous: String, _ names: EventNames
    ) -> [Candidate] {
        func all(_ words: [String], _ end: String = " ") -> [Candidate] {
            words.map { Candidate(name: $0, written: $0, end: end) }
        }
        func written(_ names: [String]) -> [Candidate] {
            names.map { Candidate(name: $0, written: QueryWords.written($0), end: " ") }
        }
        let tables = all(QueryWords.tables) + written(names.types)
        switch previous.uppercased() {
        case "SET", "RESET": return all(QueryWords.settings)
        case "FROM", "JOIN", "DESCRIBE", "DESC": return tables
        default: break
        }
        let isLower = typed == typed.lowercased()
        let keywords = all(QueryWords.keywords.map { isLower ? $0.lowercased() : $0 })
        let columns = written(["time", "type", "sequence"] + names.attributes)
        let others = columns + tables + keywords
        return typed.isEmpty ? columns : others + all(QueryWords.functions, "(")
    }

    /// Takes from the candidates those that begin as was typed, in either case.
    private init(_ typed: String, _ candidates: [Candidate]) {
        let start = typed.lowercased()
        var seen: Set<String> = []
        let found = candidates.filter {
            $0.name.lowercased().hasPrefix(start) && seen.insert($0.written).inserted
        }
        guard let first = found.first else { return }
        let count = typed.unicodeScalars.count
        if found.count == 1 {
            removed = count
            inserted = first.written + first.end
            return
        }
        let common = found.dropFirst().reduce(first.name) { Completion.common($0, $1.name) }
        if common.count > typed.count {
            removed = count
            let isQuoted = found.allSatisfy { $0.written.hasPrefix("\"") }
            inserted = (isQuoted ? "\"" : "") + common
        } else {
            choices = found.map(\.written).sorted()
        }
    }

    /// The start of the first text that both have, in either case.
    private static func common(_ first: String, _ second: String) -> String {
        let count = zip(first.lowercased(), second.lowercased()).prefix { $0 == $1 }.count
        return String(first.prefix(count))
    }
}
