public import AuraCore

/// What happens beside the calls: worth a line in the application's log.
public enum ClientNotice: Hashable, Sendable {
    /// The connection is ready, or a server that took nothing for a time takes batches again.
    case connected
    /// There is no connection, or the server takes nothing for now; the client tries again after
    /// that time.
    case waiting(Duration, reason: String)
    /// The server stored a batch and says something about it.
    case warning(String)
    /// The privacy rules left an attribute out, or cut an address, for the first time; what comes
    /// later is counted in `AuraClient.privacyCounters`.
    case privacy(PrivacyFinding)
    /// An event that was only offered was not taken.
    case unrecorded(type: String, ClientError)
    /// Events for which nobody waits any more were not stored, and will not be.
    case undelivered(events: Int, reason: String)
    /// The server lacks batches that it had promised to keep; they are not kept here either.
    case lost(batches: UInt64)
    /// The file of the client's private key is not as private as it should be.
    case exposedKey(String)
    /// The spool takes nothing for now, for that reason; it is tried again.
    case spoolFailing(SpoolError)
    /// The spool takes events again.
    case spoolWorking
    /// The client has stopped for good; every call throws this from now on.
    case stopped(ClientError)
}

extension ClientNotice: CustomStringConvertible {
    /// What happened and how to mend it.
    public var description: String {
        switch self {
        case .connected:
            "connected"
        case .waiting(let time, let reason):
            "\(reason); next attempt in \(time / .milliseconds(1)) ms"
        case .warning(let text):
            text
        case .privacy(let finding):
            finding.description
        case .unrecorded(let type, let error):
            "an event '\(type)' was not recorded: \(error)"
        case .undelivered(let events, let reason):
            "\(events) events were not stored: \(reason)"
        case .lost(let batches):
            "the server no longer knows \(batches) batches that it had promised to keep; if a backup "
                + "was restored, what came after it is missing; after a week of silence it may "
                + "only have forgotten this producer's name"
        case .exposedKey(let text):
            text
        case .spoolFailing(let error):
            error.description
        case .spoolWorking:
            "the spool takes events again"
        case .stopped(let error):
            error.description
        }
    }
}
