import AuraCore

/// Something that is wrong with a data directory.
public struct StoreFinding: Hashable, Sendable {
    /// The file, below the data directory.
    public let file: String
    /// What is wrong, and where in the file.
    public let problem: String
    /// What to do about it.
    public let remedy: String

    /// A finding of these parts.
    public init(file: String, problem: String, remedy: String) {
        self.file = file
        self.problem = problem
        self.remedy = remedy
    }

    /// What an error says of a file of the store.
    ///
    /// - Parameter file: The file that was read, for errors that name none.
    init(_ error: StorageError, reading file: String) {
        let restore = "restore a backup, or save what is intact with 'aura store salvage'"
        switch error {
        case .corrupt(let file, let error):
            self.init(
                file: file,
                problem: "damaged at byte \(error.offset): \(error.reason) "
                    + "(\(error.format.rawValue).md condition \(error.condition))",
                remedy: FileName.isChunk(file) ? StoreFinding.chunkRemedy : restore)
        case .missing(let file, let reason):
            self.init(
                file: file, problem: "missing: \(reason)",
                remedy: FileName.isChunk(file) ? StoreFinding.chunkRemedy : restore)
        case .newerFormat(let file, _, _):
            self.init(
                file: file, problem: "\(error)", remedy: "use the newer Aura that wrote it")
        default:
            self.init(file: file, problem: "\(error)", remedy: "mend what the machine refuses")
        }
    }

    private static let chunkRemedy =
        "put the file back from a backup: until then answers lack its events, and say so"
}

extension FileName {
    /// Whether a path below the data directory is that of a chunk.
    static func isChunk(_ path: String) -> Bool { path.hasPrefix(chunks + "/") }
}
