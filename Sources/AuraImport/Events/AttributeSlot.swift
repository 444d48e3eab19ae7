import AuraCore

/// What is known of an attribute of an event type, as far as each value needs it.
struct AttributeSlot: BitwiseCopyable {
    /// What becomes of values.
    enum Mode: UInt8, BitwiseCopyable {
        /// They keep the type they show.
        case plain
        /// They take `wanted` if they can.
        case wanted
        case dropped, refused
    }

    var mode = Mode.plain
    /// The raw value of the type that values are to take; 0 for none.
    var wanted: UInt8 = 0
    /// Whether texts are shown to the privacy rules.
    var checksValues = false
    /// Whether text that is a number or a bool becomes one.
    var readsText = false
    /// Whether it has a column of its own however many the type has.
    var isReserved = false
    /// Bits: the attribute types of which it has a column in the batch of that serial.
    var used: UInt8 = 0
    var batch: UInt32 = 0
    /// The type's handle.
    var type: Int32 = 0
    /// The builder's column of each attribute type, -1 where there is none yet.
    var columns = InlineArray<8, Int32>(repeating: -1)

    /// Whether the last part of the name is `ip`, `ip_address` or `…_ip`.
    static func namesAddress(_ name: String) -> Bool {
        let last = name.split(separator: ".").last ?? ""
        return last == "ip" || last == "ip_address" || last.hasSuffix("_ip")
    }
}
