/// Deliberate bugs, to prove that the tests would notice: compiled in only with `AURA_CANARIES`.
///
/// A test sets `Canary.$active` around a run that must then fail. Without the flag `isActive` is
/// the constant false and leaves no trace in the binary.
public enum Canary: String, CaseIterable, Sendable {
    case skipLogSync
    case skipManifestSync
    case skipSegmentDirectorySync
    case skipCurrentSync
    case acknowledgeBeforeSync
    case retrySyncAfterFailure
    case ignoreBodyChecksum
    case ignoreChain
    case ignorePromise
    case promiseUnsynced
    case treatReadErrorAsEnd
    case truncateCorruption
    case forgetProducerOnReplay
    case dropDuplicateEntry
    case skipTailRewrite
    case leaveTornTail
    case skipSegmentGapCheck

    #if AURA_CANARIES
    /// The bug in force in this task.
    @TaskLocal public static var active: Canary?
    var isActive: Bool { Canary.active == self }
    #else
    var isActive: Bool { @inline(__always) get { false } }
    #endif
}
