import AuraCore

/// What a peer that is no Aura server seems to speak, told by its first bytes.
enum ForeignProtocol: String, Hashable, Sendable {
    case http = "it speaks HTTP"
    case tls = "it speaks TLS, and this client is not configured for it"
    case ssh = "it speaks SSH"
    case unknown = "it speaks another protocol"

    /// How every frame begins, and how many bytes it takes to tell.
    static let magic = Array("AUR1".utf8)

    /// Nil where the bytes may be the beginning of a frame.
    init?(_ bytes: RawSpan) {
        let found = bytes.slice(0, min(bytes.byteCount, ForeignProtocol.magic.count)).array
        if ForeignProtocol.magic.starts(with: found) { return nil }
        self =
            switch found {
            case Array("HTTP".utf8): .http
            case Array("SSH-".utf8): .ssh
            // An alert or a handshake, of any version.
            case _ where found.count > 1 && (0x15...0x16).contains(found[0]) && found[1] == 3: .tls
            default: .unknown
            }
    }
}
