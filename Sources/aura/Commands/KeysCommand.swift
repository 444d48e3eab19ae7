import ArgumentParser
import AuraCore
import AuraMetadata
import AuraTLS
import Foundation

/// `aura keys`: the API keys of a data directory, also while its server runs.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Create, list and revoke API keys.",
        subcommands: [Create.self, List.self, Revoke.self])

    /// The data directory, found as the server finds it.
    struct Directory: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOptions

        /// Opens the keys.
        ///
        /// - Parameter mustExist: Whether they are only looked at: a directory that is not there is
        ///   most likely a typing error then.
        func open(mustExist: Bool = true) throws -> MetadataStore {
            let directory = try configuration.resolve().configuration.dataDirectory
            guard !mustExist || FileManager.default.fileExists(atPath: directory) else {
                throw CommandFailure(
                    .failed, "there is no data directory \(directory)",
                    hint: "name it with --data-dir, or make its first key with 'aura keys create'")
            }
            return try MetadataStore.open(in: directory)
        }
    }

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key and print it: it is shown this once.",
            discussion: """
                With --certificate nothing secret is made: a client that shows this certificate \
                over TLS (tls.client_ca) holds the key, and its prefix is printed. It ends with \
                the certificate, unless --expires ends it before.
                """)

        @OptionGroup var directory: Directory
        @Option(help: "Who will use it.")
        var name: String
        @Option(
            help: "What it allows: ingest, read or admin; may be given several times.",
            transform: Create.parse(scope:))
        var scope: [Scope]
        @Option(help: "When it ends: a duration such as 365d, or a date. Default: never.")
        var expires: String?

        @Option(help: "A client certificate (PEM) that stands for the key.")
        var certificate: String?

        func run() throws {
            let now = WallClock.now
            if let certificate {
                try create(for: try Certificate(file: certificate), now: now)
                return
            }
            let store = try directory.open(mustExist: false)
            let (key, secret) = try store.createKey(
                name: name, scopes: Set(scope), expiresAt: try expiry(now: now),
                now: now.microseconds)
            try store.close()
            StandardOutput.write(secret + "\n")
            let end = key.expiresAt.map { "until " + Timestamp(microseconds: $0).description }
            StandardError.write(
                "key \(key.id) for '\(name)': \(key.scopeList), \(end ?? "without end")\n"
                    + "keep it now: it is not stored, and cannot be shown again\n")
        }

        private func create(for certificate: Certificate, now: Timestamp) throws {
            let end = Timestamp(seconds: certificate.validUntil).microseconds
            let store = try directory.open(mustExist: false)
            let key = try store.createKey(
                certificate: certificate.bytes, name: name, scopes: Set(scope),
                expiresAt: min(try expiry(now: now) ?? end, end), now: now.microseconds)
            try store.close()
            StandardOutput.write(key.prefix + "\n")
            let until = Timestamp(microseconds: key.expiresAt ?? end)
            StandardError.write(
                "key \(key.id) for '\(name)': \(key.scopeList), until \(until)\n"
                    + "whoever shows this certificate over TLS holds it\n")
        }

        @Sendable private static func parse(scope name: String) throws -> Scope {
            guard let scope = Scope(rawValue: name) else {
                let names = Scope.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(name)' is no scope; there are \(names)")
            }
            return scope
        }

        private func expiry(now: Timestamp) throws -> Int64? {
            guard let expires else { return nil }
            if let distance = TimeExpression.microseconds(expires) {
                return now.microseconds + distance
            }
            return try TimeExpression.parse(expires, of: "--expires", now: now).microseconds
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all keys.")

        @OptionGroup var directory: Directory
        @OptionGroup var output: OutputOptions

        func run() throws {
            let store = try directory.open()
            let keys = try store.listKeys()
            try store.close()
            let names = [
                "id", "name", "prefix", "scopes", "state", "created_at", "expires_at", "revoked_at",
                "last_used_at",
            ]
            let now = WallClock.microseconds()
            let answer = Answer(
                columns: names.map { Answer.Column(name: $0) }, rows: keys.map { $0.row(now: now) })
            output.write(answer, to: .output)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a key for good; the server refuses it at once.")

        @OptionGroup var directory: Directory
        @Argument(help: "The key's id or prefix, as 'aura keys list' shows it.")
        var id: String

        func run() throws {
            let store = try directory.open()
            let key = try store.revokeKey(id, now: WallClock.microseconds())
            try store.close()
            StandardOutput.write("revoked \(key.id) ('\(key.name)')\n")
        }
    }
}

extension APIKey {
    fileprivate var scopeList: String {
        Scope.allCases.filter(allows).map(\.rawValue).joined(separator: ",")
    }

    fileprivate func row(now: Int64) -> [Answer.Cell] {
        let state =
            if revokedAt != nil { "revoked" } else if let expiresAt, expiresAt <= now {
                "expired"
            } else { "usable" }
        return [
            .text(id), .text(name), .text(prefix), .text(scopeList), .text(state),
        ]
            + [createdAt, expiresAt, revokedAt, lastUsedAt].map { time in
                time.map { .text(Timestamp(microseconds: $0).description) } ?? .absent
            }
    }
}
