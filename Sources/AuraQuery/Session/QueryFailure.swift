public import AuraStorage

/// Why a query has no answer.
public enum QueryFailure: Error, Hashable, Sendable {
    /// Something in its text: what it says, what it names, or what cannot be computed.
    case text(TextError)
    /// More memory or rows than it may have; how to get along with less, or to allow more.
    case limit(String)
    /// Whoever asked wants no answer any more, or waited long enough.
    case stopped
    /// Stored events could not be read.
    case storage(StorageError)
    /// Stored events could not be read when rows had been given already: asked again, the query is answered
    /// without what is damaged.
    case broken(StorageError)

    /// More memory than so many bytes.
    static func memory(_ limit: Int) -> QueryFailure {
        .limit(
            "the query needs more than its \(max(1, limit >> 20)) MiB of memory; narrow the time "
                + "range, group by something coarser, or SET memory_limit = '…' higher")
    }

    /// What is wrong and how to mend it.
    ///
    /// - Parameter text: The text of the query, in which the place is shown.
    public func description(in text: String) -> String {
        switch self {
        case .text(let error): error.description(in: text)
        case .limit(let reason): reason
        case .stopped: "the query was stopped before its end"
        case .storage(let error): error.description
        case .broken(let error):
            "a part of the store turned out to be damaged while rows were given, so these are no "
                + "answer: \(error); ask again, and the answer leaves that part out"
        }
    }
}
