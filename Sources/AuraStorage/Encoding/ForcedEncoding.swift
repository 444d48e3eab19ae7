/// A way to encode that is taken whatever it costs, so that tests can show that no answer depends on the
/// choice: compiled in only with `AURA_CANARIES`.
public enum ForcedEncoding: CaseIterable, Sendable {
    /// Whole numbers take 8 bytes each.
    case plain
    /// Whole numbers are packed in that mode.
    case values, ascending, wavering
    /// No block is compressed.
    case uncompressed

    #if AURA_CANARIES
    /// The one in force in this task.
    @TaskLocal public static var active: ForcedEncoding?
    #else
    static var active: ForcedEncoding? { @inline(__always) get { nil } }
    #endif

    /// The mode of packed integers; nil where it is free.
    var mode: PackedIntegers.Mode? {
        switch self {
        case .values: .values
        case .ascending: .ascending
        case .wavering: .wavering
        case .plain, .uncompressed: nil
        }
    }
}
