import AuraCore
public import AuraQuery
public import AuraStorage

/// What a caller of the engine can meet.
public enum EngineError: Error, Hashable, Sendable {
    case storage(StorageError)
    case query(QueryError)
    case refused(Refusal)

    /// What a question failed with: wrong in itself, or for what is stored.
    init(_ error: QueryError) {
        if case .storage(let error) = error { self = .storage(error) } else { self = .query(error) }
    }
}

extension EngineError: CustomStringConvertible {
    /// What happened and what to do.
    public var description: String {
        switch self {
        case .storage(let error): error.description
        case .query(let error): error.description
        case .refused(let refusal): refusal.description
        }
    }
}

extension Refusal: CustomStringConvertible {
    /// What happened and what the sender should do.
    public var description: String {
        switch self {
        case .sequenceConflict(let sequence):
            "batch number \(sequence) was used for other events; number batches without reuse"
        case .outOfSequence(let expected):
            "a batch is missing; send again from number \(expected)"
        case .fenced:
            "another client opened this producer name later; give each client its own name"
        case .unknownProducer:
            "the producer is not open on this server; open it and send again"
        case .tooManyProducers:
            "\(Limits.producers) producer names were used within seven days; use the same name "
                + "after each restart, or wait until old ones are forgotten"
        case .badName:
            "a producer name has 1 to 128 bytes"
        case .memoryFull:
            "the memory for events is spent; raise memory_limit, or send later"
        case .overloaded:
            "too much waits to be written; send again in a moment"
        case .noSpace:
            "the disk is full; free some space and send again"
        case .failed:
            "the log is not writable; mend the disk and restart Aura"
        case .closed:
            "the store is closing; connect again and send again"
        }
    }
}
