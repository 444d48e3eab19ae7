import AuraCore

/// What is known of an attribute of an event type.
struct AttributeSlot {
    /// The type's handle.
    let type: Int
    let name: String
    let format: TimeFormat
    let verdict: PrivacyHooks.Verdict
    /// Whether texts are shown to the privacy rules.
    let checksValues: Bool
    /// The type that values are to take, if they can.
    let wanted: AttributeType?
    /// Whether text that is a number or a bool becomes one.
    let readsText: Bool
    /// Whether it has a column of its own however many the type has.
    let isReserved: Bool
    /// The builder's column of each attribute type, -1 where there is none yet.
    var columns = InlineArray<8, Int32>(repeating: -1)
    /// The batch that `used` speaks of.
    var batch: UInt32 = 0
    /// Bits: the attribute types of which it has a column in that batch.
    var used: UInt8 = 0

    /// - Parameter wanted: What the mapping, else the schema, else the column's values say.
    init(
        type: Int, target: MappingPlan.Target, rule: PrivacyHooks.AttributeRule,
        wanted: AttributeType?, readsText: Bool
    ) {
        self.type = type
        name = target.name
        format = target.format
        verdict = rule.verdict
        checksValues = rule.checksValues
        // An address must not become text, whatever a mapping says.
        self.wanted = AttributeSlot.namesAddress(target.name) ? .ipPrefix : wanted
        isReserved = target.name == ReservedName.id
        self.readsText = readsText && !isReserved
    }

    /// Whether the last part of the name is `ip`, `ip_address` or `…_ip`.
    static func namesAddress(_ name: String) -> Bool {
        let last = name.split(separator: ".").last ?? ""
        return last == "ip" || last == "ip_address" || last.hasSuffix("_ip")
    }
}
