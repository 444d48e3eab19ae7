import Glibc
public import NIOSSL

/// The PEM files that TLS needs: certificates, and the private key of one.
public enum TLSFile {
    /// More than any of them has; a system's whole list of authorities takes a quarter of it.
    private static let limit = 1 << 20

    /// The certificates of a file in their order: one at least.
    public static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        let bytes = try read(path)
        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw TLSFileError(path: path, reason: "it holds no certificate in PEM form")
        }
    }

    /// The private key of a file.
    static func privateKey(_ path: String) throws(TLSFileError) -> NIOSSLPrivateKey {
        let bytes = try read(path)
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            let isEncrypted = String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED")
            throw TLSFileError(
                path: path,
                reason: isEncrypted
                    ? "its private key has a passphrase; 'openssl pkey' takes it off"
                    : "it holds no private key in PEM form")
        }
    }

    private static func read(_ path: String) throws(TLSFileError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TLSFileError(path: path, code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = unsafe part.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TLSFileError(path: path, code: errno) }
            if count == 0 { return bytes }
            bytes += part.prefix(count)
        }
        throw TLSFileError(path: path, reason: "it has more than \(limit) bytes")
    }
}

/// Why a file that TLS needs cannot be used.
public struct TLSFileError: Error, Hashable, Sendable {
    /// Which file.
    public let path: String
    /// Why, in a few words.
    public let reason: String

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The system's words for an errno value.
    init(path: String, code: Int32) {
        self.init(path: path, reason: unsafe String(cString: strerror(code)))
    }
}

extension TLSFileError: CustomStringConvertible {
    /// What cannot be used, and why.
    public var description: String { "cannot use \(path) for TLS: \(reason)" }
}
