/// Deliberate bugs, to prove that the tests would notice: compiled in only with `AURA_CANARIES`.
///
/// A test sets `Canary.$active` around a run that must then fail. Without the flag `isActive` is
/// the constant false and leaves no trace in the binary.
public enum Canary: String, CaseIterable, Sendable {
    // Durability.
    case skipLogSync
    case skipManifestSync
    case skipRestatementSync
    case skipSegmentHeaderSync
    case skipSegmentDirectorySync
    case skipCurrentSync
    case skipDirectorySync
    case skipParentSync
    case nameSpareTooEarly
    case editTooLate
    case showBeforeSync
    case retryFailedSync
    case countFailedGroup
    case skipChunkSync
    case skipCheckpointSync
    case skipIndexSync
    case recycleOneTooMany
    // Chunks.
    case ignoreFooterHash
    case ignoreBlockHash
    case forgetFlushedProducers
    case keepFlushedStrips
    // Deletion and compaction.
    case skipLedgerSync
    case skipRecount
    case forgetTombstones
    case finishTombstoneEarly
    case dropInputsUnasked
    case removeReadChunks
    // Care.
    case skipCopySync
    case keepIdentity
    case hideMissingChunks
    // Recovery.
    case trustLastGroup
    case trustLastEdit
    case trustCurrent
    case ignoreBodyChecksum
    case ignoreChain
    case ignorePlace
    case ignorePromise
    case ignoreIncarnation
    case promiseTooMuch
    case treatReadErrorAsEnd
    case visitAgain
    case leaveTornTail
    case skipHoles
    case skipSegmentGapCheck
    case skipUnknownSegmentCheck
    // Producers.
    case forgetProducersOnReplay
    case dropDuplicateEntry
    case forgetToTakeBack
    case admitFencedEpoch
    case admitGap
    // Index.
    case forgetFlushedIndex
    case skipLateEvents
    case dropLastRow
    case forgetErrors
    case loseMergedUsers
    case showLostCells

    #if AURA_CANARIES
    /// The bug in force in this task.
    @TaskLocal public static var active: Canary?
    var isActive: Bool { Canary.active == self }
    #else
    var isActive: Bool { @inline(__always) get { false } }
    #endif
}
