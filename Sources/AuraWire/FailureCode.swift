/// What a sender should do after a failure; raw values are the codes on the wire.
public enum FailureClass: UInt8, CaseIterable, Sendable {
    /// Send the same again on this connection, after the time given.
    case retry = 0
    /// Connect again, after the time given, then send the same again.
    case reconnect = 1
    /// Mend what was sent; the same again meets the same failure.
    case fixRequest = 2
    /// Open the producer again, then go on from the number it gives.
    case reopenProducer = 3
    /// Stop, and tell a person.
    case stop = 4
}

/// Every failure that a server reports; raw values are the codes on the wire.
///
/// The only table of its kind: `Formats/wire.md`, "Codes", lists the same numbers, classes and
/// texts. A code that was given up is never used again.
public enum FailureCode: UInt16, CaseIterable, Sendable {
    // The stream.
    case badMagic = 101
    case badVersion = 102
    case badHeaderChecksum = 103
    case frameTooLarge = 104
    case badPayloadChecksum = 105
    case malformed = 106
    case unknownOpcode = 107
    case unexpectedMessage = 108
    // Access.
    case notAuthorised = 201
    case badKey = 202
    case expiredKey = 203
    case revokedKey = 204
    case wrongScope = 205
    case tlsRequired = 206
    // Load.
    case memoryFull = 301
    case overloaded = 302
    case noSpace = 303
    case logFailed = 304
    case tooManyConnections = 305
    case shuttingDown = 306
    case idleTimeout = 307
    case slowPeer = 308
    case creditExceeded = 309
    case tooManyRequests = 310
    case handshakeTimeout = 311
    // Batches.
    case batchInvalid = 401
    case privacyRefused = 402
    case timeTooFar = 403
    case unknownType = 404
    // Producers.
    case outOfSequence = 501
    case sequenceConflict = 502
    case fenced = 503
    case unknownProducer = 504
    case tooManyProducers = 505
    case badProducerName = 506
    // Questions.
    case badQuery = 601
    case cancelled = 602
    case badStart = 603
    case limitReached = 604
    // Anything else.
    case internalError = 901

    /// What the sender should do.
    public var failureClass: FailureClass {
        switch self {
        case .memoryFull, .overloaded, .noSpace, .creditExceeded, .tooManyRequests,
            .outOfSequence, .cancelled:
            .retry
        case .badHeaderChecksum, .badPayloadChecksum, .logFailed, .tooManyConnections,
            .shuttingDown, .idleTimeout, .slowPeer, .handshakeTimeout, .internalError:
            .reconnect
        case .frameTooLarge, .batchInvalid, .privacyRefused, .timeTooFar, .unknownType, .badQuery,
            .badStart, .limitReached:
            .fixRequest
        case .unknownProducer:
            .reopenProducer
        case .badMagic, .badVersion, .malformed, .unknownOpcode, .unexpectedMessage,
            .notAuthorised, .badKey, .expiredKey, .revokedKey, .wrongScope, .tlsRequired,
            .sequenceConflict, .fenced, .tooManyProducers, .badProducerName:
            .stop
        }
    }

    /// Whether the server closes the connection after it: the stream can no longer be followed, or
    /// the peer is not to be served.
    public var closesConnection: Bool {
        switch self {
        case .badMagic, .badVersion, .badHeaderChecksum, .frameTooLarge, .badPayloadChecksum,
            .malformed, .unexpectedMessage, .notAuthorised, .badKey, .expiredKey, .revokedKey,
            .tlsRequired, .tooManyConnections, .idleTimeout, .slowPeer, .handshakeTimeout:
            true
        default:
            false
        }
    }

    /// How long to wait before the next attempt unless the failure says otherwise, in milliseconds.
    public var retryAfterMilliseconds: UInt32 {
        switch self {
        case .overloaded, .creditExceeded, .tooManyRequests: 50
        case .memoryFull, .tooManyConnections, .shuttingDown: 1_000
        case .noSpace, .logFailed: 5_000
        default: 0
        }
    }
}
