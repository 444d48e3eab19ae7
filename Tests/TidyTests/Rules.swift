import Foundation
import Testing

/// Something in a file that a rule forbids.
struct Violation: CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let text: String

    var description: String { "\(path):\(line): \(text)" }
}

/// What the compiler and the formatter do not check.
struct Rule: Sendable, CustomTestStringConvertible {
    /// A sentence that says what holds.
    let name: String
    private let broken: @Sendable (SourceFile) -> [(line: Int, text: String)]

    init(
        _ name: String, broken: @escaping @Sendable (SourceFile) -> [(line: Int, text: String)]
    ) {
        self.name = name
        self.broken = broken
    }

    var testDescription: String { name }

    func violations(in file: SourceFile) -> [Violation] {
        broken(file).map { Violation(path: file.path, line: $0.line, text: $0.text) }
    }
}

extension Rule {
    static let maximumFileLines = 400
    static let maximumFunctionLines = 70

    static let all = [
        fileSize, functionSize, typeNames, fileNames, words, reasons, foundation, detachedTasks,
        beginnings, formats, scripts,
    ]

    static let fileSize = Rule("no file is longer than \(maximumFileLines) lines") { file in
        file.lines.count > maximumFileLines ? [(maximumFileLines, "\(file.lines.count) lines")] : []
    }

    static let functionSize = Rule("no function is longer than \(maximumFunctionLines) lines") {
        FunctionBody.all(in: $0.code).filter { $0.size > maximumFunctionLines }.map {
            ($0.firstLine, "a function of \($0.size) lines")
        }
    }

    static let typeNames = Rule("no type's name holds a word that says nothing") { file in
        let declaration = #/\b(?:struct|class|enum|actor|protocol|typealias)\s+([A-Z]\w*)/#
        return file.code.enumerated().flatMap { index, line in
            line.matches(of: declaration).filter { saysNothing($0.1) }.map {
                (index + 1, "type \($0.1)")
            }
        }
    }

    static let fileNames = Rule("no file's name holds a word that says nothing") { file in
        saysNothing(file.name.prefix { $0 != "." }) ? [(1, "file \(file.name)")] : []
    }

    static let words = Rule("no text marks something unfinished") { file in
        guard !isOfRules(file) else { return [] }
        let marks = #/\b(?:TODO|FIXME|XXX|(?i:placeholder|not implemented))\b/#
        return file.lines.enumerated().compactMap { index, line in
            line.firstMatch(of: marks).map { (index + 1, "'\($0.0)'") }
        }
    }

    static let reasons = Rule("what is dangerous has its reason written on the line above") {
        file in
        let always =
            #/@unchecked Sendable|nonisolated\(unsafe\)|\btry!|\bfatalError\(|\.disabled\(/#
        let inSources = #/\btry\?/#
        return file.code.enumerated().compactMap { index, line in
            let found =
                line.firstMatch(of: always)
                ?? (file.module == nil ? nil : line.firstMatch(of: inSources))
            guard let danger = found?.output else { return nil }
            let above = index > 0 ? file.lines[index - 1].drop(while: \.isWhitespace) : ""
            return above.hasPrefix("//") ? nil : (index + 1, "\(danger) without a reason above")
        }
    }

    static let foundation = Rule("only the product and the program import Foundation") { file in
        let allowed: Set<Substring> = ["AuraMetadata", "aura"]
        guard let module = file.module, !allowed.contains(module) else { return [] }
        return file.code.enumerated().compactMap { index, line in
            line.contains(#/\bimport\s+(?:\w+\s+)?Foundation/#)
                ? (index + 1, "Foundation in \(module)") : nil
        }
    }

    static let detachedTasks = Rule("no task is detached") { file in
        file.code.enumerated().compactMap { index, line in
            line.contains("Task.detached") ? (index + 1, "Task.detached") : nil
        }
    }

    /// An extension may stand without: its members say what it is for.
    static let beginnings = Rule("what a file is about is said at its beginning") { file in
        guard file.module != nil, file.path.hasSuffix(".swift") else { return [] }
        let importing = #/^\s*(?:(?:public|package|internal|private|fileprivate|@\w+)\s+)*import\s/#
        for (index, line) in file.lines.enumerated() {
            let text = line.drop(while: \.isWhitespace)
            if text.isEmpty || line.contains(importing) || text.hasPrefix("#") { continue }
            let isSaid = ["///", "//", "extension "].contains { text.hasPrefix($0) }
            return isSaid ? [] : [(index + 1, "no comment before the first declaration")]
        }
        return []
    }

    static let formats = Rule("every document of Formats that is named exists") { file in
        guard !isOfRules(file) else { return [] }
        return file.lines.enumerated().flatMap { index, line in
            line.matches(of: #/\bFormats/[\w/-]+\.\w+/#).filter { !Repository.holds(String($0.0)) }
                .map { (index + 1, "\($0.0) does not exist") }
        }
    }

    static let scripts = Rule("a shell script says what it does and stops at errors") { file in
        guard file.isScript, file.lines[0].hasSuffix("sh") else { return [] }
        var broken: [(line: Int, text: String)] = []
        if file.lines[0] != "#!/usr/bin/env bash" { broken.append((1, "not env bash")) }
        if file.lines.count < 2 || !file.lines[1].hasPrefix("# ") {
            broken.append((2, "no comment that says what it does"))
        }
        if !file.lines.contains("set -euo pipefail") { broken.append((1, "no set -euo pipefail")) }
        return broken
    }

    /// The rules' own files name what is forbidden.
    private static func isOfRules(_ file: SourceFile) -> Bool {
        file.path.hasPrefix("Tests/TidyTests/")
    }

    /// Whether one of a camel-case name's words is of those that fit anything.
    private static func saysNothing(_ name: Substring) -> Bool {
        let empty: Set<String> = [
            "Util", "Utils", "Utility", "Utilities", "Helper", "Helpers", "Manager", "Managers",
            "Common", "Misc", "Base",
        ]
        return name.matches(of: #/[A-Z][a-z0-9]*|[a-z0-9]+/#).contains {
            empty.contains($0.0.capitalized)
        }
    }
}
