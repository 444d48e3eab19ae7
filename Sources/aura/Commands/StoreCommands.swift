import ArgumentParser
import AuraCore
import AuraMetadata
import AuraStorage
import Foundation

/// `aura store`: the care of a data directory.
struct Store: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Inspect, verify, compact, back up, restore and salvage a data directory.",
        subcommands: [
            Inspect.self, Verify.self, Compact.self, Backup.self, Restore.self, Salvage.self,
        ])

    /// The data directory, found as the server finds it.
    struct Directory: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOptions

        /// Its path.
        func path() throws -> String {
            try configuration.resolve().configuration.dataDirectory
        }
    }

    /// Runs what may throw an error of the storage, which becomes this program's.
    static func attempt<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws -> Result {
        do throws(StorageError) { return try body() } catch {
            let hint: String? =
                switch error {
                case .inUse:
                    "stop the server first; 'aura status' tells how it is, 'aura store backup' "
                        + "works while it runs"
                case .notEmpty: "remove what is there, if an attempt before left it"
                default: nil
                }
            throw CommandFailure(.failed, error.description, hint: hint)
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every byte and check every hash; status 3 where something is wrong.",
            discussion: """
                The server must not run; it reads over its files by itself, see 'aura status'. \
                Nothing is changed.
                """)

        @OptionGroup var directory: Directory
        @OptionGroup var output: OutputOptions

        func run() throws {
            let path = try directory.path()
            let result = try Store.attempt { () throws(StorageError) in
                try StoreDirectory(path, in: PosixFileSystem()).verify()
            }
            let columns = ["file", "problem", "remedy"].map { Answer.Column(name: $0) }
            let rows = result.findings.map { finding -> [Answer.Cell] in
                [.text(finding.file), .text(finding.problem), .text(finding.remedy)]
            }
            output.write(Answer(columns: columns, rows: rows), to: .output)
            if !output.quiet {
                for note in result.notes { StandardError.write("note: \(note)\n") }
                StandardError.write(
                    "\(Figures.grouped(result.events)) events, \(result.chunks) chunks and "
                        + "\(result.groups) groups of the log are sound; "
                        + "\(Figures.grouped(UInt64(result.bytes))) bytes of files\n")
            }
            guard result.isSound else {
                throw CommandFailure(
                    .findings, "\(path) is not sound: \(result.findings.count) findings")
            }
        }
    }

    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the store to a new directory, also while its server runs.",
            discussion: """
                Every event that was acknowledged before it began is in it. It is read back and \
                durable before it is called done; what an interrupted one leaves is no store.
                  aura store backup --data-dir ./data /mnt/backup/2026-11-26
                """)

        @OptionGroup var directory: Directory
        @Argument(help: "A directory that is empty or not there yet.")
        var target: String

        func run() throws {
            let path = try directory.path()
            let result = try Store.attempt { () throws(StorageError) in
                try StoreCopy.backup(
                    of: path, to: target, in: PosixFileSystem(), now: WallClock.microseconds())
            }
            try Store.copyKeys(from: path, to: target)
            StandardOutput.write(
                "backed up \(Figures.grouped(result.events)) events in \(result.chunks) chunks and "
                    + "the log to \(target)\n")
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a data directory of a backup.",
            discussion: """
                The directory must be empty or not there yet. Clients notice that the store is \
                another one, and send again what they still have. Erasures that were ordered since \
                the backup are known to the ledger alone: put the file ERASURES of the old directory \
                beside it, or name it with --erasure-ledger, before the server is started.
                  aura store restore /mnt/backup/2026-11-26 --data-dir ./data
                """)

        @OptionGroup var directory: Directory
        @Argument(help: "The backup.")
        var backup: String

        func run() throws {
            let path = try directory.path()
            let result = try Store.attempt { () throws(StorageError) in
                try StoreCopy.restore(
                    backup, to: path, identity: UInt64.random(in: 1...UInt64.max),
                    in: PosixFileSystem(), now: WallClock.microseconds())
            }
            try Store.copyKeys(from: backup, to: path)
            StandardOutput.write(
                "restored \(Figures.grouped(result.events)) events to \(path)\n")
        }
    }

    struct Salvage: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save what is intact of a broken directory into a new one.",
            discussion: """
                Status 7 where events are lost; their sequence numbers are printed. The broken \
                directory stays as it is.
                  aura store salvage --data-dir ./data ./saved
                """)

        @OptionGroup var directory: Directory
        @Argument(help: "A directory that is empty or not there yet.")
        var target: String

        func run() throws {
            let path = try directory.path()
            let report = try Store.attempt { () throws(StorageError) in
                try StoreSalvage.run(
                    path, to: target, in: PosixFileSystem(), now: WallClock.microseconds())
            }
            for finding in report.findings {
                StandardError.write("\(finding.file): \(finding.problem)\n")
            }
            try Store.copyKeys(from: path, to: target)
            StandardOutput.write(
                "saved \(Figures.grouped(UInt64(report.events))) events to \(target)\n")
            guard report.lost.isEmpty else {
                let ranges = report.lost.map { range in
                    range.count == 1
                        ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
                }
                let count = report.lost.reduce(0) { $0 + $1.count }
                throw CommandFailure(
                    .partial,
                    "\(Figures.grouped(UInt64(count))) events were not found: numbers "
                        + ranges.joined(separator: ", "))
            }
        }
    }

    /// Copies the API keys that lie beside the events, if there are any.
    private static func copyKeys(from directory: String, to target: String) throws {
        guard FileManager.default.fileExists(atPath: directory + "/" + MetadataStore.fileName)
        else { return }
        let keys = try MetadataStore.open(in: directory)
        try keys.copy(to: target)
        try keys.close()
    }
}
