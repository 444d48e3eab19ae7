extension PrivacyRules {
    /// Applies the rules to an event.
    ///
    /// Addresses are cut to their network under any policy: that loses nothing that may be kept.
    ///
    /// - Returns: The event as it may be stored, nil if it is refused; and what was found.
    public func sanitize(_ event: Event) -> (event: Event?, findings: [PrivacyFinding]) {
        var findings: [PrivacyFinding] = []
        if let rule = rule(onType: event.type) {
            return (nil, [PrivacyFinding(rule, PrivacyFinding.typeName, .refused)])
        }
        var event = event
        if case .text(let text) = event.id, let rule = rule(onID: text) {
            event.id = nil
            findings.append(PrivacyFinding(rule, ReservedName.id, .dropped))
        }
        var dropped: [Int] = []
        for index in event.attributes.indices {
            let attribute = event.attributes[index]
            switch judge(attribute) {
            case .keep: continue
            case .deny(let rule):
                dropped.append(index)
                findings.append(PrivacyFinding(rule, presentable(attribute.name), .dropped))
            case .truncate(let prefix):
                findings.append(PrivacyFinding(.address, attribute.name, .truncated))
                let isGiven = event.attributes.contains {
                    $0.value.type == .ipPrefix && $0.name.utf8.elementsEqual(attribute.name.utf8)
                }
                if isGiven {
                    dropped.append(index)
                } else {
                    event.attributes[index].value = .ipPrefix(prefix)
                }
            }
        }
        for index in dropped.reversed() { event.attributes.remove(at: index) }
        if policy.action == .refuse, findings.contains(where: { $0.outcome == .dropped }) {
            for index in findings.indices { findings[index].outcome = .refused }
            return (nil, findings)
        }
        return (event, findings)
    }

    /// Judges an attribute by its name, then by its value.
    private func judge(_ attribute: Attribute) -> ValueVerdict {
        switch (verdict(name: attribute.name), attribute.value) {
        case (.deny(.name), .bool): return .keep
        case (.deny(let rule), _): return .deny(rule)
        case (.address, .int64), (.address, .float64), (.address, .timestamp), (.address, .uuid):
            return .deny(.name)
        case (_, .string(var text)):
            return text.withUTF8 { utf8 in
                let bytes = unsafe utf8.span.bytes
                // The place counts only where something was found, which is rare.
                if shapes(of: bytes).isEmpty { return .keep }
                return verdict(value: bytes, in: context(of: attribute.name))
            }
        default: return .keep
        }
    }

    /// The rule that an event type's name breaks.
    func rule(onType name: String) -> PrivacyRule? {
        var name = name
        return name.withUTF8 { shapes(of: unsafe $0.span.bytes).asText.rules.first }
    }

    /// The rule that an event's own id breaks; as for any id, digits are no phone number.
    func rule(onID text: String) -> PrivacyRule? {
        var text = text
        return text.withUTF8 {
            shapes(of: unsafe $0.span.bytes).asText.counting(in: .identifier).rules.first
        }
    }

    /// A name as a message may repeat it: withheld if it is itself an address or number.
    public func presentable(_ name: String) -> String {
        rule(onType: name) == nil ? name : PrivacyFinding.withheld
    }
}
