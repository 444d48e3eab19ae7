public import NIOSSL

/// What of a certificate Aura looks at itself.
public struct Certificate: Hashable, Sendable {
    /// The whole of it, in DER.
    public let bytes: [UInt8]
    /// From when on it is valid, in seconds since the epoch.
    public let validFrom: Int64
    /// Until when it is valid, in seconds since the epoch.
    public let validUntil: Int64
    /// The names of hosts that it is for; the first label may be `*`.
    private let names: [String]

    /// The first certificate of a PEM file.
    public init(file: String) throws(TLSFileError) {
        let certificates = try TLSFile.certificates(file)
        guard let first = certificates.first, let certificate = Certificate(first) else {
            throw TLSFileError(path: file, reason: "its certificate cannot be read")
        }
        self = certificate
    }

    /// A certificate of the TLS library; nil where that cannot write it out.
    public init?(_ certificate: NIOSSLCertificate) {
        do {
            bytes = try certificate.toDERBytes()
        } catch {
            return nil
        }
        validFrom = Int64(certificate.notValidBefore)
        validUntil = Int64(certificate.notValidAfter)
        names = certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }.map {
            String(decoding: $0.contents, as: UTF8.self)
        }
    }

    /// Whether it is for a host of that name (RFC 9525): one of its alternative names is the same,
    /// or has `*` in the place of the first label.
    public func isFor(name: String) -> Bool {
        let labels = Certificate.labels(name)
        return names.contains { candidate in
            let known = Certificate.labels(candidate)
            guard known.count == labels.count, known.dropFirst() == labels.dropFirst() else {
                return false
            }
            return known.first == labels.first || known.first == "*" && known.count > 2
        }
    }

    private static func labels(_ name: String) -> [Substring] {
        let name = name.lowercased()
        return (name.hasSuffix(".") ? name.dropLast() : name[...])
            .split(separator: ".", omittingEmptySubsequences: false)
    }
}
