import Foundation
import Synchronization

/// An authority of its own and the certificates that it signs, made by `openssl`: PEM files in a
/// folder that goes with the value.
public final class TestAuthority: Sendable {
    /// `openssl` did not do what it was asked for.
    public struct Failure: Error {
        /// What it was asked for.
        public let arguments: [String]
        /// What it said.
        public let errors: String
    }

    /// A certificate and its private key.
    public struct Files: Sendable {
        /// The certificate's file.
        public let certificate: String
        /// The key's file.
        public let key: String
    }

    /// When a certificate counts.
    public enum Validity: Sendable {
        /// From yesterday to the day after tomorrow.
        case now
        /// It ended yesterday.
        case past
        /// It begins tomorrow.
        case future

        fileprivate var seconds: ClosedRange<TimeInterval> {
            let day: TimeInterval = 86_400
            return switch self {
            case .now: -day...2 * day
            case .past: -3 * day...(-day)
            case .future: day...3 * day
            }
        }
    }

    /// What it is called.
    private let name: String
    private let folder: URL
    private let count = Atomic(0)
    private let isRemoved: Bool

    /// The authority's own certificate.
    public var file: String { folder.appending(path: "ca.pem").path }
    /// What leads from the certificates that it signs to its superior, as PEM; empty for a root.
    private let chain: String

    /// An authority that has signed itself.
    public init(_ name: String = "Test Authority") throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "aura-authority-\(UUID().uuidString)")
        self.name = name
        isRemoved = true
        chain = ""
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-days", "3", "-subj", "/CN=\(name)",
        ])
        try prepare()
    }

    /// An authority that another one has made one.
    private init(below superior: TestAuthority, _ name: String) throws {
        folder = superior.folder.appending(path: name)
        self.name = name
        isRemoved = false
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = try superior.sign(name, for: [], .now, isAuthority: true)
        chain = try String(contentsOfFile: files.certificate, encoding: .utf8)
        let target = folder
        try FileManager.default.copyItem(
            atPath: files.certificate, toPath: target.appending(path: "ca.pem").path)
        try FileManager.default.copyItem(
            atPath: files.key, toPath: target.appending(path: "ca.key").path)
        try prepare()
    }

    deinit {
        // A folder that stays behind in the temporary one does no harm.
        if isRemoved { try? FileManager.default.removeItem(at: folder) }
    }

    /// An authority whose certificate this one has signed; it must not outlive this one.
    public func subordinate(_ name: String) throws -> TestAuthority {
        try TestAuthority(below: self, name)
    }

    /// Signs a certificate and makes its key.
    ///
    /// - Parameter names: Whom it is for, as `openssl` writes it: `DNS:localhost`, `IP:127.0.0.1`.
    public func certificate(
        _ name: String = "test", for names: [String] = ["DNS:localhost", "IP:127.0.0.1"],
        _ validity: Validity = .now
    ) throws -> Files {
        let files = try sign(name, for: names, validity, isAuthority: false)
        if !chain.isEmpty {
            let own = try String(contentsOfFile: files.certificate, encoding: .utf8)
            try (own + chain).write(toFile: files.certificate, atomically: true, encoding: .utf8)
        }
        return files
    }

    private func sign(
        _ name: String, for names: [String], _ validity: Validity, isAuthority: Bool
    ) throws -> Files {
        let file = "\(count.add(1, ordering: .relaxed).newValue)"
        var request = [
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "\(file).key", "-out", "\(file).csr", "-subj", "/CN=\(name)",
            "-addext", "basicConstraints=critical,CA:\(isAuthority ? "TRUE" : "FALSE")",
        ]
        if !names.isEmpty {
            request += ["-addext", "subjectAltName=\(names.joined(separator: ","))"]
        }
        try run(request)
        let seconds = validity.seconds
        try run([
            "ca", "-batch", "-config", "ca.cnf", "-notext", "-in", "\(file).csr",
            "-out", "\(file).pem", "-startdate", Self.date(seconds.lowerBound),
            "-enddate", Self.date(seconds.upperBound),
        ])
        return Files(
            certificate: folder.appending(path: "\(file).pem").path,
            key: folder.appending(path: "\(file).key").path)
    }

    /// What `openssl ca` keeps its books with.
    private func prepare() throws {
        let configuration = """
            [ca]
            default_ca = test
            [test]
            certificate = ca.pem
            private_key = ca.key
            database = index.txt
            new_certs_dir = .
            rand_serial = yes
            default_md = sha256
            policy = any
            copy_extensions = copy
            unique_subject = no
            [any]
            commonName = supplied
            """
        try configuration.write(
            to: folder.appending(path: "ca.cnf"), atomically: true, encoding: .utf8)
        try Data().write(to: folder.appending(path: "index.txt"))
    }

    /// As `openssl` writes times: `20260102030405Z`.
    private static func date(_ secondsFromNow: TimeInterval) -> String {
        let text = Date(timeIntervalSinceNow: secondsFromNow).formatted(.iso8601)
        return String(text.filter { $0.isNumber || $0 == "Z" })
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let errors = folder.appending(path: "errors")
        try Data().write(to: errors)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                arguments: arguments, errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }
}
