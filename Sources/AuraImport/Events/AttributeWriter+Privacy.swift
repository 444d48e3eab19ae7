import AuraCore

/// What the privacy rules leave of a row.
extension AttributeWriter {
    /// The value of an attribute that is called an address: text is cut to the network, a number
    /// could be an address in disguise.
    @inline(never)
    mutating func writeAddress(
        _ value: Row.Value, _ texts: RowTexts, _ slot: Int
    ) throws(RowError) {
        let text = texts[value]
        switch value.kind {
        case .bool: try put(slot, .bool, value.bits, value, text)
        case .int64, .float64, .wideInteger: try deny(slot, .name)
        case .json: try putString(slot, value, text)
        case .text:
            let prefix = IPPrefix(text: texts.onwards(value), size: text.byteCount)
            if let prefix { return try put(slot, prefix) }
            let isNumber = slots[slot].readsText && Number(text) != nil
            if isNumber || UUIDBytes(canonical: text) != nil { return try deny(slot, .name) }
            try putString(slot, value, text)
        case .removed: break
        }
    }

    @inline(never)
    mutating func writeDenied(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        var bool: Bool?
        if value.kind == .bool { bool = value.bits != 0 }
        if value.kind == .text, slots[slot].readsText { bool = Bool(csv: text) }
        if let bool, slots[slot].permitsBools {
            return try put(slot, .bool, bool ? 1 : 0, value, text)
        }
        try deny(slot, details[slot].rule ?? .name)
    }

    /// Leaves a value out, or the row.
    mutating func deny(_ slot: Int, _ rule: PrivacyRule) throws(RowError) {
        guard rules.policy.action == .strip else {
            privacyCounters.refusedEvents += 1
            throw .refused(PrivacyFinding(rule, details[slot].shownName, .refused))
        }
        drops.append((slot, rule, .dropped))
    }

    /// What the rules say of a text in the place of a slot.
    func verdict(_ slot: Int, _ text: RawSpan) -> PrivacyRules.ValueVerdict {
        let verdict = rules.verdict(value: text, in: details[slot].context)
        // An id is no place for an address, not even for a network.
        if case .truncate = verdict, slots[slot].isReserved { return .deny(.address) }
        return verdict
    }

    /// Whether no rule is about a string of the batch, wherever it stands.
    @inline(__always)
    mutating func isClean(_ code: Int, _ text: RawSpan) -> Bool {
        if code < verdicts.count, verdicts[code] != .unknown { return verdicts[code] == .clean }
        verdicts.grow(count: code + 1, with: .unknown)
        verdicts[code] = rules.verdict(value: text) == .keep ? .clean : .suspect
        return verdicts[code] == .clean
    }
}
