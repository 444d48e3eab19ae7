public import AuraCore
import AuraWire

/// What a caller of the client can meet.
///
/// Each says what became of the events, and what to do.
public enum ClientError: Error, Hashable, Sendable {
    /// The event cannot be encoded; it was not taken.
    case event(EventError)
    /// The privacy rules forbid the event; it was not taken.
    case forbidden([PrivacyFinding])
    /// There was no room for the event before the deadline; it was not taken.
    case overloaded(reason: String)
    /// The spool is as large, or its oldest event as old, as it may become; the event was not taken.
    case spoolFull(reason: String)
    /// The spool cannot be used. What was recorded and not written yet was not taken; it may be sent
    /// all the same, if the process ends before the disk works again.
    case spool(SpoolError)
    /// No answer came before the deadline. The event is kept and sent again and again for as long
    /// as the client lives, so it may be stored already, or later; it is never stored twice.
    ///
    /// `number` is the producer's number of the batch; nil if it was never sent.
    case unknown(number: UInt64?, reason: String)
    /// The server refuses the event for good, and it is not stored. Of a batch that others share
    /// only the events at fault are refused, unless they are very many: then some of their
    /// neighbours may be.
    case refused(reason: String)
    /// The server cannot answer the question as it stands.
    case question(reason: String)
    /// The server cannot read or answer a statement, for what stands at these bytes of it.
    case statement(reason: String, bytes: Range<Int>)
    /// No answer to a question came before the deadline.
    case unreachable(reason: String)
    /// The answer to a statement broke off when a part of it was read already.
    case interrupted(reason: String)
    /// Another client has opened the same producer's name; this one has stopped.
    case fenced(producer: String)
    /// The server asks for an API key, or the key does not allow this; the client has stopped
    /// unless only a question was refused.
    case unauthorised(reason: String)
    /// Client and server do not come together by TLS; the client has stopped, and nothing was sent.
    case tls(TLSFailure, server: String)
    /// The server will never take this client as it is configured; the client has stopped.
    case stopped(reason: String)
    /// The batches of an import must be sent in order: this number is due.
    case outOfOrder(expected: UInt64)
    /// The server has lost batches of an import that it had called stable: begin again at this
    /// number.
    case lost(from: UInt64)
    /// That many events that nobody waited for were not stored.
    case undelivered(events: Int, reason: String)
    /// The caller's task was cancelled while it waited; the event may be stored.
    case cancelled
    /// The client was closed.
    case closed
}

extension ClientError: CustomStringConvertible {
    /// What happened and how to mend it.
    public var description: String {
        switch self {
        case .event(let error):
            error.description
        case .forbidden(let findings):
            "the privacy rules forbid the event: "
                + findings.map(\.description).joined(separator: "; ")
        case .overloaded(let reason):
            "the client's buffer is full, the event was not taken (\(reason)); record it again "
                + "later, or raise bufferBytes"
        case .spoolFull(let reason):
            "the spool is full, the event was not taken (\(reason)); see why the server takes "
                + "nothing, or raise the limits of ClientSpool"
        case .spool(let error):
            error.description
        case .unknown(let number, let reason):
            "no answer yet for \(number.map { "batch \($0)" } ?? "a batch that was not sent yet") "
                + "(\(reason)); it is kept and sent again: do not record its events again"
        case .refused(let reason):
            "the server refused it, and nothing of it is stored: \(reason)"
        case .question(let reason), .statement(let reason, _):
            reason
        case .unreachable(let reason):
            "no answer from the server: \(reason)"
        case .interrupted(let reason):
            "the answer broke off (\(reason)); what came of it is not whole: ask again"
        case .fenced(let producer):
            "another client opened the producer name '\(producer)', and this one has stopped; "
                + "give each instance a name of its own"
        case .unauthorised(let reason):
            reason
        case .tls(let failure, let server):
            failure.text(at: server)
        case .stopped(let reason):
            "the client has stopped: \(reason)"
        case .outOfOrder(let expected):
            "batches must be sent in order; number \(expected) is due"
        case .lost(let from):
            "the server has lost batches that it had promised to keep (was a backup restored?); "
                + "open the import again and send from number \(from)"
        case .undelivered(let events, let reason):
            "\(events) events were not stored: \(reason)"
        case .cancelled:
            "the caller was cancelled; what it recorded may be stored"
        case .closed:
            "the client is closed; make another one"
        }
    }
}

extension ClientError {
    /// The error that ends a client because of a failure of the class `stop`.
    static func stopping(_ failure: WireFailure) -> ClientError {
        failure.code?.isAboutAccess == true
            ? .unauthorised(reason: failure.message) : .stopped(reason: failure.message)
    }
}

extension ClientError {
    /// The error of a question that the server refuses for good.
    static func refusal(of failure: WireFailure) -> ClientError {
        failure.code?.isAboutAccess == true
            ? .unauthorised(reason: failure.message) : .question(reason: failure.message)
    }

    /// The server's word on a statement.
    static func refusal(ofStatement failure: WireFailure) -> ClientError {
        guard failure.code == .badQuery else { return refusal(of: failure) }
        let start = Int(failure.place)
        return .statement(
            reason: failure.message, bytes: start..<start + Int(failure.condition))
    }
}

extension FailureCode {
    /// Whether another API key, or one at all, would help.
    var isAboutAccess: Bool {
        switch self {
        case .notAuthorised, .badKey, .expiredKey, .revokedKey, .wrongScope: true
        default: false
        }
    }
}
