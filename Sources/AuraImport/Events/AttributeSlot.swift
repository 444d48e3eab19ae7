import AuraCore

/// What is known of an attribute of an event type, as far as each value needs it.
struct AttributeSlot: BitwiseCopyable {
    /// What becomes of values.
    enum Mode: UInt8, BitwiseCopyable {
        /// They keep the type they show.
        case plain
        /// They take `wanted` if they can.
        case wanted
        /// They are internet addresses.
        case address
        /// The privacy rules deny the name.
        case denied
    }

    var mode = Mode.plain
    /// The raw value of the type that values are to take; 0 for none.
    var wanted: UInt8 = 0
    /// Whether text that is a number or a bool becomes one.
    var readsText = false
    /// Whether it has a column of its own however many the type has.
    var isReserved = false
    /// Whether a name that is denied may have bools.
    var permitsBools = false
    /// Bits: the attribute types of which it has a column in this batch.
    var used: UInt8 = 0
    /// The same if the mode is `plain`, else none: what can be written without looking further.
    var ready: UInt8 = 0
    /// The type's handle.
    var type: Int32 = 0
    /// The number of its name.
    var name: Int32 = 0
    /// The builder's column of each attribute type, -1 where there is none yet.
    var columns = InlineArray<8, Int32>(repeating: -1)
}

/// What of an attribute is needed seldom.
struct AttributeDetail {
    let name: String
    /// The name as messages may repeat it.
    let shownName: String
    let format: TimeFormat
    /// What the name says about texts.
    let context: ValueContext
    /// The rule that denies the name.
    let rule: PrivacyRule?
}
