/// The rules on what may be stored, ready to be applied: `Formats/privacy.md`.
///
/// A value that never changes: a client applies it to events, a server to encoded batches, and
/// both find the same.
public struct PrivacyRules: Sendable {
    /// The policy that was given.
    public let policy: PrivacyPolicy
    /// Names let through without looking further: the catalogue's, and those the policy allows.
    private var allowed: ByteSet
    private let names: ByteSet
    private let endings: ByteSet
    private let objects: ByteSet
    private let addresses: ByteSet
    /// Attributes that hold ids although their names do not say so.
    private let identifiers: ByteSet
    private let identifierWords: ByteSet
    private let versionWords: ByteSet

    /// The rules of a policy.
    ///
    /// - Parameter identifiers: Names of attributes that hold ids, beside those that end in `id`;
    ///   `SchemaRegistry.identifierNames`.
    public init(_ policy: PrivacyPolicy = PrivacyPolicy(), identifiers: Set<String> = []) {
        func folded(_ names: Set<String>) -> ByteSet { ByteSet(names.map(FoldedName.folding)) }
        self.policy = policy
        names = folded(policy.deniedNames.union(policy.deniedEndings))
        endings = folded(policy.deniedEndings)
        objects = folded(policy.deniedObjects)
        addresses = folded(PrivacyPolicy.addressNames)
        self.identifiers = ByteSet(identifiers)
        identifierWords = folded(PrivacyPolicy.identifierWords)
        versionWords = folded(PrivacyPolicy.versionWords)
        allowed = ByteSet(policy.allowedNames)
        let known = Set(Catalogue.all.flatMap { $0.attributes.map(\.name) })
        allowed = ByteSet(policy.allowedNames.union(known.filter { verdict(name: $0) == .keep }))
    }

    /// What the rules say about an attribute's name.
    public enum NameVerdict: Hashable, Sendable {
        /// It may be used.
        case keep
        /// It is that of an internet address: strings under it are judged as values, bools and ip
        /// prefixes may be kept, all else is denied.
        case address
        /// It is denied, unless the value is a bool.
        case deny(PrivacyRule)
    }

    /// What the rules say about a string value.
    public enum ValueVerdict: Hashable, Sendable {
        /// It may be stored.
        case keep
        /// It must not be stored.
        case deny(PrivacyRule)
        /// It is an address, of which the network may be stored.
        case truncate(IPPrefix)
    }

    /// Judges an attribute's name.
    ///
    /// Ask once for each name rather than for each event: a name that the catalogue does not know
    /// costs about 0.3 µs.
    public func verdict(name: String) -> NameVerdict {
        var name = name
        return name.withUTF8 { verdict(name: unsafe $0.span.bytes) }
    }

    /// As `verdict(name:)` of a string, for bytes.
    public func verdict(name: RawSpan) -> NameVerdict {
        if allowed.contains(name) { return .keep }
        if let rule = shapes(of: name).asText.rules.first { return .deny(rule) }
        let components = FoldedName.components(of: name)
        guard let last = components.last else { return .keep }
        if last.ends(in: addresses) { return .address }
        if last.isIn(names) || last.ends(in: endings)
            || components.contains(where: { $0.isIn(objects) })
        {
            return .deny(.name)
        }
        return .keep
    }

    /// What the name of an attribute says about its values.
    public func context(of name: String) -> ValueContext {
        var name = name
        return name.withUTF8 { context(of: unsafe $0.span.bytes) }
    }

    /// As `context(of:)` of a string, for bytes.
    public func context(of name: RawSpan) -> ValueContext {
        var context: ValueContext = []
        if identifiers.contains(name) { context.insert(.identifier) }
        guard let last = FoldedName.components(of: name).last else { return context }
        if last.ends(in: identifierWords) { context.insert(.identifier) }
        if last.ends(in: versionWords) { context.insert(.version) }
        return context
    }

    /// Judges a string value that stands in a place of that kind.
    public func verdict(value: RawSpan, in context: ValueContext = []) -> ValueVerdict {
        let shapes = shapes(of: value).counting(in: context)
        if shapes.isEmpty { return .keep }
        if let rule = shapes.rules.first { return .deny(rule) }
        return AddressShape.prefix(of: value).map(ValueVerdict.truncate) ?? .keep
    }

    /// As `verdict(value:in:)` of bytes, for a string.
    public func verdict(value: String, in context: ValueContext = []) -> ValueVerdict {
        var value = value
        return value.withUTF8 { verdict(value: unsafe $0.span.bytes, in: context) }
    }
}

extension PrivacyRules {
    /// The shapes that a text holds, before anything is known of its place.
    @inline(__always)
    func shapes(of text: RawSpan) -> ValueShapes {
        guard text.byteCount > 0 else { return [] }
        let first = text.byte(0)
        if first <= 0x20 || first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            JSONTokens.fits(text)
        {
            return shapes(json: text, nesting: 0)
        }
        let hints = TextHints.of(text, 0, text.byteCount)
        return hints.isEmpty ? [] : ValueShapes.of(plain: text, hints)
    }

    /// The shapes of a JSON text, each string of it judged by its key as a value would be by its
    /// attribute.
    ///
    /// - Parameter nesting: How many JSON texts this one is a string within. From the fourth on
    ///   strings are searched as plain text.
    private func shapes(json text: RawSpan, nesting: Int) -> ValueShapes {
        var found: ValueShapes = []
        // The key whose value comes next or goes on.
        var key: [UInt8]?
        var tokens = JSONTokens(text)
        while let (kind, start, end) = tokens.next() {
            let piece = text.slice(start, end - start)
            switch kind {
            case .between(let closes):
                found.formUnion(ValueShapes.of(plain: piece).asText)
                if closes { key = nil }
            case .key(let next):
                let plain = JSONTokens.unescaped(piece) ?? piece.array
                found.formUnion(shapes(key: plain.rawSpan, leadingTo: next))
                key = plain
            case .value:
                let shapes =
                    if let plain = JSONTokens.unescaped(piece) {
                        self.shapes(string: plain.rawSpan, nesting: nesting)
                    } else {
                        self.shapes(string: piece, nesting: nesting)
                    }
                if shapes.isEmpty { continue }
                let context = key.map { self.context(of: $0.rawSpan) } ?? []
                found.formUnion(shapes.asTextInJSON(piece).counting(in: context))
            }
        }
        return found
    }

    private func shapes(string: RawSpan, nesting: Int) -> ValueShapes {
        guard nesting < 3, JSONTokens.fits(string) else { return ValueShapes.of(plain: string) }
        return shapes(json: string, nesting: nesting + 1)
    }

    /// `true`, `false` and `null` tell nothing about a person, whatever they are called.
    private func shapes(key: RawSpan, leadingTo next: UInt8) -> ValueShapes {
        let isLiteral =
            next == UInt8(ascii: "t") || next == UInt8(ascii: "f")
            || next == UInt8(ascii: "n")
        switch verdict(name: key) {
        case .keep: return []
        case .address: return next.isDigit || next == UInt8(ascii: "-") ? .key : []
        case .deny(.name): return isLiteral ? [] : .key
        case .deny: return shapes(of: key).asText
        }
    }
}

extension ValueShapes {
    /// As part of a larger text, where an address cannot be cut.
    var asText: ValueShapes {
        guard contains(.wholeAddress) else { return self }
        return subtracting(.wholeAddress).union(.address)
    }

    /// As a string in JSON: a network, `192.0.2.0/24`, may stand there.
    func asTextInJSON(_ string: RawSpan) -> ValueShapes {
        guard contains(.wholeAddress) else { return self }
        return AddressShape.isNetwork(string) ? subtracting(.wholeAddress) : asText
    }
}
