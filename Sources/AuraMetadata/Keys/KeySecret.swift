import Crypto
import Foundation

/// The text of an API key: `aura_ing_` or `aura_api_`, 43 base-62 characters of 256 random bits, and
/// a checksum of 6.
///
/// The checksum is the first 32 bits of the SHA-256 of all that stands before it. It lets a secret
/// scanner tell a key from noise, and a server refuse a typing error without asking its database.
struct KeySecret {
    /// A key that allows nothing but ingest says so in its text.
    enum Kind: String, CaseIterable {
        case ingest = "aura_ing_"
        case general = "aura_api_"
    }

    /// Characters of the random part that may be shown: 47 bits, far from enough to guess the rest.
    private static let shownCharacters = 8
    /// ⌈256 / log₂ 62⌉.
    private static let randomCharacters = 43
    /// ⌈32 / log₂ 62⌉.
    private static let checksumCharacters = 6

    /// The whole text.
    let text: String
    /// Kind and first random characters: what may be stored and shown.
    let prefix: String

    /// SHA-256 of the text: 32 bytes, all that is ever stored of it.
    var hash: Data {
        Data(SHA256.hash(data: Data(text.utf8)))
    }

    /// Whether a stored hash is this secret's; takes the same time wherever they differ.
    func matches(_ stored: Data) -> Bool {
        SHA256.hash(data: Data(text.utf8)) == stored
    }

    /// Draws a new secret from the system's random source.
    init(for scopes: Set<Scope>) {
        var source = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in source.next() as UInt64 }
        self.init(kind: scopes == [.ingest] ? .ingest : .general, words: words)
    }

    /// Writes `words`, a number in base 2⁶⁴ with its most significant digit first, in base 62.
    init(kind: Kind, words: [UInt64]) {
        let random = Self.base62(words, count: Self.randomCharacters)
        let body = kind.rawValue + random
        text = body + Self.checksum(body)
        prefix = kind.rawValue + random.prefix(Self.shownCharacters)
    }

    /// Checks kind, size, alphabet and checksum.
    ///
    /// - Throws: `.malformedKey`.
    init(parsing text: String) throws(MetadataError) {
        guard let kind = Kind.allCases.first(where: { text.hasPrefix($0.rawValue) }) else {
            throw .malformedKey
        }
        let digits = text.utf8.dropFirst(kind.rawValue.utf8.count)
        guard
            digits.count == Self.randomCharacters + Self.checksumCharacters,
            digits.allSatisfy(Self.alphabet.contains),
            text.suffix(Self.checksumCharacters)
                == Self.checksum(String(text.dropLast(Self.checksumCharacters)))
        else { throw .malformedKey }
        self.text = text
        prefix = String(text.prefix(kind.rawValue.count + Self.shownCharacters))
    }

    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func checksum(_ body: String) -> String {
        let word = SHA256.hash(data: Data(body.utf8)).prefix(4).reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        return base62([word], count: checksumCharacters)
    }

    /// The last `count` base-62 digits of a number in base 2⁶⁴, most significant first.
    private static func base62(_ words: [UInt64], count: Int) -> String {
        var words = words
        var digits = [UInt8](repeating: 0, count: count)
        for place in digits.indices.reversed() {
            var remainder: UInt64 = 0
            for index in words.indices {
                let step = UInt64(62).dividingFullWidth((remainder, words[index]))
                words[index] = step.quotient
                remainder = step.remainder
            }
            digits[place] = alphabet[Int(remainder)]
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
