import AuraTesting
import Foundation

/// A document of `Formats/`, read for what tests compare with the code.
struct Document {
    let text: String

    /// The document of that name.
    init(_ name: String) throws {
        text = try Document.source("Formats/\(name).md")
    }

    /// The text of a file, by its path from the top folder of the project.
    static func source(_ path: String) throws -> String {
        try String(contentsOf: GoldenVectors.root.appending(path: path), encoding: .utf8)
    }

    /// The lines of the section of that title, without those of the next.
    func section(_ title: String) -> [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0 == "## \(title)" } ?? lines.endIndex
        return Array(lines[start...].dropFirst().prefix { !$0.hasPrefix("## ") })
    }

    /// The numbers of the conditions in "Validity".
    var conditions: [Int] {
        section("Validity").compactMap { line in
            line.prefixMatch(of: #/(\d+)\. /#).flatMap { Int($0.output.1) }
        }
    }

    /// The cells of the tables of a section, row by row, without rows of dashes.
    func table(_ title: String) -> [[String]] {
        section(title).filter { $0.hasPrefix("|") && !$0.hasPrefix("|-") && !$0.hasPrefix("| -") }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }
    }
}
