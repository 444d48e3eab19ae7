/// What a frame's message is; raw values are the codes on the wire.
///
/// `Formats/wire.md`, "Codes", has the table. A code that was given up is never used again.
public enum Opcode: UInt8, CaseIterable, Sendable {
    case hello = 0x01
    case helloAck = 0x02
    case auth = 0x03
    case authOK = 0x04
    case ping = 0x05
    case pong = 0x06
    case goAway = 0x07
    case error = 0x08
    case credit = 0x09
    case cancel = 0x0A
    case producerOpen = 0x10
    case producerState = 0x11
    case append = 0x12
    case appendAck = 0x13
    case stable = 0x14
    case query = 0x20
    case result = 0x21
    case progress = 0x22
    case count = 0x24
    case counts = 0x25
    case metric = 0x26
    case metrics = 0x27
    case score = 0x28
    case scoreInfo = 0x29
    case sights = 0x2A
    case sightsInfo = 0x2B
    case subscribe = 0x30
    case events = 0x31
    case end = 0x32
    case missing = 0x33
    case status = 0x40
    case statusInfo = 0x41
    case order = 0x50
    case orderDone = 0x51

    /// Bytes of the fixed part before a batch: it carries its own hash, so that the payload hash is
    /// the hash of what follows and is computed once, for frame and batch alike.
    ///
    /// 0 for messages without a batch.
    public var fixedPartSize: Int {
        switch self {
        case .append, .events: 32
        default: 0
        }
    }
}
