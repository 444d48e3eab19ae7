import Foundation

/// A configuration file's text with the name it is called by in findings.
struct ConfigurationFile {
    /// Where to look, in this order, when nobody names a file.
    static let standardPaths = ["aura.yaml", "/etc/aura/aura.yaml"]
    /// Names the file where no flag does.
    static let variable = "AURA_CONFIG"

    /// The path as given.
    let name: String
    let text: String

    /// Reads the file that a flag or `AURA_CONFIG` names, or the first standard one there is.
    ///
    /// - Returns: Nil where nobody names a file and no standard one exists.
    /// - Throws: A finding where the file named or found cannot be read, or is not UTF-8.
    static func read(
        path: String?, variables: [String: String], standardPaths: [String] = standardPaths
    ) throws(ConfigurationError) -> ConfigurationFile? {
        let named = path ?? nonEmpty(variables[variable])
        let found = standardPaths.first(where: FileManager.default.fileExists)
        guard let path = named ?? found else { return nil }
        do throws(TextFileError) {
            return ConfigurationFile(name: path, text: try TextFile.read(path))
        } catch {
            let start = Origin.file(Place(file: path, line: 1, column: 1))
            let problem = Problem.unreadable(reason: error.reason)
            throw ConfigurationError(findings: [Finding(start, problem)])
        }
    }
}
