import NIOCore

/// Where a link takes batches from, and whom it tells what became of them.
///
/// All is called on the link's event loop, one call after the other.
protocol LinkOwner: Sendable {
    /// The batches to send next, in order. The link keeps them until the server calls them stable.
    func takeBatches() -> [SendWindow.Batch]
    /// The link keeps that many bytes now.
    func holds(bytes: Int) -> LinkSignal
    /// A batch is older than the owner's patience allows to be cut.
    func cut(id: UInt64)
    /// Time has passed, and the server has not answered yet, for that reason.
    func check(now: NIODeadline, reason: String, number: (UInt64) -> UInt64?)
    /// The producer is open; its next new batch has this number.
    func opened(next: UInt64)
    /// A batch is stored.
    func stored(_ batch: SendWindow.Numbered, _ receipt: Receipt)
    /// A batch is refused for good, and nothing of it is stored.
    func refused(_ batch: SendWindow.Numbered, _ error: ClientError)
    /// A batch is refused as a whole, and its halves will be sent in its place.
    func divided(_ batch: SendWindow.Batch, halves: [SendWindow.Batch])
    /// How the batches of a spool are numbered, and how far they are stored.
    func changed(_ change: SpoolChange)
    /// What of that was made durable since the last call.
    func takeConfirmed() -> SpoolChange?
    /// Sending is over for good; `number` knows the batches that were sent and not answered.
    func stopped(_ error: ClientError, number: (UInt64) -> UInt64?)
}

/// Most owners have no spool.
extension LinkOwner {
    func divided(_ batch: SendWindow.Batch, halves: [SendWindow.Batch]) {}
    func changed(_ change: SpoolChange) {}
    func takeConfirmed() -> SpoolChange? { nil }
}

/// What an owner wants from its link.
struct LinkSignal: Hashable, Sendable {
    /// Batches are ready to be taken.
    var isReady = false
    /// A batch of this id was begun: cut it after the linger time.
    var started: UInt64?

    /// Whether there is nothing to do.
    var isEmpty: Bool { !isReady && started == nil }

    mutating func merge(_ other: LinkSignal) {
        isReady = isReady || other.isReady
        started = other.started ?? started
    }
}
