import AuraImport
import Foundation

/// How far an import has come, so that the next run of it need not read everything again.
///
/// Nothing depends on it: without it, or with one that does not fit, a run reads from the start and
/// skips what the server has, by its numbers.
struct IngestCheckpoint: Codable, Hashable {
    /// The last batch that was stored.
    var batch: UInt64 = 0
    /// Where the rows behind that batch begin.
    var position = ImportPosition()
    /// The latest time that is taken, in µs: kept from the first run on, so that later ones make the
    /// same batches although the clock has gone on.
    var latestTime: Int64?
    /// Events and rejected rows up to there.
    var events: Int64 = 0
    var rejected: Int64 = 0
    /// Bytes of the reject file up to there.
    var rejectBytes: Int64 = 0
    /// Whether that batch was the last of the file.
    var isComplete = false

    /// The folder of all checkpoints: `$XDG_STATE_HOME/aura/ingest`.
    static func directory(
        _ variables: [String: String] = ProcessInfo.processInfo.environment
    ) -> String? {
        let state =
            nonEmpty(variables["XDG_STATE_HOME"])
            ?? nonEmpty(variables["HOME"]).map { "\($0)/.local/state" }
        return state.map { "\($0)/aura/ingest" }
    }

    /// The checkpoint of that producer; nil if there is none that can be read.
    static func read(producer: String) -> IngestCheckpoint? {
        guard let path = path(producer), let data = FileManager.default.contents(atPath: path)
        else { return nil }
        do {
            return try JSONDecoder().decode(IngestCheckpoint.self, from: data)
        } catch {
            return nil
        }
    }

    /// Keeps the checkpoint in place of an earlier one.
    func write(producer: String) {
        guard let path = IngestCheckpoint.path(producer),
            let directory = IngestCheckpoint.directory()
        else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try JSONEncoder().encode(self).write(to: URL(filePath: path), options: .atomic)
        } catch {
            // It only saves time: a home that cannot be written must not end the import.
            return
        }
    }

    private static func path(_ producer: String) -> String? {
        let name = producer.map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == "-")
                ? character : "_"
        }
        return directory().map { "\($0)/\(String(name)).json" }
    }
}
