/// A set of values for a kind of deployment.
enum Preset: String, CaseIterable, Hashable, Sendable {
    case development
    case staging
    case production
}

/// What happens to a batch that breaks the privacy rules.
enum PrivacyPolicy: String, CaseIterable, Hashable, Sendable {
    /// The attributes in question are removed and counted.
    case strip
    /// The batch is refused.
    case refuse
    /// The values in question are replaced and counted.
    case rewrite
}

/// A size in bytes, written with KiB, MiB, GiB or TiB, or as a bare number.
struct ByteSize: Hashable, Sendable, Comparable, CustomStringConvertible {
    let bytes: Int

    private static let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("", 0)]

    init(bytes: Int) {
        self.bytes = bytes
    }

    /// Nil where the text is no size or does not fit.
    init?(_ text: String) {
        guard let (suffix, shift) = Self.units.first(where: { text.hasSuffix($0.0) }),
            let number = wholeNumber(text.dropLast(suffix.count)),
            number <= Int.max >> shift
        else { return nil }
        bytes = number << shift
    }

    static func mebibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 20) }

    static func < (first: ByteSize, second: ByteSize) -> Bool { first.bytes < second.bytes }

    /// In the largest unit that leaves no remainder.
    var description: String {
        for (suffix, shift) in Self.units
        where bytes >= 1 << shift && bytes & ((1 << shift) - 1) == 0 {
            return "\(bytes >> shift)\(suffix)"
        }
        return "\(bytes)"
    }
}

/// A host and a port to listen at: `127.0.0.1:7171`, `[::1]:7171`, `aura.example:7171`.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, an IPv4 address or an IPv6 address without its brackets.
    let host: String
    /// 0 lets the system choose.
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil where the text is no host with a port.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = wholeNumber(text[text.index(after: colon)...]), port <= 65_535
        else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = host.dropFirst().dropLast()
            guard inner.contains(":"), inner.allSatisfy({ $0.isHexDigit || ":.".contains($0) })
            else {
                return nil
            }
            self.init(host: String(inner), port: port)
        } else {
            guard Self.isName(host), !Self.looksLikeIPv4(host) || Self.octets(host) != nil else {
                return nil
            }
            self.init(host: String(host), port: port)
        }
    }

    /// Whether only this machine can connect.
    ///
    /// A name other than `localhost` might resolve anywhere.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || Self.octets(host[...])?.first == 127
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func isName(_ host: Substring) -> Bool {
        host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }
    }

    private static func looksLikeIPv4(_ host: Substring) -> Bool {
        host.allSatisfy { $0.isNumber || $0 == "." }
    }

    private static func octets(_ host: Substring) -> [Int]? {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map {
            wholeNumber($0) ?? 256
        }
        return octets.count == 4 && octets.allSatisfy { $0 < 256 } ? octets : nil
    }
}

/// The number that ASCII digits and nothing else stand for; nil where it does not fit.
func wholeNumber(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
}
